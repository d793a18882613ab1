using System.Collections.Concurrent;
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

/// <summary>Compares runs by their answers to the same queries, after the last stages at which they have learned the same.</summary>
public sealed class RunComparison(RunQueries queries, RunChains chains)
{
    private const int Seed = 1; // one page, one result
    private const double Reading = 0.2; // of the time

    /// <summary>The comparison.</summary>
    /// <param name="query">Which runs, by what.</param>
    /// <param name="text">The language that notes and conclusions are told in.</param>
    /// <param name="progress">Share that is done, 0 to 1: many runs take seconds.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<Comparison> CompareAsync(
        CompareQuery query,
        PageText text,
        IProgress<double>? progress = null,
        CancellationToken stop = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(text);
        var (found, missing) = (new List<Candidate>(), new List<string>());
        foreach (var id in query.Runs)
        {
            progress?.Report(Reading * (found.Count + missing.Count) / query.Runs.Count);
            if (await queries.GetAsync(id, stop) is { } run)
            {
                var (stages, scores) = (await queries.StagesAsync(id, stop), await queries.ScoresAsync(id, stop: stop));
                found.Add(new(run, scores, Tasks(run, stages, scores), await chains.FolderAsync(id, stop)));
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
            Runs =
            [
                .. found.Select(f => new ComparedRun
                {
                    Run = f.Run,
                    Stage = f.Done,
                    Stages = f.Done,
                }),
            ],
        };
        return found.Count == 0 ? empty : await Task.Run(() => Compare(query, found, empty, text, progress, stop), stop);
    }

    /// <summary>What a run has learned; of an imported one its scores alone say it.</summary>
    private static RunTasks Tasks(RunView run, IReadOnlyList<StageView> stages, IReadOnlyList<Score> scores)
    {
        if (run.Origin is null)
        {
            return new(run.Method, [.. stages.Select(s => s.Languages)]);
        }
        var learned = new HashSet<string>(StringComparer.Ordinal);
        return new(
            run.Method,
            [.. scores.GroupBy(s => s.Stage).OrderBy(g => g.Key).Select(g => g.Select(s => s.Language).Where(learned.Add).ToList())]
        );
    }

    private static Comparison Compare(
        CompareQuery query,
        IReadOnlyList<Candidate> all,
        Comparison empty,
        PageText text,
        IProgress<double>? progress,
        CancellationToken stop
    )
    {
        var done = 0;
        ComparedRun Told(ComparedRun run)
        {
            progress?.Report(Reading + ((1 - Reading) * Interlocked.Increment(ref done) / all.Count));
            return run;
        }
        var choices = all.Select(r => r.Choices).Aggregate((a, b) => a.Intersect(b)).ToList();
        if (all.Where(r => r.Done == 0).Select(r => r.Run.Name).ToList() is { Count: > 0 } early)
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
        List<RunTasks> tasks = [.. all.Select(r => r.Tasks)];
        var (same, taken) = (ComparedStages.Of(tasks, false), ComparedStages.Of(tasks, query.AtLast));
        var runs = all.Zip(taken.Stages, (r, stage) => r with { Stage = stage }).ToList();
        var grids = runs.Select(r => r.Grid(choice, query)).ToList();
        var languages = runs[0].Run.Languages.Where(l => runs.Zip(grids).All(x => x.Second.Cell(x.First.Stage, l) is not null)).ToList();
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
        notes.AddRange(OnStages(runs, taken, languages.Count, text));
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
            Learned = taken.Alike && taken.Learned > 0 ? taken.Learned : null,
            AtLast = query.AtLast || !taken.Alike,
            HasEarlier = same.Alike && !same.Stages.SequenceEqual(tasks.Select(t => t.Tasks.Count)),
            Runs = Concluded(
                [
                    .. runs.Select((r, i) => (r, i))
                        .AsParallel()
                        .AsOrdered()
                        .WithDegreeOfParallelism(Math.Max(1, Environment.ProcessorCount / 2)) // the others are the training's
                        .WithCancellation(stop)
                        .Select(x => Told(Compared(x.r, x.i == 0 ? null : runs[0], grids[x.i], choice, query, languages, text))),
                ],
                text
            ),
        };
    }

    /// <summary>The runs with what may be concluded: their means are corrected for the number of runs that are held against the first.</summary>
    private static List<ComparedRun> Concluded(IReadOnlyList<ComparedRun> compared, PageText text)
    {
        var holm = Holm.Adjust([.. compared.Select(c => c.Overall?.P).OfType<double>()]);
        var (place, concluded) = (0, new List<ComparedRun>());
        foreach (var one in compared)
        {
            var run = one.Overall is { } o ? one with { Overall = o with { HolmP = holm[place++], Tests = holm.Length } } : one;
            concluded.Add(run.Differences.Count == 0 ? run : run with { Conclusion = Conclusions.Of(run, compared[0], text) });
        }
        return concluded;
    }

    private static IEnumerable<string> OnStages(List<Candidate> runs, ComparedStages taken, int languages, PageText text)
    {
        if (runs.Where(r => r.Stage < r.Done).Select(r => r.Run.Name).ToList() is { Count: > 0 } further)
        {
            yield return text.Count(
                "Compared after the {0} language that all have learned; what has learned more since is taken as it was then: {1}.",
                "Compared after the {0} languages that all have learned; what has learned more since is taken as it was then: {1}.",
                taken.Learned,
                string.Join(", ", further)
            );
        }
        if (!taken.Alike)
        {
            yield return text.Count(
                "The runs have not learned the same languages: each is taken after its own last task, over the {0} that all have.",
                "The runs have not learned the same languages: each is taken after its own last task, over the {0} that all have.",
                languages
            );
        }
        else if (taken.Learned > languages)
        {
            yield return text.Count(
                "Only {0} of the languages learned has scores of all runs here; it alone is compared.",
                "Only {0} of the languages learned have scores of all runs here; they alone are compared.",
                languages
            );
        }
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

    /// <summary>A run with what is stored of it.</summary>
    private sealed record Candidate(RunView Run, IReadOnlyList<Score> Scores, RunTasks Tasks, string? Folder)
    {
        private readonly ConcurrentDictionary<string, bool[]?> _answers = []; // the first run's are asked for once for each other

        /// <summary>Number of tasks done.</summary>
        public int Done => Tasks.Tasks.Count;

        /// <summary>After which of them it is compared.</summary>
        public int Stage { get; init; }

        public Likeness.Side Side => new(Run, Tasks, Stage);

        public IEnumerable<ComparisonChoice> Choices =>
            Scores.Select(s => new ComparisonChoice(s.Dataset ?? Run.Dataset, s.Protocol)).Distinct();

        public ScoreGrid Grid(ComparisonChoice choice, CompareQuery query) =>
            new(
                Scores.Where(s => (s.Dataset ?? Run.Dataset) == choice.Dataset && s.Stage <= Done),
                choice.Protocol,
                query.Direction,
                query.K
            );

        public string? Revision(string dataset) =>
            dataset == Run.Dataset ? Run.Provenance?.DataRevision : Run.Provenance?.TestSetRevisions?.GetValueOrDefault(dataset);

        public bool[]? Answers(ComparisonChoice choice, CompareQuery query, string language) =>
            _answers.GetOrAdd(language, _ => ReadAnswers(choice, query, language));

        private bool[]? ReadAnswers(ComparisonChoice choice, CompareQuery query, string language)
        {
            var set = choice.Dataset == Run.Dataset ? null : choice.Dataset;
            return Folder is null ? null
                : RankFile.Read(Folder, Stage, set, choice.Protocol, language, query.Direction) is { } ranks
                    ? Array.ConvertAll(ranks, r => r >= 0 && r < query.K)
                : null;
        }
    }
}
