using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
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
    private readonly HashSet<string> _chosen = [];
    private readonly ConcurrentDictionary<string, ProgressMessage> _progress = new();
    private RunList? _list;
    private IDisposable? _watch;
    private Throttle? _render;
    private bool _stale;
    private bool _busy;
    private string? _error;

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
        _render = new Throttle(() => InvokeAsync(ShowNewsAsync), TimeSpan.FromMilliseconds(500), Clock);
        _watch = Desk.Watch(
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
            }
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
            _list = await Desk.ListAsync(Filter((Page - 1) * PageSize, PageSize));
            _error = null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _error = $"The runs could not be read: {e.Message}";
        }
    }

    private async Task ShowNewsAsync()
    {
        if (_stale)
        {
            _stale = false;
            await LoadAsync();
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

    private void Go(string? q = null, string? state = null, string? method = null, string? sort = null, int page = 1) =>
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
            )
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
        _busy = true;
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
        finally
        {
            _busy = false;
        }
        await LoadAsync();
    }

    private async Task ExportAsync(bool json)
    {
        var all = (await Desk.ListAsync(Filter(0, 10_000))).Items;
        if (json)
        {
            await Js.InvokeVoidAsync(
                "portal.download",
                "runs.json",
                JsonSerializer.Serialize(all, JsonSerializerOptions.Web),
                "application/json"
            );
            return;
        }
        await Js.InvokeVoidAsync("portal.download", "runs.csv", Csv(all), "text/csv");
    }

    internal static string Csv(IReadOnlyList<RunView> runs)
    {
        var csv = new StringBuilder(
            "id,name,state,method,teir,dataset,model,languages,epochs,seed,device,ar_t2i,ar_i2t,forgetting_t2i,forgetting_i2t,created_at,started_at,ended_at,duration_seconds,tags\n"
        );
        foreach (var run in runs)
        {
            object?[] cells =
            [
                run.Id,
                run.Name,
                run.State,
                run.Method,
                run.Teir ? "true" : "false",
                run.Dataset,
                run.Model,
                string.Join(' ', run.Languages),
                run.Epochs,
                run.Seed,
                run.Device,
                run.Summary.ArT2i,
                run.Summary.ArI2t,
                run.Summary.ForgettingT2i,
                run.Summary.ForgettingI2t,
                run.CreatedAt.ToString("O", CultureInfo.InvariantCulture),
                run.StartedAt?.ToString("O", CultureInfo.InvariantCulture),
                run.EndedAt?.ToString("O", CultureInfo.InvariantCulture),
                run.Provenance?.DurationSeconds,
                string.Join(' ', run.Tags),
            ];
            csv.AppendJoin(',', cells.Select(c => Quoted(Convert.ToString(c, CultureInfo.InvariantCulture) ?? ""))).Append('\n');
        }
        return csv.ToString();
    }

    /// <summary>Quotes where needed; a leading sign that a spreadsheet would run as a formula is disarmed in text cells.</summary>
    private static string Quoted(string text)
    {
        if (
            text.Length > 0
            && "=+-@\t".Contains(text[0], StringComparison.Ordinal)
            && !double.TryParse(text, CultureInfo.InvariantCulture, out _)
        )
        {
            text = "'" + text;
        }
        return text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }
}
