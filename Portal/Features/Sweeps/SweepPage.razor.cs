using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CllClip.Portal.Features.Sweeps;

/// <summary>One sweep, live: read anew when one of its runs enters a state, with the newest progress laid over what was read.</summary>
public sealed partial class SweepPage
{
    private SweepView? _sweep;
    private RunsNews? _news;
    private string? _loaded;
    private bool _missing;
    private bool _busy;
    private string? _error; // why there is nothing to show
    private string? _lost; // why nothing arrives
    private string? _problem; // why what was asked for was not done

    /// <summary>The sweep's id.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    private IReadOnlyList<string> Compared =>
        [
            .. _sweep!
                .Configurations.Select(c => c.Runs.FirstOrDefault(id => _sweep.Runs.Any(r => r.Id == id && r.State == RunState.Completed)))
                .OfType<string>(),
        ];

    private string Board => "/leaderboard" + BoardLink.Write(new BoardQuery { Dataset = BoardNames.Canonical(_sweep!.Runs[0].Dataset) });

    protected override async Task OnParametersSetAsync()
    {
        if (_loaded != Id)
        {
            (_loaded, _sweep, _missing, _problem) = (Id, null, false, null);
            await LoadAsync();
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }
        _news = new RunsNews(
            Desk,
            Pace,
            Clock,
            () => InvokeAsync(ShowNewsAsync),
            error => InvokeAsync(() => Show(() => _lost = error.Message)),
            () => InvokeAsync(FindAgainAsync)
        );
        await _news.CatchUpAsync();
    }

    public void Dispose()
    {
        _news?.Dispose();
    }

    private List<string> Of(params RunState[] states) => [.. _sweep!.Runs.Where(r => states.Contains(r.State)).Select(r => r.Id)];

    private async Task LoadAsync()
    {
        try
        {
            await ReadAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _error = L["The sweep could not be read: {0}", e.Message];
        }
    }

    private async Task ReadAsync()
    {
        var id = Id;
        var sweep = await Desk.SweepAsync(id);
        if (id == Id)
        {
            (_sweep, _missing, _error) = (sweep, sweep is null, null);
        }
    }

    private async Task FindAgainAsync()
    {
        await ReadAsync();
        Show(() => _lost = null);
    }

    private void Show(Action change)
    {
        change();
        StateHasChanged();
    }

    private async Task ShowNewsAsync()
    {
        if (_news?.TakeStale() == true)
        {
            await ReadAsync();
        }
        if (_sweep is not null)
        {
            _sweep = SweepView.Of([.. _sweep.Runs.Select(_news!.With)]);
        }
        StateHasChanged();
    }

    private async Task DeleteAsync()
    {
        var ids = _sweep!.Runs.Select(r => r.Id).ToList();
        var yes = await Dialogs.ShowMessageBoxAsync(
            L["Delete the sweep?"],
            L.Count(
                "Deletes the {0} run of it with its scores, log and checkpoints: {1} on the disk. This cannot be undone.",
                "Deletes all {0} runs of it with their scores, logs and checkpoints: {1} on the disk. This cannot be undone.",
                ids.Count,
                Formats.Bytes(await Desk.SizeAsync(ids))
            ),
            yesText: L["Delete"],
            cancelText: L["Keep"]
        );
        if (yes == true && await ForAsync(ids, Desk.DeleteAsync))
        {
            Navigation.NavigateTo("/runs");
        }
    }

    /// <summary>Does something with runs; true if all let it.</summary>
    private async Task<bool> ForAsync(IReadOnlyList<string> ids, Func<string, CancellationToken, Task<string?>> action)
    {
        (_busy, _problem) = (true, null);
        var refusals = new List<string>();
        try
        {
            foreach (var id in ids)
            {
                if (await action(id, CancellationToken.None) is { } refusal)
                {
                    refusals.Add(refusal);
                }
            }
            Snackbar.AddRefusals(refusals, L);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = L["That could not be done: {0}", e.Message];
        }
        finally
        {
            _busy = false;
        }
        await LoadAsync();
        return refusals.Count == 0 && _problem is null;
    }
}
