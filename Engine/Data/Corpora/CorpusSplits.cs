namespace CllClip.Engine.Data.Corpora;

/// <summary>Names of splits in people's own data.</summary>
internal static class CorpusSplits
{
    /// <summary>What to do about an unknown one.</summary>
    public const string Remedy = "Use train, val or test.";

    /// <summary>The split of that name; null for an unknown one.</summary>
    public static CorpusSplit? Parse(string? name) =>
        name?.Trim().ToLowerInvariant() switch
        {
            "train" or "restval" => CorpusSplit.Train, // Karpathy's name for the part of MSCOCO's validation images that are trained on
            "val" or "validation" or "dev" => CorpusSplit.Validation,
            "test" => CorpusSplit.Test,
            _ => null,
        };
}
