using CllClip.Engine.Evaluation;
using CllClip.Portal.Localization;
using CllClip.Shared.Results;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Turns the stored scores of a run into the figures of its row.</summary>
public static class StageScores
{
    /// <summary>Why there is no score right after a language's own task where one task was for all languages.</summary>
    internal static readonly LateText OneTask = new(PageText.Key("All languages were learned at once, or none: there is no own task."));

    /// <summary>The figures of every data set, protocol, direction and K that the scores hold.</summary>
    /// <param name="scores">Scores of one run, in any order.</param>
    /// <param name="finishedStages">Number of tasks whose scores are complete; later ones are left out.</param>
    /// <param name="dataset">The run's own data set.</param>
    public static IReadOnlyDictionary<ScoreKey, EntryScores> Build(IEnumerable<Score> scores, int finishedStages, string dataset)
    {
        var complete = scores.Where(s => s.Stage <= finishedStages).ToList();
        var learned = complete.Where(s => s.Dataset is null).Select(s => s.Language).ToHashSet(StringComparer.Ordinal); // it has them all
        var figures = new Dictionary<ScoreKey, EntryScores>();
        foreach (var on in complete.GroupBy(s => s.Dataset))
        {
            var lacking = learned.Except(on.Select(s => s.Language)).ToList();
            // Two data sets that are published as one, both of one run: they keep their own names, and are not mixed.
            var (id, name) = (on.Key ?? dataset, BoardNames.Canonical(on.Key ?? dataset));
            var set = complete.Any(s => s.Dataset != on.Key && BoardNames.Canonical(s.Dataset ?? dataset) == name) ? id : name;
            foreach (var protocol in on.GroupBy(s => s.Protocol))
            {
                var images = protocol.Where(s => s.Direction == RetrievalDirection.ImageToText).Select(s => s.N).DefaultIfEmpty().Max();
                foreach (var g in protocol.GroupBy(s => (s.Direction, s.K)))
                {
                    figures[new ScoreKey(set, protocol.Key, g.Key.Direction, g.Key.K)] = Figures([.. g]) with
                    {
                        Lacking = lacking,
                        Images = images,
                        TestSet = on.Key,
                    };
                }
            }
        }
        return figures;
    }

    private static EntryScores Figures(IReadOnlyList<Score> scores)
    {
        var last = scores.Max(s => s.Stage);
        var own = new Dictionary<string, double>(StringComparer.Ordinal);
        var final = new Dictionary<string, double>(StringComparer.Ordinal);
        var forgetting = new Dictionary<string, Forgotten>(StringComparer.Ordinal);
        foreach (var language in scores.GroupBy(s => s.Language))
        {
            var byStage = language.OrderBy(s => s.Stage).ToList();
            own[language.Key] = byStage[0].Recall;
            if (byStage[^1].Stage != last)
            {
                continue;
            }
            final[language.Key] = byStage[^1].Recall;
            if (byStage.Count > 1)
            {
                forgetting[language.Key] = Forgotten.Of([.. byStage.Select(s => s.Recall)]);
            }
        }
        // Joint training and zero-shot: one task for all languages, so that no language has a task of its own.
        var together = last == 1 && own.Count > 1;
        return new EntryScores
        {
            Final = final,
            OwnTask = together ? new Dictionary<string, double>() : own,
            Forgetting = forgetting,
            Queries = scores.GroupBy(s => s.Language).ToDictionary(g => g.Key, g => g.Last().N, StringComparer.Ordinal),
            LastStage = last,
            OwnTaskMissing = together ? OneTask : null,
        };
    }
}
