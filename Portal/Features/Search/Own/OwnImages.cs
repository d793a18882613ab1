using System.Globalization;

namespace CllClip.Portal.Features.Search.Own;

/// <summary>The images of one visit: one per circuit, gone with it. Used by one page at a time.</summary>
public sealed class OwnImages
{
    /// <summary>Most images of a visit.</summary>
    public const int Most = 50;

    /// <summary>Largest file, bytes.</summary>
    public const long MostBytes = 10L << 20;

    private int _last;

    /// <summary>The images, the latest first; another list whenever it changes.</summary>
    public IReadOnlyList<OwnImage> All { get; private set; } = [];

    /// <summary>Whether they are mixed into the results.</summary>
    public bool Mixed { get; set; } = true;

    /// <summary>An identifier for the next image.</summary>
    public string NextId() => OwnImage.Prefix + (++_last).ToString(CultureInfo.InvariantCulture);

    /// <summary>Adds an image.</summary>
    /// <returns>False where there are too many.</returns>
    public bool Add(OwnImage image)
    {
        if (All.Count >= Most)
        {
            return false;
        }
        All = [image, .. All];
        return true;
    }

    /// <summary>Removes an image; does nothing where it is not there.</summary>
    public void Remove(string id) => All = [.. All.Where(i => i.Id != id)];

    /// <summary>The image of this identifier, or null.</summary>
    public OwnImage? Find(string? id) => All.FirstOrDefault(i => i.Id == id);
}
