using System.Globalization;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using Microsoft.JSInterop;
using MudBlazor;

namespace CllClip.Portal.Features.Pruning;

/// <summary>What takes room, the rule of what is pruned, what it would do now, and what was pruned.</summary>
public sealed partial class StoragePage
{
    private const int MostShown = 200;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private static readonly (string Key, string Text)[] Columns =
    [
        ("kind", PageText.Key("Kind")),
        ("name", PageText.Key("Name")),
        ("bytes", PageText.Key("Size")),
        ("since", PageText.Key("Old since")),
        ("kept", PageText.Key("What becomes of it")),
    ];

    private PruneRuleView? _set;
    private PruneRule? _rule; // as the form has it
    private PrunePreview? _preview;
    private IReadOnlyList<PruningView> _prunings = [];
    private TableSort _sort = new("bytes", true);
    private string _query = "";
    private string _kind = "";
    private string? _failure;
    private string? _refused;
    private bool _measuring;
    private bool _pruning;
    private ITimer? _timer;

    private bool Changed => _rule != _set?.Rule;

    private List<PrunePreviewThing> Fitting =>
        [
            .. (_preview is { } p ? p.Things.Concat(p.Kept) : []).Where(t =>
                (_kind.Length == 0 || PruneKinds.Name(t.Kind) == _kind)
                && t.Name.Contains(_query.Trim(), StringComparison.OrdinalIgnoreCase)
            ),
        ];

    private IEnumerable<PrunePreviewThing> Shown => Sorted.Take(MostShown);

    private IEnumerable<PrunePreviewThing> Sorted =>
        _sort.Of(
            Fitting,
            t =>
                _sort.Column switch
                {
                    "kind" => PruneNames.Of(t.Kind, L),
                    "name" => t.Name,
                    "since" => t.Since,
                    "kept" => t.Kept,
                    _ => t.Bytes,
                }
        );

    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive)
        {
            await LoadAsync();
        }
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender && RendererInfo.IsInteractive)
        {
            _timer = Clock.CreateTimer(_ => InvokeAsync(Draw), null, Look, Look);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void Draw()
    {
        if (_measuring)
        {
            StateHasChanged();
        }
    }

    private async Task LoadAsync()
    {
        try
        {
            _failure = null;
            _set = await Desk.RuleAsync();
            _rule = _set.Rule;
            _prunings = await Desk.PruningsAsync();
            StateHasChanged();
            await Task.WhenAll(MeasureAsync(), PreviewAsync());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _failure = L["The data root could not be looked through: {0}", e.Message];
        }
    }

    private async Task MeasureAsync(bool anew = false)
    {
        try
        {
            _measuring = true;
            await Desk.MeasureAsync(anew);
        }
        finally
        {
            _measuring = false;
        }
    }

    private async Task PreviewAsync()
    {
        if (_rule is { } rule && rule.Check().Count == 0)
        {
            _preview = await Desk.PreviewAsync(rule);
        }
    }

    private Task Set(PruneKind kind, PrunePart part) => SetAsync(_rule!.With(kind, part));

    private async Task SetAsync(PruneRule rule)
    {
        _rule = rule;
        _refused =
            rule.Check().Count > 0
                ? L["Days are whole numbers from 1 to {0}, copies from 1 to {1}.", PruneRule.MostDays, PruneRule.MostKept]
                : null;
        await PreviewAsync();
    }

    private async Task SaveAsync()
    {
        _refused = await Desk.SetAsync(_rule!);
        if (_refused is null)
        {
            _set = await Desk.RuleAsync();
            _rule = _set.Rule;
            Snackbar.Add(L["The rule is set. It is applied once a day, or now if you prune."], Severity.Success);
        }
    }

    private async Task PruneAsync()
    {
        var preview = _preview!;
        var yes = await Dialogs.ShowMessageBoxAsync(
            L["Prune now?"],
            L.Count(
                "{0} thing is removed for good, {1}. It cannot be brought back.",
                "{0} things are removed for good, {1}. They cannot be brought back.",
                preview.Things.Count,
                Formats.Bytes(preview.Bytes)
            ),
            yesText: L["Prune now"],
            cancelText: L["Keep"]
        );
        if (yes != true)
        {
            return;
        }
        _pruning = true;
        try
        {
            var (done, refused) = await Desk.PruneAsync();
            if (done is null)
            {
                Snackbar.Add(refused!, Severity.Error);
            }
            else
            {
                Snackbar.Add(L["{0} were freed.", Formats.Bytes(done.Bytes)], done.Failed > 0 ? Severity.Warning : Severity.Success);
            }
            _prunings = await Desk.PruningsAsync();
            await Task.WhenAll(MeasureAsync(anew: true), PreviewAsync());
        }
        finally
        {
            _pruning = false;
        }
    }

    private async Task ExportAsync(bool json)
    {
        var table = PrunePreview.Table(Sorted);
        await Js.InvokeVoidAsync(
            "portal.download",
            json ? "pruning.json" : "pruning.csv",
            json ? table.ToJson() : table.ToCsv(),
            json ? "application/json" : "text/csv"
        );
    }

    /// <summary>0 for what is no number, which the rule refuses.</summary>
    private static int Whole(object? value) =>
        int.TryParse(value as string, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole : 0;
}
