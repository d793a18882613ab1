using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Pruning;

/// <summary>Kinds and parts in words.</summary>
internal static class PruneNames
{
    private static readonly Dictionary<PruneKind, (string Name, string Help)> Kinds = new()
    {
        [PruneKind.Caches] = (
            PageText.Key("Embeddings that nothing needs"),
            PageText.Key(
                "Their data set, revision or base model is registered no more. They are computed again if it is; days since that was first seen."
            )
        ),
        [PruneKind.Leftovers] = (
            PageText.Key("What was put aside or damaged"),
            PageText.Key("Stages that were put aside, damaged files, and what killed processes left; days since it was first seen.")
        ),
        [PruneKind.Copies] = (
            PageText.Key("Copies of the database"),
            PageText.Key("Made before it was brought up to date; the newest stay.")
        ),
        [PruneKind.Within] = (
            PageText.Key("Checkpoints within a stage"),
            PageText.Key("Of finished runs, which nothing reads any more; days since the run ended.")
        ),
        [PruneKind.Checkpoints] = (
            PageText.Key("All checkpoints of finished runs"),
            PageText.Key(
                "Only training again brings them back. Scores, ranks, curves and logs stay, and so do runs with the tag “keep”; days since the run ended."
            )
        ),
    };

    private static readonly Dictionary<string, string> Parts = new(StringComparer.Ordinal)
    {
        ["database"] = PageText.Key("Database"),
        ["checkpoints"] = PageText.Key("Checkpoints of runs"),
        ["runs"] = PageText.Key("Ranks and curves of runs"),
        ["datasets"] = PageText.Key("Prepared data sets"),
        ["caches"] = PageText.Key("Embeddings"),
        ["uploads"] = PageText.Key("Uploads"),
        ["copies"] = PageText.Key("Copies of the database"),
        ["other"] = PageText.Key("Everything else"),
    };

    public static string Of(PruneKind kind, PageText text) => text[Kinds[kind].Name];

    public static string Help(PruneKind kind, PageText text) => text[Kinds[kind].Help];

    public static string Part(string part, PageText text) => text[Parts[part]];
}
