using System.Globalization;

namespace CllClip.Portal.Features.Pruning;

/// <summary>What is said to whoever asks for checkpoints that were pruned.</summary>
internal static class PrunedWords
{
    public static string Of(string run, DateTime at) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"The checkpoints of “{run}” were pruned on {at:yyyy-MM-dd} (see /storage). Its scores are kept; run it again to have its checkpoints."
        );
}
