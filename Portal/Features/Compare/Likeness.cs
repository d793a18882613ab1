using CllClip.Portal.Localization;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Compare;

/// <summary>Why a run and the reference are not like for like, whatever their methods.</summary>
internal static class Likeness
{
    /// <summary>The reasons, a sentence each; none where the two are alike.</summary>
    /// <param name="first">The reference, as far as it is compared.</param>
    /// <param name="second">The run.</param>
    /// <param name="tested">Revisions of the data set that the two were evaluated on.</param>
    /// <param name="text">The language of the sentences.</param>
    public static IReadOnlyList<string> Unlike(Side first, Side second, (string? First, string? Second) tested, PageText text)
    {
        var reasons = new List<string>();
        var (a, b) = (first.Run, second.Run);
        if (!first.Tasks.Learns || !second.Tasks.Learns)
        {
            // what learns nothing has no stages that could be unlike
        }
        else if (!first.Learned.SetEquals(second.Learned))
        {
            reasons.Add(
                text[
                    "They have not learned the same languages by then (“{0}” {1}, “{2}” {3}): what differs may be how much was learned, not how well.",
                    b.Name,
                    second.Learned.Count,
                    a.Name,
                    first.Learned.Count
                ]
            );
        }
        else if (first.Order is { } one && second.Order is { } other && one != other)
        {
            reasons.Add(text["They learned the languages in different orders, which alone changes what is forgotten."]);
        }
        if (tested.First is null || tested.Second is null)
        {
            reasons.Add(text["It is not known of both which revision of the data set they were evaluated on."]);
        }
        else if (tested.First != tested.Second)
        {
            reasons.Add(text["They were evaluated on different revisions of the data set: their queries are not the same."]);
        }
        if (a.Dataset != b.Dataset)
        {
            reasons.Add(text["They were trained on different data: “{0}” on {1}, “{2}” on {3}.", b.Name, b.Dataset, a.Name, a.Dataset]);
        }
        else if (Differ(a.Provenance?.DataRevision, b.Provenance?.DataRevision) && tested.First == tested.Second)
        {
            reasons.Add(text["They were trained on different revisions of {0}.", a.Dataset]);
        }
        if (a.Model != b.Model)
        {
            reasons.Add(text["They start from different base models: “{0}” from {1}, “{2}” from {3}.", b.Name, b.Model, a.Name, a.Model]);
        }
        else if (Differ(a.Provenance?.BaseModelHash, b.Provenance?.BaseModelHash))
        {
            reasons.Add(text["They start from different weights of {0}.", a.Model]);
        }
        return reasons;
    }

    private static bool Differ(string? one, string? other) => one is not null && other is not null && one != other;

    /// <summary>A run as far as it is compared.</summary>
    internal sealed record Side(RunView Run, RunTasks Tasks, int Stage)
    {
        public HashSet<string> Learned { get; } = [.. Tasks.Tasks.Take(Stage).SelectMany(t => t)];

        public string? Order => Tasks.OrderUpTo(Stage);
    }
}
