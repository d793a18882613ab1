using CllClip.Engine;
using CllClip.Engine.Evaluation.Statistics;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Shared.Results;

namespace CllClip.Portal.Features.Compare;

/// <summary>One run of a comparison held against the first, query by query.</summary>
internal static class AgainstFirst
{
    private const int Seed = 1; // one page, one result

    /// <summary>A run's figures, and where it is not the first how it differs.</summary>
    /// <param name="run">The run.</param>
    /// <param name="first">The first run; null for itself.</param>
    /// <param name="grid">The run's scores on what was chosen.</param>
    /// <param name="choice">Data set and protocol.</param>
    /// <param name="query">Direction and K.</param>
    /// <param name="languages">Languages that all runs have learned.</param>
    /// <param name="text">The reader's language.</param>
    public static ComparedRun Compared(
        Candidate run,
        Candidate? first,
        ScoreGrid grid,
        ComparisonChoice choice,
        CompareQuery query,
        List<string> languages,
        PageText text
    )
    {
        List<double?> Over(Func<int, double?> value) => [.. Enumerable.Range(1, run.Done).Select(value)];
        var compared = new ComparedRun
        {
            Run = run.Run,
            Stage = run.Stage,
            Stages = run.Done,
            Ar = grid.Average(run.Stage, languages),
            F = grid.Forgetting(run.Stage, languages),
            ArByStage = Over(s => grid.Average(s, run.Run.Languages)),
            FByStage = Over(s => grid.Forgetting(s, run.Run.Languages)),
            Recall = languages.ToDictionary(l => l, l => grid.Cell(run.Stage, l)!),
        };
        if (first is null || languages.Count == 0)
        {
            return compared;
        }
        var tested = (first.Revision(choice.Dataset), run.Revision(choice.Dataset));
        compared = compared with { Unlike = Likeness.Unlike(first.Side, run.Side, tested, text) };
        if (Answers(first, run, choice, query, languages, text, out var untested) is not { } answers)
        {
            return compared with { Untested = untested };
        }
        var pairs = languages.Select((l, i) => PairedComparison.Of(answers[i].First, answers[i].Second, new Random(Seed))).ToList();
        var holm = Holm.Adjust([.. pairs.Select(p => p.P)]);
        return compared with
        {
            Overall = Overall(answers),
            Differences = languages
                .Select((l, i) => (l, i))
                .ToDictionary(
                    x => x.l,
                    x =>
                    {
                        var pair = pairs[x.i];
                        return new LanguageDifference(
                            pair.Queries,
                            pair.OnlyFirst,
                            pair.OnlySecond,
                            pair.Difference,
                            pair.Interval.Low,
                            pair.Interval.High,
                            pair.P,
                            holm[x.i]
                        );
                    }
                ),
        };
    }

    /// <summary>Whether each run answers each query, by language; null where that is not known of both.</summary>
    private static List<(bool[] First, bool[] Second)>? Answers(
        Candidate first,
        Candidate second,
        ComparisonChoice choice,
        CompareQuery query,
        List<string> languages,
        PageText text,
        out string? untested
    )
    {
        untested = null;
        if (first.Revision(choice.Dataset) != second.Revision(choice.Dataset))
        {
            untested = text["Evaluated on another revision of the data set."];
            return null;
        }
        var answers = new List<(bool[], bool[])>();
        foreach (var language in languages)
        {
            try
            {
                var (a, b) = (first.Answers(choice, query, language), second.Answers(choice, query, language));
                if (a is null || b is null)
                {
                    var without = (a is null ? first : second).Run.Name;
                    untested = text[
                        "Only the scores of “{0}” are here, not its answers to single queries; what is trained from this version on keeps them.",
                        without
                    ];
                    return null;
                }
                if (a.Length != b.Length)
                {
                    untested = text["In {0} the runs were asked {1} and {2} queries.", language, a.Length, b.Length];
                    return null;
                }
                answers.Add((a, b));
            }
            catch (EngineException e)
            {
                untested = e.Message;
                return null;
            }
        }
        return answers;
    }

    /// <summary>The mean over languages, images drawn with all their languages; null where the languages have other queries each.</summary>
    private static MeanDifference? Overall(List<(bool[] First, bool[] Second)> answers)
    {
        var queries = answers[0].First.Length;
        if (answers.Any(a => a.First.Length != queries))
        {
            return null;
        }
        var differences = new double[queries];
        foreach (var (first, second) in answers)
        {
            for (var i = 0; i < queries; i++)
            {
                differences[i] += 100.0 * ((second[i] ? 1 : 0) - (first[i] ? 1 : 0)) / answers.Count;
            }
        }
        var means = PairedMeans.Of(differences, new Random(Seed));
        return new(means.Units, means.Difference, means.Interval.Low, means.Interval.High, means.P);
    }
}
