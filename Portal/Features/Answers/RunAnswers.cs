using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Search;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Hosting;
using CllClip.Portal.Localization;
using CllClip.Portal.Storage;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Answers;

/// <summary>The queries behind one cell of a run's matrix: right, wrong, newly forgotten; what was found instead is computed with the stage's weights.</summary>
public sealed class RunAnswers(RunQueries queries, RunChains chains, IEngineHost host, LoadedCheckpoints loaded)
{
    private const int Shown = 3; // of what is found

    /// <summary>The answers asked for; null if there is no such run.</summary>
    /// <param name="query">The cell, and which of its queries.</param>
    /// <param name="text">The language of <see cref="AnswerPage.Note"/>.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="EngineException">A file is damaged.</exception>
    public async Task<AnswerPage?> ReadAsync(AnswerQuery query, PageText text, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(text);
        if (await queries.GetAsync(query.Run, stop) is not { } run || await chains.FolderAsync(query.Run, stop) is not { } folder)
        {
            return null;
        }
        var set = query.Dataset == run.Dataset ? null : query.Dataset;
        var dataset = host.Datasets.FirstOrDefault(d => d.Id == (set ?? run.Dataset));
        var stages = (await queries.StagesAsync(query.Run, stop)).Count;
        AnswerPage Nothing(string why) =>
            new()
            {
                Run = run,
                Stages = stages,
                Protocol = query.Protocol ?? "",
                Note = why,
            };
        if (dataset is null)
        {
            return Nothing(text["The data set {0} is not here any more: register it again on the page Data.", set ?? run.Dataset]);
        }
        if (Revision(run, set) is { } revision && revision != dataset.Revision)
        {
            return Nothing(
                text["{0} has changed since this run was evaluated on it, so that its queries cannot be told any more.", dataset.Name]
            );
        }
        if (!dataset.Languages.Contains(query.Language))
        {
            return Nothing(text["{0} has no captions in '{1}'.", dataset.Name, SearchService.Short(query.Language)]);
        }
        var sets = dataset.Tests(query.Language);
        short[]? Ranks(int stage, RetrievalSet of) => RankFile.Read(folder, stage, set, of.Protocol, query.Language, query.Direction);
        var there = sets.Where(s => Ranks(query.Stage, s) is not null).ToList();
        if ((there.Find(s => s.Protocol == query.Protocol) ?? there.FirstOrDefault()) is not { } tested)
        {
            return Nothing(
                RankFile.Exists(folder, query.Stage)
                    ? text["'{0}' was not measured at stage {1}.", query.Language, query.Stage]
                    : text[
                        "Only the scores of this run are here, not its answers to single queries; runs trained from this version on keep them."
                    ]
            );
        }
        var now = Ranks(query.Stage, tested)!;
        if (now.Length != (query.Direction == RetrievalDirection.TextToImage ? tested.Captions.Count : tested.Images.Count))
        {
            return Nothing(text["The ranks kept belong to another version of the data set."]);
        }
        var (best, bestStage) = Best(query.Stage, now.Length, stage => Ranks(stage, tested));
        bool In(short rank) => rank >= 0 && rank < query.K;
        bool Is(AnswerKind kind, int i) =>
            kind switch
            {
                AnswerKind.Right => In(now[i]),
                AnswerKind.Learned => In(now[i]) && !In(best[i]),
                AnswerKind.Forgotten => !In(now[i]) && In(best[i]),
                _ => !In(now[i]),
            };
        var all = Enumerable.Range(0, now.Length).Where(i => now[i] >= 0).ToList(); // an image without captions is no query
        int[] wanted =
        [
            .. all.Where(i => Is(query.Show, i))
                .OrderByDescending(i => now[i])
                .Skip(Math.Max(0, query.Skip))
                .Take(Math.Clamp(query.Take, 1, AnswerQuery.MostAtOnce)),
        ];
        var view = new CellView(dataset, tested, query.Direction);
        var page = new AnswerPage
        {
            Run = run,
            Stages = stages,
            Protocol = tested.Protocol,
            Protocols = [.. there.Select(s => s.Protocol)],
            Counts = Enum.GetValues<AnswerKind>().ToDictionary(k => k, k => all.Count(i => Is(k, i))),
            Items =
            [
                .. wanted.Select(i =>
                    view.Answer(i) with
                    {
                        Place = now[i] + 1,
                        BestPlace = bestStage[i] == 0 ? null : best[i] + 1,
                        BestStage = bestStage[i] == 0 ? null : bestStage[i],
                    }
                ),
            ],
        };
        return wanted.Length == 0 ? page : await WithFoundAsync(page, run, query, view, wanted, text, stop);
    }

    private async Task<AnswerPage> WithFoundAsync(
        AnswerPage page,
        RunView run,
        AnswerQuery query,
        CellView view,
        int[] wanted,
        PageText text,
        CancellationToken stop
    )
    {
        try
        {
            var located = await loaded.LocateAsync(
                run.Method == "zero-shot" ? CheckpointQueries.IdOf(run.Model) : $"{run.Id}:{query.Stage}",
                stop
            );
            var checkpoint = await loaded.GetAsync(located, null, stop);
            return await Task.Run(
                () =>
                {
                    var found = Find(checkpoint, run, query, view, wanted, stop);
                    return page with
                    {
                        Items =
                        [
                            .. page.Items.Select(
                                (item, i) => item with { Tokens = checkpoint.Explain(item.Caption, located.TeirExponent), Found = found[i] }
                            ),
                        ],
                    };
                },
                stop
            );
        }
        catch (SearchException)
        {
            return page with { Note = text["The weights of this stage are not here, so that what was found instead cannot be told."] };
        }
    }

    private FoundInstead[][] Find(
        SearchCheckpoint checkpoint,
        RunView run,
        AnswerQuery query,
        CellView view,
        int[] wanted,
        CancellationToken stop
    )
    {
        var features = host.Features(view.Dataset, run.Model, stop: stop);
        var toImages = query.Direction == RetrievalDirection.TextToImage;
        // what is asked, and all that may be found
        int[] captions = toImages ? wanted : [.. Enumerable.Range(0, view.Set.Captions.Count)];
        int[] images = toImages ? [.. Enumerable.Range(0, view.Set.Images.Count)] : wanted;
        var numbers = new float[captions.Length * features.Width];
        for (var i = 0; i < captions.Length; i++)
        {
            stop.ThrowIfCancellationRequested();
            checkpoint.Embed(view.Set.Captions[captions[i]], query.Language)?.CopyTo(numbers, i * features.Width);
        }
        var found = Nearest.Of(numbers, features, [.. images.Select(i => (long)view.Set.Images[i])], toImages, Shown);
        return [.. wanted.Select((position, i) => found[i].Select(p => view.Found(p, position)).ToArray())];
    }

    private static (short[] Best, int[] Stage) Best(int stage, int count, Func<int, short[]?> ranks)
    {
        var (best, at) = (new short[count], new int[count]);
        Array.Fill(best, QueryRanks.Most);
        for (var s = 1; s < stage; s++)
        {
            if (ranks(s) is not { } earlier || earlier.Length != count)
            {
                continue; // not learned yet
            }
            for (var i = 0; i < count; i++)
            {
                if (earlier[i] >= 0 && (at[i] == 0 || earlier[i] < best[i]))
                {
                    (best[i], at[i]) = (earlier[i], s);
                }
            }
        }
        return (best, at);
    }

    private static string? Revision(RunView run, string? set) =>
        set is null ? run.Provenance?.DataRevision : run.Provenance?.TestSetRevisions?.GetValueOrDefault(set);
}
