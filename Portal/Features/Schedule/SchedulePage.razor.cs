using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;

namespace CllClip.Portal.Features.Schedule;

/// <summary>The queue as people see and order it, live: worked out anew at most every two seconds while something happens.</summary>
public sealed partial class SchedulePage
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private ScheduleView? _schedule;
    private RunWatch? _watch;
    private LivePage? _render;
    private bool _busy;
    private string? _error; // why there is nothing to show
    private string? _lost; // why nothing arrives
    private string? _problem; // why a run was not moved

    protected override Task OnInitializedAsync() => LoadAsync();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }
        _render = Pace.Open(() => InvokeAsync(ReadAsync), Interval, error => _watch?.Break(error));
        _watch = new RunWatch(
            Desk,
            null,
            new RunHandlers { Progress = _ => _render.Ask(), State = _ => _render.Ask() },
            Clock,
            error => InvokeAsync(() => Show(() => _lost = error.Message)),
            () =>
                InvokeAsync(async () =>
                {
                    await ReadAsync();
                    Show(() => _lost = null);
                })
        );
        try
        {
            await ReadAsync(); // what changed between the first reading and this moment was told to nobody
        }
        catch (Exception error)
        {
            _watch.Break(error);
        }
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _render?.Dispose();
    }

    private async Task LoadAsync()
    {
        try
        {
            await ReadAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _error = L["The schedule could not be read: {0}", e.Message];
        }
    }

    private async Task ReadAsync()
    {
        (_schedule, _error) = (await Desk.ScheduleAsync(L), null);
        StateHasChanged();
    }

    private void Show(Action change)
    {
        change();
        StateHasChanged();
    }

    private async Task MoveAsync((string Id, int Position) move)
    {
        _busy = true;
        try
        {
            _problem = await Desk.MoveAsync(move.Id, new QueueMove(Position: move.Position));
            await ReadAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = L["The run could not be moved: {0}", e.Message];
        }
        finally
        {
            _busy = false;
        }
    }
}
