using System.Collections.Concurrent;
using System.Text.Json;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace CllClip.Portal.Features.Runs;

/// <summary>Every run. What is shown stands in the address, so that it can be shared; states and progress come from one subscription.</summary>
public sealed partial class RunsPage
{
    private const int PageSize = 25;
    private const int LongestQuery = 200; // as in the API
    private readonly HashSet<string> _chosen = [];
    private readonly ConcurrentDictionary<string, ProgressMessage> _progress = new();
    private RunList? _list;
    private RunWatch? _watch;
    private Throttle? _render;
    private volatile bool _stale;
    private bool _busy;
    private string? _error; // why there is nothing to show
    private string? _lost; // why nothing arrives
    private string? _problem; // why what was asked for was not done

    [SupplyParameterFromQuery(Name = "q")]
    private string? Query { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? StateText { get; set; }

    [SupplyParameterFromQuery(Name = "method")]
    private string? Method { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? SortText { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageNumber { get; set; }

    private int Page => Math.Clamp(PageNumber ?? 1, 1, 100_000);
    private string Sort => SortText?.TrimStart('-') is { Length: > 0 } s ? s : "created";
    private bool Down => SortText is null || SortText.StartsWith('-');
    private bool Filtered => !string.IsNullOrWhiteSpace(Query) || !string.IsNullOrEmpty(StateText) || !string.IsNullOrEmpty(Method);

    protected override async Task OnParametersSetAsync()
    {
        _chosen.Clear();
        await LoadAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }
        _render = new Throttle(
            () => InvokeAsync(ShowNewsAsync),
            TimeSpan.FromMilliseconds(500),
            Clock,
            error => _watch?.Break(error) // reads everything anew after a pause
        );
        _watch = new RunWatch(
            Desk,
            null,
            new RunHandlers
            {
                Progress = message =>
                {
                    _progress[message.RunId] = message;
                    _render.Ask();
                },
                State = _ =>
                {
                    _stale = true;
                    _render.Ask();
                },
            },
            Clock,
            error => InvokeAsync(() => Show(() => _lost = error.Message)),
            () => InvokeAsync(FindAgainAsync)
        );
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _render?.Dispose();
    }

    private RunFilter Filter(int skip, int take) =>
        new()
        {
            State = Enum.TryParse<RunState>(StateText, out var state) ? state : null,
            Method = string.IsNullOrEmpty(Method) ? null : Method,
            Search = string.IsNullOrWhiteSpace(Query) ? null : Query.Trim(),
            Sort = Sort,
            Descending = Down,
            Skip = skip,
            Take = take,
        };

    private async Task LoadAsync()
    {
        try
        {
            await ReadAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _error = $"The runs could not be read: {e.Message}";
        }
    }

    private async Task ReadAsync()
    {
        var list = await Desk.ListAsync(Filter((Page - 1) * PageSize, PageSize));
        _error = null;
        if (list is { Items.Count: 0, Total: > 0 } && Page > 1)
        {
            Go(page: (list.Total - 1) / PageSize + 1, replace: true); // a page past the end, or one that was deleted empty
            return;
        }
        _list = list;
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
        if (_stale)
        {
            _stale = false;
            await ReadAsync();
        }
        if (_list is not null)
        {
            _list = _list with
            {
                Items = [.. _list.Items.Select(r => _progress.TryGetValue(r.Id, out var m) ? r with { Progress = m.Progress } : r)],
            };
        }
        StateHasChanged();
    }

    private void Go(
        string? q = null,
        string? state = null,
        string? method = null,
        string? sort = null,
        int page = 1,
        bool replace = false
    ) =>
        Navigation.NavigateTo(
            Navigation.GetUriWithQueryParameters(
                "/runs",
                new Dictionary<string, object?>
                {
                    ["q"] = (q ?? Query) is { Length: > 0 } text ? text : null,
                    ["state"] = (state ?? StateText) is { Length: > 0 } s ? s : null,
                    ["method"] = (method ?? Method) is { Length: > 0 } m ? m : null,
                    ["sort"] = sort ?? SortText,
                    ["page"] = page > 1 ? page : null,
                }
            ),
            replace: replace
        );

    private void SortBy(string column) => Go(sort: Sort == column ? (Down ? column : "-" + column) : "-" + column);

    private void Choose(string id)
    {
        if (!_chosen.Remove(id))
        {
            _chosen.Add(id);
        }
    }

    private void ChooseAll(bool all)
    {
        _chosen.Clear();
        if (all && _list is not null)
        {
            _chosen.UnionWith(_list.Items.Select(r => r.Id));
        }
    }

    private async Task DeleteAsync()
    {
        var what = _chosen.Count == 1 ? "this run" : $"these {_chosen.Count} runs";
        var yes = await Dialogs.ShowMessageBoxAsync(
            "Delete?",
            $"Deletes {what} with scores and checkpoints. This cannot be undone.",
            yesText: "Delete",
            cancelText: "Keep"
        );
        if (yes == true)
        {
            await ForChosenAsync(Desk.DeleteAsync);
        }
    }

    private async Task ForChosenAsync(Func<string, CancellationToken, Task<string?>> action)
    {
        (_busy, _problem) = (true, null);
        try
        {
            foreach (var id in _chosen.ToList())
            {
                if (await action(id, CancellationToken.None) is { } refusal)
                {
                    Snackbar.Add(refusal, Severity.Warning);
                }
                else
                {
                    _chosen.Remove(id);
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = $"That could not be done: {e.Message}";
        }
        finally
        {
            _busy = false;
        }
        await LoadAsync();
    }

    private async Task ExportAsync(bool json)
    {
        try
        {
            _problem = null;
            var all = (await Desk.ListAsync(Filter(0, 10_000))).Items;
            var (name, text, type) = json
                ? ("runs.json", JsonSerializer.Serialize(all, JsonSerializerOptions.Web), "application/json")
                : ("runs.csv", RunsExport.Table(all).ToCsv(), "text/csv");
            await Js.InvokeVoidAsync("portal.download", name, text, type);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = $"The table could not be exported: {e.Message}";
        }
    }
}
