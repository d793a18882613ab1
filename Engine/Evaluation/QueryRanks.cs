using CllClip.Shared.Results;

namespace CllClip.Engine.Evaluation;

/// <summary>How each query of one language fared in one direction: what a recall is the share of, and what two runs are compared by.</summary>
/// <param name="Dataset">Id of the further data set; null is the run's own.</param>
/// <param name="Protocol">Evaluation protocol.</param>
/// <param name="Language">Language of the captions.</param>
/// <param name="Direction">Text to image: one rank a caption of the retrieval set, in its order; image to text: one an image.</param>
/// <param name="Ranks">Ranks from 0, within the query's own fold where the protocol has folds; at most <see cref="Most"/>; -1 for an image without captions.</param>
public sealed record QueryRanks(string? Dataset, string Protocol, string Language, RetrievalDirection Direction, short[] Ranks)
{
    /// <summary>Ranks from here on are not told apart.</summary>
    public const short Most = short.MaxValue;

    /// <summary>Ranks as they are counted, as they are kept.</summary>
    public static short[] Capped(IEnumerable<long> ranks) => [.. ranks.Select(r => (short)Math.Min(r, Most))];
}
