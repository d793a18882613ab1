using CllClip.Engine.Evaluation.Statistics;
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
        List<Candidate> all,
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
                        .Select(x =>
                            Told(AgainstFirst.Compared(x.r, x.i == 0 ? null : runs[0], grids[x.i], choice, query, languages, text))
                        ),
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
}
