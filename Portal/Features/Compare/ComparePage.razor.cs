using CllClip.Portal.Layout.Components;
using CllClip.Shared.Results;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.JSInterop;
using MudBlazor;

namespace CllClip.Portal.Features.Compare;

/// <summary>Runs side by side. What is shown stands in the address.</summary>
public sealed partial class ComparePage : IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private IDictionary<string, string[]> _errors = new Dictionary<string, string[]>();
    private IReadOnlyList<(bool, string)> _points = [];
    private IReadOnlyList<ChartSeries> _recall = [];
    private IReadOnlyList<ChartSeries> _forgetting = [];
    private TableSort _sort = new("language", false);
    private Comparison? _shown;
    private string? _failure;
    private string? _read; // the address that is shown or being read
    private bool _loading;
    private double _share; // of it

    private CompareQuery Query { get; set; } = new();

    protected override async Task OnInitializedAsync()
    {
        _points = [(false, L["after the same languages"]), (true, L["each at its end"])];
        Navigation.LocationChanged += Moved;
        await FollowAsync();
    }

    private async Task FollowAsync()
    {
        Query = CompareQuery.Read(QueryHelpers.ParseQuery(new Uri(Navigation.Uri).Query), out _errors);
        await LoadAsync();
    }

    public void Dispose()
    {
        Navigation.LocationChanged -= Moved;
        _left.Cancel();
        _left.Dispose();
    }

    private void Moved(object? sender, LocationChangedEventArgs e)
    {
        if (new Uri(e.Location).AbsolutePath.TrimEnd('/') == "/compare" && e.Location != _read)
        {
            _ = InvokeAsync(async () =>
            {
                await FollowAsync();
                StateHasChanged();
            });
        }
    }

    private async Task LoadAsync()
    {
        var address = _read = Navigation.Uri;
        (_loading, _failure) = (Query.Runs.Count > 0, null);
        try
        {
            StateHasChanged();
            _share = 0;
            var progress = new Progress<double>(share =>
            {
                _share = Math.Max(_share, share);
                StateHasChanged();
            });
            var comparison = Query.Runs.Count == 0 ? null : await Comparisons.CompareAsync(Query, L, progress, _left.Token);
            if (address != _read)
            {
                return; // other choices were made meanwhile
            }
            _shown = comparison;
            _recall = Curves(r => r.ArByStage);
            _forgetting = Curves(r => r.FByStage);
        }
        catch (OperationCanceledException)
        {
            return; // the page was left
        }
        catch (Exception e)
        {
            _failure = L["The runs could not be compared: {0}", e.Message];
        }
        _loading = _loading && address != _read;
    }

    private List<ChartSeries> Curves(Func<ComparedRun, IReadOnlyList<double?>> values) =>
        [
            .. (_shown?.Runs ?? []).Select(
                (run, i) =>
                    new ChartSeries(
                        $"{i + 1} {run.Run.Name}",
                        [
                            .. values(run)
                                .Select((y, s) => (Stage: s + 1, y))
                                .Where(p => p.y is not null)
                                .Select(p => new ChartPoint(p.Stage, p.y!.Value)),
                        ]
                    )
            ),
        ];

    private void Go(CompareQuery query) => Navigation.NavigateTo(query.Address());

    private void Choose(ChangeEventArgs e)
    {
        if (_shown?.Choices.FirstOrDefault(c => $"{c.Dataset}/{c.Protocol}" == e.Value as string) is { } choice)
        {
            Go(Query with { Dataset = choice.Dataset, Protocol = choice.Protocol });
        }
    }

    private async Task CopyLinkAsync() =>
        Snackbar.Add(
            await Js.InvokeAsync<bool>("portal.copy", Navigation.Uri)
                ? L["Link copied."]
                : L["The link could not be copied; it stands in the address bar."],
            Severity.Normal
        );

    private void SortBy(string column) => _sort = _sort.Press(column, descendingFirst: column != "language");

    private IEnumerable<string> Sorted(Comparison comparison) =>
        _sort
            .Of(
                comparison.Languages.Select((code, place) => (Code: code, Place: place)),
                x =>
                    _sort.Column == "language" ? x.Place
                    : comparison.Runs.ElementAtOrDefault(
                        int.Parse(_sort.Column.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)
                    )
                        is not { } run
                        ? null
                    : _sort.Column[0] == 'r' ? run.Recall[x.Code].Recall
                    : run.Recall[x.Code].Recall - comparison.Runs[0].Recall[x.Code].Recall
            )
            .Select(x => x.Code);

    // Only "on" and "off" are words; all else is what was chosen, or a name.
    private string Value(string? value) =>
        value switch
        {
            null => "–",
            "on" or "off" => L[value],
            _ => value,
        };

    private static string Short(int run) => (run + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Signed(double? points) =>
        points is not { } p ? "–" : (Formats.Fixed(p, 1) is var text && text != "0.0" && p > 0 ? "+" : "") + Formats.Fixed(p, 1);

    private TableFile ExportSettings() =>
        new(
            ["what", .. (_shown?.Runs ?? []).Select(r => r.Run.Id)],
            (_shown?.Differences ?? []).Select(d => (IReadOnlyList<object?>)[d.Name, .. d.Values])
        );
}
