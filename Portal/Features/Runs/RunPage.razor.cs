using System.Collections.Concurrent;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CllClip.Portal.Features.Runs;

/// <summary>One run, live: messages wait in a queue and are applied together, at most four times a second.</summary>
public sealed partial class RunPage
{
    private readonly ConcurrentQueue<Action<LiveRun>> _news = new();
    private LiveRun? _live;
    private IDisposable? _watch;
    private Throttle? _render;
    private ProgressMessage? _progress;
    private string? _loaded;
    private int _searchable; // last stage whose checkpoint is here; 0 without any
    private bool _interactive;
    private bool _missing;
    private bool _busy;
    private volatile bool _stale;
    private string? _error;
    private IReadOnlyList<ChartSeries> _summary = [];
    private IReadOnlyList<ChartSeries> _perLanguage = [];
    private IReadOnlyList<ChartSeries> _vocabulary = [];
    private IReadOnlyList<ChartSeries> _losses = [];
    private IReadOnlyList<ChartSeries> _throughput = [];

    [Parameter]
    public string Id { get; set; } = "";

    private IReadOnlyList<DownloadMenu.Item> Files =>
        [
            new("Scores, tidy CSV", $"/api/v1/runs/{Uri.EscapeDataString(Id)}/scores.csv", $"run-{Id}-scores.csv"),
            new("Scores, JSON", $"/api/v1/runs/{Uri.EscapeDataString(Id)}/scores", $"run-{Id}-scores.json"),
            new("Options and provenance, JSON", $"/api/v1/runs/{Uri.EscapeDataString(Id)}", $"run-{Id}.json"),
        ];

    protected override async Task OnParametersSetAsync()
    {
        if (_loaded == Id)
        {
            return;
        }
        _loaded = Id;
        _watch?.Dispose();
        _watch = null;
        await LoadAsync();
        if (_interactive)
        {
            Watch();
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }
        _interactive = true;
        _render = new Throttle(() => InvokeAsync(ShowNewsAsync), TimeSpan.FromMilliseconds(250), Clock);
        if (_loaded == Id && _watch is null && !_missing)
        {
            Watch();
            // What happened between reading the run and subscribing.
            await LoadAsync();
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
        if (_missing)
        {
            return;
        }
        _watch = Desk.Watch(
            Id,
            new RunHandlers
            {
                Progress = message =>
                {
                    // The latest wins: a slow page never builds up a backlog of progress.
                    Volatile.Write(ref _progress, message);
                    _render?.Ask();
                },
                Score = message => Queue(live => live.Apply(message)),
                State = message =>
                {
                    _stale = true;
                    Queue(live => live.Apply(message));
                },
                Log = message => Queue(live => live.Apply(message)),
            }
        );
    }

    private void Queue(Action<LiveRun> news)
    {
        _news.Enqueue(news);
        _render?.Ask();
    }

    private async Task LoadAsync()
    {
        try
        {
            var details = await Desk.OpenAsync(Id);
            _missing = details is null;
            _live = details is null ? null : new LiveRun(details.Run, details.Scores, details.Stages, details.Log);
            _error = null;
            Redraw();
            _searchable = await LastCheckpointAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _error = $"The run could not be read: {e.Message}";
        }
    }

    private async Task<int> LastCheckpointAsync()
    {
        // Scores may have come without weights: then there is nothing to search with.
        if (_live?.Run.State != RunState.Completed)
        {
            return 0;
        }
        var own = (await Search.CheckpointsAsync()).Where(c => c.RunId == Id).ToList();
        return own.Count == 0 ? 0 : own.Max(c => c.Stage);
    }

    private async Task ShowNewsAsync()
    {
        if (_live is null)
        {
            return;
        }
        if (Interlocked.Exchange(ref _progress, null) is { } progress)
        {
            // A new stage brings the figures of the last one.
            _stale |= _live.Run.Progress is { } before && before.Stage != progress.Progress.Stage;
            _live.Apply(progress);
        }
        while (_news.TryDequeue(out var news))
        {
            news(_live);
        }
        if (_stale)
        {
            _stale = false;
            if (await Desk.RefreshAsync(Id) is { } fresh)
            {
                _live.Refresh(fresh.Run, fresh.Stages);
                _searchable = await LastCheckpointAsync();
            }
        }
        Redraw();
        StateHasChanged();
    }

    private void Redraw()
    {
        if (_live is not { } live)
        {
            return;
        }
        var protocol = live.Protocol ?? "";
        _summary = RunCurves.Summary(live.Scores, protocol, live.Run.Languages);
        _perLanguage = RunCurves.PerLanguage(live.Scores, protocol, live.Run.Languages, RetrievalDirection.TextToImage);
        _vocabulary = RunCurves.Vocabulary(live.Stages);
        _losses = live.LossCurves;
        _throughput = live.ThroughputCurve;
    }

    private async Task ActAsync(Func<string, CancellationToken, Task<string?>> action)
    {
        _busy = true;
        try
        {
            if (await action(Id, CancellationToken.None) is { } refusal)
            {
                Snackbar.Add(refusal, Severity.Warning);
            }
            if (await Desk.RefreshAsync(Id) is { } fresh)
            {
                _live?.Refresh(fresh.Run, fresh.Stages);
            }
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task DeleteAsync()
    {
        var yes = await Dialogs.ShowMessageBoxAsync(
            "Delete?",
            "Deletes this run with scores and checkpoints. This cannot be undone.",
            yesText: "Delete",
            cancelText: "Keep"
        );
        if (yes != true)
        {
            return;
        }
        if (await Desk.DeleteAsync(Id) is { } refusal)
        {
            Snackbar.Add(refusal, Severity.Warning);
            return;
        }
        Navigation.NavigateTo("/runs");
    }
}
