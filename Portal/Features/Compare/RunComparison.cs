using CllClip.Engine;
using CllClip.Engine.Evaluation.Statistics;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Portal.Storage;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Compare;

/// <summary>Compares runs by their answers to the same queries after their last stages.</summary>
public sealed class RunComparison(RunQueries queries, RunChains chains)
{
    private const int Seed = 1; // one page, one result

    /// <summary>The comparison.</summary>
    /// <param name="query">Which runs, by what.</param>
    /// <param name="text">The language that notes and conclusions are told in.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<Comparison> CompareAsync(CompareQuery query, PageText text, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(text);
        var (found, missing) = (new List<Candidate>(), new List<string>());
        foreach (var id in query.Runs)
        {
            if (await queries.GetAsync(id, stop) is { } run)
            {
                var stages = await queries.StagesAsync(id, stop);
                found.Add(new(run, await queries.ScoresAsync(id, stop: stop), stages.Count, await chains.FolderAsync(id, stop)));
            }
            else
            {
                missing.Add(id);
            }
        }
        var empty = new Comparison
        {
            Direction = query.Direction,
            K = query.K,
            Missing = missing,
            Differences = RunSettingsDifference.Of([.. found.Select(f => f.Run)]),
            Runs = [.. found.Select(f => new ComparedRun { Run = f.Run, Stage = f.Stages })],
        };
        return found.Count == 0 ? empty : await Task.Run(() => Compare(query, found, empty, text), stop);
    }

    private static Comparison Compare(CompareQuery query, IReadOnlyList<Candidate> runs, Comparison empty, PageText text)
    {
        var choices = runs.Select(r => r.Choices).Aggregate((a, b) => a.Intersect(b)).ToList();
        if (runs.Where(r => r.Stages == 0).Select(r => r.Run.Name).ToList() is { Count: > 0 } early)
        {
            return empty with { Notes = [text["No task is done yet: {0}. Figures come with the first one.", string.Join(", ", early)]] };
        }
        if (choices.Count == 0)
        {
            return empty with
            {
                Notes =
                [
                    text["These runs have no data set and protocol in common, so that no figure of one may stand beside one of another."],
                ],
            };
        }
        var choice =
            choices.FirstOrDefault(c => c.Dataset == query.Dataset && (query.Protocol is null || c.Protocol == query.Protocol))
            ?? choices.FirstOrDefault(c => c.Protocol == query.Protocol)
            ?? choices[0];
        var grids = runs.Select(r => r.Grid(choice, query)).ToList();
        var languages = runs[0].Run.Languages.Where(l => runs.Zip(grids).All(x => x.Second.Cell(x.First.Stages, l) is not null)).ToList();
        var notes = new List<string>();
        if (query.Dataset is { } asked && (asked != choice.Dataset || (query.Protocol is { } p && p != choice.Protocol)))
        {
            notes.Add(
                query.Protocol is { } under
                    ? text[
                        "Not all of these runs have scores on {0} under {1}; {2} under {3} is shown.",
                        asked,
                        under,
                        choice.Dataset,
                        choice.Protocol
                    ]
                    : text["Not all of these runs have scores on {0}; {1} under {2} is shown.", asked, choice.Dataset, choice.Protocol]
            );
        }
        if (runs.Any(r => r.Run.Languages.Count != languages.Count))
        {
            notes.Add(
                text.Count(
                    "The runs have not learned the same languages; the {0} that all have learned so far is compared.",
                    "The runs have not learned the same languages; the {0} that all have learned so far are compared.",
                    languages.Count
                )
            );
        }
        if (runs.Select(r => r.Revision(choice.Dataset)).Distinct().Count() > 1)
        {
            notes.Add(
                text[
                    "The runs were evaluated on different revisions of the data set: their queries are not the same, and nothing is tested."
                ]
            );
        }
        return empty with
        {
            Dataset = choice.Dataset,
            Protocol = choice.Protocol,
            Choices = choices,
            Languages = languages,
            Notes = notes,
            Runs = [.. runs.Select((r, i) => Compared(r, i == 0 ? null : runs[0], grids[i], choice, query, languages, text))],
        };
    }

    private static ComparedRun Compared(
        Candidate run,
        Candidate? first,
        ScoreGrid grid,
        ComparisonChoice choice,
        CompareQuery query,
        List<string> languages,
        PageText text
    )
    {
        List<double?> Over(Func<int, double?> value) => [.. Enumerable.Range(1, run.Stages).Select(value)];
        var compared = new ComparedRun
        {
            Run = run.Run,
            Stage = run.Stages,
            Ar = grid.Average(run.Stages, languages),
            F = grid.Forgetting(run.Stages, languages),
            ArByStage = Over(s => grid.Average(s, run.Run.Languages)),
            FByStage = Over(s => grid.Forgetting(s, run.Run.Languages)),
            Recall = languages.ToDictionary(l => l, l => grid.Cell(run.Stages, l)!),
        };
        if (first is null || languages.Count == 0)
        {
            return compared;
        }
        if (Answers(first, run, choice, query, languages, text, out var untested) is not { } answers)
        {
            return compared with { Untested = untested };
        }
        var pairs = languages.Select((l, i) => PairedComparison.Of(answers[i].First, answers[i].Second, new Random(Seed))).ToList();
        var holm = Holm.Adjust([.. pairs.Select(p => p.P)]);
        compared = compared with
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
        return compared with { Conclusion = Conclusions.Of(compared, first.Run, text) };
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

    /// <summary>A run with what is stored of it.</summary>
    private sealed record Candidate(RunView Run, IReadOnlyList<Score> Scores, int Stages, string? Folder)
    {
        public IEnumerable<ComparisonChoice> Choices =>
            Scores.Select(s => new ComparisonChoice(s.Dataset ?? Run.Dataset, s.Protocol)).Distinct();

        public ScoreGrid Grid(ComparisonChoice choice, CompareQuery query) =>
            new(
                Scores.Where(s => (s.Dataset ?? Run.Dataset) == choice.Dataset && s.Stage <= Stages),
                choice.Protocol,
                query.Direction,
                query.K
            );

        public string? Revision(string dataset) =>
            dataset == Run.Dataset ? Run.Provenance?.DataRevision : Run.Provenance?.TestSetRevisions?.GetValueOrDefault(dataset);

        public bool[]? Answers(ComparisonChoice choice, CompareQuery query, string language)
        {
            var set = choice.Dataset == Run.Dataset ? null : choice.Dataset;
            return Folder is null ? null
                : RankFile.Read(Folder, Stages, set, choice.Protocol, language, query.Direction) is { } ranks
                    ? Array.ConvertAll(ranks, r => r >= 0 && r < query.K)
                : null;
        }
    }
}
