using CllClip.Engine.Data.Corpora;

namespace CllClip.Engine.Data;

/// <summary>A data set whose images and captions can be looked through as they are, not only drawn for training.</summary>
public interface ICaptionedDataset : IRetrievalDataset
{
    /// <summary>The images of a split that have captions in a language.</summary>
    /// <exception cref="EngineException">The data set lacks the language, or its files cannot be read.</exception>
    CaptionedImages Captioned(string language, CorpusSplit split);

    /// <summary>All captions of a split in a language, one by one.</summary>
    /// <exception cref="EngineException">The data set lacks the language, or its files cannot be read.</exception>
    IEnumerable<string> Captions(string language, CorpusSplit split);

    /// <summary>What an image is called by its makers: a file, an emoji.</summary>
    string ImageName(int image);
}

/// <summary>Images with their captions in one language. Immutable and safe to share between threads.</summary>
public sealed class CaptionedImages
{
    private readonly int[] _images; // ascending
    private readonly Func<int, IReadOnlyList<string>> _captions;

    private CaptionedImages(int[] images, Func<int, IReadOnlyList<string>> captions) => (_images, _captions) = (images, captions);

    /// <summary>Indices of the images, ascending.</summary>
    public IReadOnlyList<int> Images => _images;

    /// <summary>Captions of the image at a position of <see cref="Images"/>, in the order of their files.</summary>
    public IReadOnlyList<string> CaptionsAt(int position) => _captions(position);

    /// <summary>Makes it from images, ascending, whose captions are made when they are asked for.</summary>
    public static CaptionedImages Of(int[] images, Func<int, IReadOnlyList<string>> captions) =>
        new(images, position => captions(images[position]));

    /// <summary>Makes it from captions in any order.</summary>
    /// <param name="imageOf">Image of each caption; one below 0 is passed over.</param>
    /// <param name="caption">A caption by its position.</param>
    public static CaptionedImages Of(IReadOnlyList<int> imageOf, Func<int, string> caption)
    {
        int[] order = [.. Enumerable.Range(0, imageOf.Count).Where(c => imageOf[c] >= 0).OrderBy(c => imageOf[c])]; // stable: captions keep their order
        var (images, starts) = (new List<int>(), new List<int>());
        for (var i = 0; i < order.Length; i++)
        {
            if (i == 0 || imageOf[order[i]] != images[^1])
            {
                images.Add(imageOf[order[i]]);
                starts.Add(i);
            }
        }
        starts.Add(order.Length);
        return new([.. images], position => [.. order[starts[position]..starts[position + 1]].Select(caption)]);
    }
}
