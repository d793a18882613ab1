using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Search;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Hosting;
using CllClip.Portal.Layout.Components;
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
        if (await FindAsync(query, text, stop) is not var (page, cell))
        {
            return null;
        }
        if (cell is null)
        {
            return page;
        }
        int[] wanted =
        [
            .. cell
                .Queries.Where(i => cell.Is(query.Show, i))
                .OrderByDescending(i => cell.Now[i])
                .Skip(Math.Max(0, query.Skip))
                .Take(Math.Clamp(query.Take, 1, AnswerQuery.MostAtOnce)),
        ];
        page = page with
        {
            Counts = Enum.GetValues<AnswerKind>().ToDictionary(k => k, k => cell.Queries.Count(i => cell.Is(k, i))),
            Items = [.. wanted.Select(cell.Answer)],
        };
        return wanted.Length == 0 ? page : await WithFoundAsync(page, page.Run, query, cell.View, wanted, text, stop);
    }

    /// <summary>Every query of a cell as a table, in the order of the retrieval set; null if there is no such run.</summary>
    /// <param name="query">The cell; which of its queries are shown does not matter.</param>
    /// <param name="only">Queries of this kind alone; null for all.</param>
    /// <param name="text">The language of the note.</param>
    /// <param name="stop">Ends the work.</param>
    /// <returns>The table, or why there is none.</returns>
    /// <exception cref="EngineException">A file is damaged.</exception>
    public async Task<(TableFile? Table, string? Note)?> TableAsync(
        AnswerQuery query,
        AnswerKind? only,
        PageText text,
        CancellationToken stop = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        return await FindAsync(query, text, stop) is not var (page, cell) ? null
            : cell is null ? (null, page.Note)
            : (AnswersTable.Of(cell, query with { Protocol = page.Protocol }, page.Run, only), null);
    }

    /// <summary>The cell without its queries, and where they are known these.</summary>
    private async Task<(AnswerPage Page, CellAnswers? Cell)?> FindAsync(AnswerQuery query, PageText text, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (await queries.GetAsync(query.Run, stop) is not { } run || await chains.FolderAsync(query.Run, stop) is not { } folder)
        {
            return null;
        }
        var set = query.Dataset == run.Dataset ? null : query.Dataset;
        var dataset = host.Datasets.FirstOrDefault(d => d.Id == (set ?? run.Dataset));
        var done = (await queries.StagesAsync(query.Run, stop)).Count;
        var measured = await MeasuredAsync(run, set, query, done, stop);
        var (figures, protocol) = measured.Figures(query.Stage, query.Language, query.Protocol);
        var page = new AnswerPage
        {
            Run = run,
            Stages = measured.Stages,
            Protocol = protocol ?? query.Protocol ?? "",
            Figures = figures,
        };
        (AnswerPage, CellAnswers?) Nothing(string why) => (page with { Note = why }, null);
        if (measured.Missing(query.Stage, query.Language, text) is { } missing)
        {
            var near = set is null || run.TestSets.Contains(set) ? measured : await MeasuredAsync(run, null, query, done, stop);
            return (page with { Note = missing, Nearest = near.Nearest(query.Stage, query.Language) }, null);
        }
        if (!RankFile.Exists(folder, query.Stage))
        {
            return query.Stage > done && run.State is RunState.Running or RunState.Stopping
                ? Nothing(text["Stage {0} is being measured: its queries can be seen when it is done.", query.Stage])
                : (
                    page with
                    {
                        ScoresAlone = true,
                        Note = text[
                            "Only the scores of this run are here, not its answers to single queries; runs trained from this version on keep them."
                        ],
                    },
                    null
                );
        }
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
            return (
                page with
                {
                    Note = text["{0} has no captions in '{1}'.", dataset.Name, SearchService.Short(query.Language)],
                    Nearest = measured.Nearest(query.Stage, query.Language),
                },
                null
            );
        }
        var sets = dataset.Tests(query.Language);
        short[]? Ranks(int stage, RetrievalSet of) => RankFile.Read(folder, stage, set, of.Protocol, query.Language, query.Direction);
        var there = sets.Where(s => Ranks(query.Stage, s) is not null).ToList();
        if ((there.Find(s => s.Protocol == query.Protocol) ?? there.FirstOrDefault()) is not { } tested)
        {
            return (
                page with
                {
                    Note = text["'{0}' was not measured at stage {1}.", query.Language, query.Stage],
                    Nearest = measured.Nearest(query.Stage, query.Language),
                },
                null
            );
        }
        var now = Ranks(query.Stage, tested)!;
        if (now.Length != (query.Direction == RetrievalDirection.TextToImage ? tested.Captions.Count : tested.Images.Count))
        {
            return Nothing(text["The ranks kept belong to another version of the data set."]);
        }
        var (best, bestStage) = Best(query.Stage, now.Length, stage => Ranks(stage, tested));
        return (
            page with
            {
                Protocol = tested.Protocol,
                Protocols = [.. there.Select(s => s.Protocol)],
                Figures = measured.Figures(query.Stage, query.Language, tested.Protocol).Figures,
            },
            new CellAnswers(new CellView(dataset, tested, query.Direction), query.K, now, best, bestStage)
        );
    }

    private async Task<MeasuredCells> MeasuredAsync(RunView run, string? set, AnswerQuery query, int done, CancellationToken stop) =>
        new(run, set, done, await queries.ScoresOnAsync(run.Id, set, query.Direction, query.K, stop));

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
