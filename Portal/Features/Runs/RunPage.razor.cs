using CllClip.Portal.Features.Answers;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Results;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Features.Runs;

/// <summary>One run, live: messages wait in an inbox and are applied together, at most four times a second, curves over steps once.</summary>
public sealed partial class RunPage
{
    private static readonly TimeSpan Drawing = TimeSpan.FromMilliseconds(250);

    private LiveRun? _live;
    private RunInbox? _inbox;
    private RunWatch? _watch;
    private RunCharts? _charts;
    private LivePage? _render;
    private string? _loaded;
    private int _reading; // what arrives while the store is read waits: it is newer than what is read
    private int _checkpoint; // last stage whose weights are here; 0 without any
    private string? _testSet; // the further data set whose scores are shown; null for the run's own
    private CurveChoice _choice = CurveChoice.First; // as the matrix's switches stand
    private bool _missing;
    private string? _error; // why there is nothing to show
    private string? _lost; // why nothing arrives

    [Parameter]
    public string Id { get; set; } = "";

    protected override async Task OnParametersSetAsync()
    {
        if (_loaded == Id)
        {
            return;
        }
        _loaded = Id;
        _watch?.Dispose();
        (_watch, _inbox, _live, _missing) = (null, null, null, false);
        (_error, _lost, _problem, _checkpoint, _testSet, _choice) = (null, null, null, 0, null, CurveChoice.First);
        Watch();
        await LoadAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }
        _render = Pace.Open(
            () => InvokeAsync(ShowNewsAsync),
            Drawing,
            error => _watch?.Break(error) // reads everything anew after a pause
        );
        if (!_missing)
        {
            Watch();
            await CatchUpAsync();
            StateHasChanged();
        }
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _render?.Dispose();
    }

    private void Watch()
    {
        if (_render is not { } render)
        {
            return; // not before the page is on a screen
        }
        var inbox = _inbox = new RunInbox(render.Ask, Clock);
        _watch?.Dispose();
        _watch = new RunWatch(Desk, Id, inbox.Handlers, Clock, e => InvokeAsync(() => Lose(inbox, e)), () => InvokeAsync(FindAgainAsync));
    }

    private void Lose(RunInbox inbox, Exception error)
    {
        if (inbox == _inbox)
        {
            _lost = error.Message;
            StateHasChanged();
        }
    }

    private async Task FindAgainAsync()
    {
        await ReadAsync();
        _lost = null;
        StateHasChanged();
    }

    private async Task LoadAsync()
    {
        var id = Id;
        try
        {
            await ReadAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (id == _loaded)
            {
                _error = L["The run could not be read: {0}", e.Message];
                _watch?.Break(e); // tries again after a pause
            }
        }
    }

    private async Task ReadAsync()
    {
        var id = Id;
        var details = await Reading(() => RendererInfo.IsInteractive ? Desk.OpenAsync(id) : GlanceAsync(id));
        if (id != _loaded)
        {
            return; // the page has gone on to another run
        }
        (_missing, _error) = (details is null, null);
        if (details is null)
        {
            _watch?.Dispose();
            (_watch, _live) = (null, null);
            return;
        }
        if (_live is null)
        {
            _live = new LiveRun(details.Run, details.Scores, details.Stages, details.Log, details.Steps)
            {
                Unanswered = details.Unanswered,
            };
        }
        else
        {
            _live.CatchUp(details);
        }
        Redraw();
        await FindCheckpointAsync(id, () => Search.LastStageAsync(id));
    }

    /// <summary>What happened between reading the run and subscribing. Of a run at rest nothing but its state is looked at: its scores are thousands.</summary>
    private async Task CatchUpAsync()
    {
        if (_live is { Active: false } live && await Reading(() => Desk.RefreshAsync(Id)) is { } now && now.Run.State == live.Run.State)
        {
            return;
        }
        await LoadAsync();
    }

    private async Task<T> Reading<T>(Func<Task<T>> read)
    {
        _reading++;
        try
        {
            return await read();
        }
        finally
        {
            _reading--;
            _render?.Ask();
        }
    }

    /// <summary>What the first paint shows; scores, curves and log come with the circuit.</summary>
    private async Task<RunDetails?> GlanceAsync(string id) =>
        await Desk.RefreshAsync(id) is var (run, stages) ? new RunDetails(run, new ScoreLog(run.Dataset), stages, []) : null;

    private async Task RefreshAsync(long news)
    {
        var (id, desk, search) = (Id, Desk, Search); // the reads are for all pages of the run
        if (await Reading(() => Reads.ReadAsync($"{id} run", news, () => desk.RefreshAsync(id))) is { } fresh && id == _loaded)
        {
            _live?.Refresh(fresh.Run, fresh.Stages);
            await FindCheckpointAsync(id, () => Reads.ReadAsync($"{id} checkpoint", news, () => search.LastStageAsync(id)));
        }
    }

    private async Task FindCheckpointAsync(string id, Func<Task<int>> lastStage)
    {
        // Scores may have come without weights: then there is nothing to search with.
        var last = 0;
        if (_live?.Stages.Count > 0)
        {
            last = await lastStage();
        }
        if (id == _loaded)
        {
            _checkpoint = last;
        }
    }

    private async Task ShowNewsAsync()
    {
        if (_live is not { } live || _reading > 0)
        {
            return;
        }
        if (_inbox?.Empty(live) is { } news)
        {
            await RefreshAsync(news);
        }
        Redraw();
        StateHasChanged();
    }

    private void Redraw()
    {
        if (_live is { } live)
        {
            (_charts ??= new RunCharts(Clock, L, () => 4 * Pace.Of(Drawing))).Follow(live, _testSet, _choice);
        }
    }

    private string? AnswersOf(Score score) =>
        _live!.Unanswered.Contains(score.Stage)
            ? null
            : AnswersPage.Address(
                new AnswerQuery
                {
                    Run = Id,
                    Stage = score.Stage,
                    Language = score.Language,
                    Dataset = score.Dataset,
                    Protocol = score.Protocol,
                    Direction = score.Direction,
                    K = score.K,
                }
            );

    private void Choose(string? testSet)
    {
        _testSet = testSet;
        Redraw();
    }

    /// <summary>Curves and tables of the scores follow the switches of the matrix.</summary>
    private void FollowMatrix(MatrixChoice matrix)
    {
        _choice = new(matrix.Protocol, matrix.Direction, matrix.K);
        Redraw();
    }

    /// <summary>What the figures are of, where that can be chosen; else null.</summary>
    private string? On => _live!.TestSets.Count > 1 ? Name(_testSet) : null;

    private string Name(string? testSet) => BoardNames.Dataset(testSet ?? _live!.Run.Dataset);
}
