using CllClip.Shared.Results;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Turns the stored scores of a run into the figures of its row.</summary>
public static class StageScores
{
    private const string OneTask = "All languages were learned at once, or none: there is no own task.";

    /// <summary>The figures of every protocol, direction and K that the scores hold.</summary>
    /// <param name="scores">Scores of one run, in any order.</param>
    /// <param name="finishedStages">Number of tasks whose scores are complete; later ones are left out.</param>
    public static IReadOnlyDictionary<ScoreKey, EntryScores> Build(IEnumerable<Score> scores, int finishedStages) =>
        scores
            .Where(s => s.Stage <= finishedStages)
            .GroupBy(s => new ScoreKey(s.Protocol, s.Direction, s.K))
            .ToDictionary(g => g.Key, g => Figures([.. g]));

    private static EntryScores Figures(IReadOnlyList<Score> scores)
    {
        var last = scores.Max(s => s.Stage);
        var own = new Dictionary<string, double>(StringComparer.Ordinal);
        var final = new Dictionary<string, double>(StringComparer.Ordinal);
        var forgetting = new Dictionary<string, double>(StringComparer.Ordinal);
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
                forgetting[language.Key] = byStage.Take(byStage.Count - 1).Max(s => s.Recall) - byStage[^1].Recall;
            }
        }
        // Joint training and zero-shot: one task for all languages, so that no language has a task of its own.
        var together = last == 1 && own.Count > 1;
        return new EntryScores
        {
            Final = final,
            OwnTask = together ? new Dictionary<string, double>() : own,
            Forgetting = forgetting,
            Queries = scores.Where(s => s.Stage == last).Select(s => s.N).DefaultIfEmpty().Max(),
            OwnTaskMissing = together ? OneTask : null,
        };
    }
}
