using System.Text.Json;
using CllClip.Portal.Features.Compare;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Runs;
using Microsoft.JSInterop;
using MudBlazor;

namespace CllClip.Portal.Features.Runs;

/// <summary>Which runs are chosen, and what is done with them.</summary>
public sealed partial class RunsPage
{
    private readonly HashSet<string> _chosen = [];
    private string? _last; // the box pressed last: where a range begins
    private bool _busy;
    private string? _problem; // why what was asked for was not done

    private string? CompareLink => _chosen.Count > 1 ? CompareQuery.Link(_chosen) : null;

    private string? AgainLink => _chosen.Count == 1 ? $"/launch?from={Uri.EscapeDataString(_chosen.First())}" : null;

    /// <summary>The runs in the order in which their rows stand, those hidden below a closed sweep left out.</summary>
    private List<string> Shown =>
        [.. (_list?.Items ?? []).Where(r => !Grouped || r.SweepId is null || _open.Contains(r.SweepId)).Select(r => r.Id)];

    private void Choose(RunChoice choice)
    {
        var chosen = !_chosen.Contains(choice.Id);
        var rows = Shown;
        var (from, to) = (rows.IndexOf(_last ?? ""), rows.IndexOf(choice.Id));
        IEnumerable<string> ids = choice.Range && from >= 0 && to >= 0 ? rows[Math.Min(from, to)..(Math.Max(from, to) + 1)] : [choice.Id];
        ChooseMany(([.. ids], chosen));
        _last = choice.Id;
    }

    private void ChooseMany((IReadOnlyList<string> Ids, bool Chosen) runs)
    {
        if (runs.Chosen)
        {
            _chosen.UnionWith(runs.Ids);
        }
        else
        {
            _chosen.ExceptWith(runs.Ids);
        }
    }

    private void Toggle(string sweep)
    {
        if (!_open.Remove(sweep))
        {
            _open.Add(sweep);
        }
    }

    private async Task ChooseFittingAsync() => await TryAsync(async () => _chosen.UnionWith(await Desk.IdsAsync(Filter(0, 0))));

    private async Task DeleteAsync()
    {
        var ids = _chosen.ToList();
        var bytes = 0L;
        if (!await TryAsync(async () => bytes = await Desk.SizeAsync(ids)))
        {
            return;
        }
        var yes = await Dialogs.ShowMessageBoxAsync(
            L["Delete?"],
            L.Count(
                "Deletes this run with scores, log and checkpoints: {1} on the disk. Searches, comparisons and the leaderboard lose it. This cannot be undone.",
                "Deletes these {0} runs with scores, log and checkpoints: {1} on the disk. Searches, comparisons and the leaderboard lose them. This cannot be undone.",
                ids.Count,
                Formats.Bytes(bytes)
            ),
            yesText: L["Delete"],
            cancelText: L["Keep"]
        );
        if (yes == true)
        {
            await ForChosenAsync(Desk.DeleteAsync);
        }
    }

    private async Task ForChosenAsync(Func<string, CancellationToken, Task<string?>> action)
    {
        var refusals = new List<string>();
        await TryAsync(async () =>
        {
            foreach (var id in _chosen.ToList())
            {
                if (await action(id, CancellationToken.None) is { } refusal)
                {
                    refusals.Add(refusal);
                }
                else
                {
                    _chosen.Remove(id);
                }
            }
        });
        Snackbar.AddRefusals(refusals, L);
        await LoadAsync();
    }

    private Task<bool> TagChosenAsync(TagChange change) => TagAsync(() => Desk.TagAsync(_chosen, change));

    private Task<bool> RenameTagAsync((string From, string To) tag) => TagAsync(() => Desk.RenameTagAsync(tag.From, tag.To));

    /// <summary>Changes tags and says what came of it; true if all runs let it, so that the words may go.</summary>
    private async Task<bool> TagAsync(Func<Task<TagsResult>> change)
    {
        var result = new TagsResult(0, []);
        var done = await TryAsync(async () => result = await change());
        if (done)
        {
            Snackbar.AddRefusals(result.Refused, L);
            Snackbar.Add(
                L.Count("{0} run changed.", "{0} runs changed.", result.Changed),
                result.Changed > 0 ? Severity.Success : Severity.Info
            );
            await LoadAsync();
        }
        StateHasChanged(); // called by a part of the page, which draws itself alone
        return done && result.Refused.Count == 0;
    }

    private async Task<bool> TryAsync(Func<Task> act)
    {
        (_busy, _problem) = (true, null);
        try
        {
            await act();
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = L["That could not be done: {0}", e.Message];
            return false;
        }
        finally
        {
            _busy = false;
        }
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
            _problem = L["The table could not be exported: {0}", e.Message];
        }
    }
}
