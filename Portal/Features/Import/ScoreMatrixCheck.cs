using System.Globalization;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Results;

namespace CllClip.Portal.Features.Import;

/// <summary>
/// Whether scores are whole: after each task every language learned so far, for each direction, K and protocol that is there at all. With a stage missing,
/// forgetting would be a figure of something else.
/// </summary>
/// <param name="languages">Languages in the order of learning.</param>
/// <param name="atOnce">Whether the method learns all languages in one task, or nothing.</param>
/// <param name="own">Id of the run's own data set.</param>
/// <param name="problems">Takes what is wrong.</param>
internal sealed class ScoreMatrixCheck(IReadOnlyList<string> languages, bool atOnce, string own, ImportProblems problems)
{
    private readonly Dictionary<string, int> _place = languages.Select((l, i) => (l, i)).ToDictionary(p => p.l, p => p.i);
    private bool _together;

    public void Check(IReadOnlyList<ImportedRow> rows)
    {
        var stages = rows.Max(r => r.Score.Stage);
        _together = stages == 1 && (atOnce || languages.Count > 1);
        if (!_together && stages != languages.Count)
        {
            problems.Field(
                "scores",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The last stage is {stages}, but {languages.Count} languages are learned one after the other."
                ),
                "Give every stage, one a language; or stage 1 alone where all languages were learned at once, or none."
            );
            return;
        }
        CheckRows(rows);
        CheckCutoffs(rows);
        if (problems.Count == 0)
        {
            foreach (var set in rows.GroupBy(r => r.Score.Dataset))
            {
                CheckWhole([.. set.Select(r => r.Score)], set.Key, stages);
            }
        }
    }

    /// <summary>Rows that no run could have.</summary>
    private void CheckRows(IReadOnlyList<ImportedRow> rows)
    {
        var seen = new Dictionary<(int, string, RetrievalDirection, int, string, string?), int>();
        foreach (var (line, s) in rows)
        {
            if (!seen.TryAdd((s.Stage, s.Language, s.Direction, s.K, s.Protocol, s.Dataset), line))
            {
                var first = seen[(s.Stage, s.Language, s.Direction, s.K, s.Protocol, s.Dataset)];
                problems.Row(line, "scores", $"This is the score of line {first} once more.", "Leave one of the two out.");
            }
            else if (!_place.TryGetValue(s.Language, out var place))
            {
                problems.Row(
                    line,
                    "language",
                    $"Language '{s.Language}' is not among those learned.",
                    "Add it to languages, or leave the row out."
                );
            }
            else if (!_together && s.Stage <= place)
            {
                problems.Row(
                    line,
                    "stage",
                    $"Language '{s.Language}' is learned in stage {place + 1}, but scored in stage {s.Stage}.",
                    "Correct the stage or the order of languages; scores before a language's own task are left out."
                );
            }
            var set = BoardNames.Canonical(s.Dataset ?? own);
            if (!BoardNames.ProtocolsOf(set, [s.Protocol]).Any())
            {
                problems.Row(
                    line,
                    "protocol",
                    $"The protocol '{s.Protocol}' does not belong to the data set '{set}'.",
                    $"Protocols there are for example: {string.Join(", ", BoardNames.ProtocolsOf(set, BoardNames.OwnProtocols))}."
                );
            }
        }
    }

    /// <summary>Whoever is found among the first five is found among the first ten.</summary>
    private void CheckCutoffs(IReadOnlyList<ImportedRow> rows)
    {
        foreach (var cell in rows.GroupBy(r => (r.Score.Stage, r.Score.Language, r.Score.Direction, r.Score.Protocol, r.Score.Dataset)))
        {
            ImportedRow? smaller = null;
            foreach (var row in cell.OrderBy(r => r.Score.K))
            {
                if (smaller is not null && row.Score.Recall < smaller.Score.Recall)
                {
                    problems.Row(
                        row.Line,
                        "recall",
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"Recall@{row.Score.K} is {row.Score.Recall}, less than Recall@{smaller.Score.K} in line {smaller.Line} ({smaller.Score.Recall})."
                        ),
                        "One of the two is wrong: recall grows with K."
                    );
                }
                smaller = row;
            }
        }
    }

    private void CheckWhole(IReadOnlyList<Score> scores, string? dataset, int stages)
    {
        var on = dataset is null ? "" : $" on {dataset}";
        // A further data set need not have every language; which it has, the scores say.
        var tested = dataset is null ? languages : [.. languages.Where(l => scores.Any(s => s.Language == l))];
        foreach (var kind in scores.GroupBy(s => (s.Protocol, s.Direction, s.K)))
        {
            var there = kind.Select(s => (s.Stage, s.Language)).ToHashSet();
            var what = $"{kind.Key.Protocol}, {RetrievalChoices.Code(kind.Key.Direction)}, Recall@{kind.Key.K}{on}";
            for (var stage = 1; stage <= stages; stage++)
            {
                var at = stage;
                var expected = tested.Where(l => _together || _place[l] < at).ToList();
                var missing = expected.Where(l => !there.Contains((at, l))).ToList();
                if (missing.Count > 0)
                {
                    problems.Field(
                        "scores",
                        missing.Count == expected.Count
                            ? $"Stage {stage} is missing ({what})."
                            : $"Stage {stage} has no score of {string.Join(", ", missing)} ({what}).",
                        "Every stage needs each language learned so far."
                    );
                }
            }
        }
    }
}
