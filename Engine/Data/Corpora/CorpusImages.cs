namespace CllClip.Engine.Data.Corpora;

/// <summary>The images of a data set in the order in which they are first named; an image is known by its position.</summary>
internal sealed class CorpusImages
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly bool _fixed;

    /// <summary>No image yet.</summary>
    public CorpusImages() { }

    /// <summary>The images of a prepared data set; no other is let in.</summary>
    public CorpusImages(IReadOnlyList<string> paths, IEnumerable<int> leftOut)
    {
        foreach (var path in paths)
        {
            Add(path, "", 0);
        }
        LeftOut = [.. leftOut];
        _fixed = true;
    }

    /// <summary>Paths as the files name them.</summary>
    public List<string> Paths { get; } = [];

    /// <summary>Where each was first named: file and line.</summary>
    public List<(string File, int Line)> Named { get; } = [];

    /// <summary>Images that are not used, because they are missing or broken.</summary>
    public HashSet<int> LeftOut { get; init; } = [];

    /// <summary>Position of an image that is used; -1 for any other.</summary>
    public int Place(string image, string file, int line)
    {
        if (!_places.TryGetValue(image, out var place))
        {
            place = _fixed ? -1 : Add(image, file, line);
        }
        return LeftOut.Contains(place) ? -1 : place;
    }

    private int Add(string image, string file, int line)
    {
        var place = _places[image] = Paths.Count;
        Paths.Add(image);
        Named.Add((file, line));
        return place;
    }
}
