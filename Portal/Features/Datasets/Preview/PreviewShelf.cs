using CllClip.Engine.Data;
using CllClip.Engine.Data.Corpora;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Datasets.Preview;

/// <summary>An image with its captions in one language.</summary>
/// <param name="Id">Identifier, as in addresses and search results.</param>
/// <param name="Name">What its makers call it: a file, an emoji.</param>
/// <param name="Url">Address of the picture.</param>
/// <param name="Captions">Captions, in the order of their files.</param>
public sealed record PreviewImage(string Id, string Name, string Url, IReadOnlyList<string> Captions);

/// <summary>A page of a data set's images.</summary>
/// <param name="Split"><c>train</c>, <c>val</c> or <c>test</c>.</param>
/// <param name="Language">Language of the captions.</param>
/// <param name="Total">Images of that split with captions in that language.</param>
/// <param name="Skip">Images before this page.</param>
/// <param name="Images">The images.</param>
public sealed record PreviewPage(string Split, string Language, int Total, int Skip, IReadOnlyList<PreviewImage> Images);

/// <summary>What the splits are called in addresses.</summary>
public static class SplitNames
{
    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<(CorpusSplit Split, string Name)> All { get; } =
    [(CorpusSplit.Train, "train"), (CorpusSplit.Validation, "val"), (CorpusSplit.Test, "test")];

    /// <summary>The split of a name, or null.</summary>
    public static CorpusSplit? Find(string? name) => All.Where(s => s.Name == name).Select(s => (CorpusSplit?)s.Split).FirstOrDefault();

    /// <summary>The name of a split.</summary>
    public static string Of(CorpusSplit split) => All.First(s => s.Split == split).Name;
}

/// <summary>Prepared data sets to be looked through; the last few splits that were are kept in order. Safe to call from any thread.</summary>
public sealed class PreviewShelf(IEngineHost host)
{
    /// <summary>Most images of a page.</summary>
    public const int MostImages = 100;

    private const int MostKept = 4;
    private readonly Lock _lock = new();
    private readonly List<(ICaptionedDataset Dataset, string Language, CorpusSplit Split, CaptionedImages Images)> _kept = []; // the latest last

    /// <summary>A prepared data set; null where there is none of that id.</summary>
    public ICaptionedDataset? Find(string id) => host.Datasets.OfType<ICaptionedDataset>().FirstOrDefault(d => d.Id == id);

    /// <summary>A page of images.</summary>
    /// <param name="dataset">What <see cref="Find"/> gave.</param>
    /// <param name="language">One of its languages.</param>
    /// <param name="split">The split; null takes the first that has captions.</param>
    /// <param name="skip">Images before the page; beyond the last, the page is empty.</param>
    /// <param name="take">Most images.</param>
    /// <exception cref="Engine.EngineException">The captions cannot be read.</exception>
    public PreviewPage Page(ICaptionedDataset dataset, string language, CorpusSplit? split, int skip, int take)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var chosen =
            split
            ?? SplitNames.All.Select(s => s.Split).FirstOrDefault(s => Images(dataset, language, s).Images.Count > 0, CorpusSplit.Train);
        var images = Images(dataset, language, chosen);
        var shown = Enumerable.Range(skip, Math.Max(0, Math.Min(take, images.Images.Count - skip)));
        return new PreviewPage(
            SplitNames.Of(chosen),
            language,
            images.Images.Count,
            skip,
            [
                .. shown.Select(p =>
                {
                    var image = images.Images[p];
                    var url = PictureAddress.Of(dataset, image);
                    return new PreviewImage(
                        Uri.UnescapeDataString(url[(url.LastIndexOf('/') + 1)..]),
                        dataset.ImageName(image),
                        url,
                        images.CaptionsAt(p)
                    );
                }),
            ]
        );
    }

    private CaptionedImages Images(ICaptionedDataset dataset, string language, CorpusSplit split)
    {
        lock (_lock)
        {
            var at = _kept.FindIndex(k => ReferenceEquals(k.Dataset, dataset) && k.Language == language && k.Split == split);
            if (at >= 0)
            {
                var kept = _kept[at];
                _kept.RemoveAt(at);
                _kept.Add(kept);
                return kept.Images;
            }
        }
        var images = dataset.Captioned(language, split); // outside the lock: it may take seconds, and others look at what is kept
        lock (_lock)
        {
            _kept.RemoveAll(k => !host.Datasets.Contains(k.Dataset));
            _kept.Add((dataset, language, split, images));
            if (_kept.Count > MostKept)
            {
                _kept.RemoveAt(0);
            }
        }
        return images;
    }
}
