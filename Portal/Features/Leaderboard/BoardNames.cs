using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>What data sets and protocols are called on pages.</summary>
public static class BoardNames
{
    private static readonly Dictionary<string, (string Name, string Text)> DatasetNames = new(StringComparer.Ordinal)
    {
        ["emoji36"] = ("Emoji36", PageText.Key("Drawings of emoji with their names in 36 languages; runs of this portal.")),
        ["xm3600"] = (
            "XM3600",
            PageText.Key("Crossmodal-3600: 3,600 photographs, captions in 36 languages. Published figures were released with the paper.")
        ),
        ["coco"] = (
            "MSCOCO36",
            PageText.Key(
                "MSCOCO's 5,000 test photographs, captions translated to 36 languages. Published figures were released with the paper."
            )
        ),
        ["flickr30k"] = (
            "Flickr30k",
            PageText.Key("1,000 test photographs, captions in four languages. Published figures were released with the paper.")
        ),
    };

    private static readonly Dictionary<string, string> ProtocolTexts = new(StringComparer.Ordinal)
    {
        ["emoji36"] = PageText.Key("Names that all 36 languages have, against drawings by an artist never seen in training"),
        ["emoji36-all"] = PageText.Key("Every name of a language, against drawings by an artist never seen in training"),
        ["emoji36-seen"] = PageText.Key("Names that all 36 languages have, against drawings seen in training"),
        [PublishedResults.Protocol] = PageText.Key("Every caption of the test set is a query, all its images are the gallery"),
        ["first-caption"] = PageText.Key("Only the first caption of each image is a query, all images of the test set are the gallery"),
        ["coco-1k"] = PageText.Key("Mean over five folds of 1,000 images, each a gallery of its own"),
    };

    // What people call the published test sets.
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["xm3600"] = "xm3600",
        ["crossmodal-3600"] = "xm3600",
        ["coco"] = "coco",
        ["mscoco"] = "coco",
        ["mscoco36"] = "coco",
        ["coco36"] = "coco",
        ["flickr30k"] = "flickr30k",
    };

    /// <summary>Data sets of this portal whose results can always be asked for, even before the first run.</summary>
    public static IReadOnlyList<string> OwnDatasets { get; } = ["emoji36"];

    /// <summary>Protocols of this portal's runs.</summary>
    public static IReadOnlyList<string> OwnProtocols { get; } =
    ["emoji36", "emoji36-all", "emoji36-seen", PublishedResults.Protocol, "first-caption", "coco-1k"];

    /// <summary>The name under which scores on a data set stand on the leaderboard: a published test set's, whatever it was called when it was added, else its id.</summary>
    public static string Canonical(string id) => Aliases.GetValueOrDefault(id, id);

    /// <summary>Those of some protocols that scores on a data set may have: an embedded data set has its own alone, and no other has them.</summary>
    public static IEnumerable<string> ProtocolsOf(string dataset, IEnumerable<string> protocols) =>
        OwnDatasets.Contains(dataset)
            ? protocols.Where(p => Belongs(p, dataset))
            : protocols.Where(p => !OwnDatasets.Any(own => Belongs(p, own)));

    private static bool Belongs(string protocol, string dataset) =>
        protocol == dataset || protocol.StartsWith(dataset + "-", StringComparison.Ordinal);

    /// <summary>Where a row comes from, as the API and exports say it.</summary>
    public static string Source(BoardSource source) =>
        source switch
        {
            BoardSource.Own => "own",
            BoardSource.Imported => "imported",
            _ => "published",
        };

    /// <summary>Where rows come from, in the reader's language.</summary>
    public static string SourceName(BoardSource source, PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return source switch
        {
            BoardSource.Own => text["own runs"],
            BoardSource.Imported => text["imported"],
            _ => text["published"],
        };
    }

    /// <summary>Data sets that have a name of their own here.</summary>
    public static IEnumerable<(string Id, string Name)> Named => DatasetNames.Select(d => (d.Key, d.Value.Name));

    /// <summary>Display name of a data set.</summary>
    public static string Dataset(string id) => DatasetNames.TryGetValue(id, out var known) ? known.Name : id;

    /// <summary>One sentence on a data set, or null.</summary>
    public static string? DatasetText(string id, PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return DatasetNames.TryGetValue(id, out var known) ? text[known.Text] : null;
    }

    /// <summary>One sentence on a protocol.</summary>
    public static string Protocol(string id, PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ProtocolTexts.TryGetValue(id, out var known) ? text[known] : text["Evaluation protocol {0}", id];
    }
}
