using CllClip.Engine.Evaluation;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Results;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.JSInterop;
using MudBlazor;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>The leaderboard. Every choice stands in the address, so that a link holds them all; rows of running runs fill in live.</summary>
public sealed partial class LeaderboardPage
{
    private static readonly IReadOnlyList<(BoardMoment, string)> Moments =
    [
        (BoardMoment.Last, "after the last task"),
        (BoardMoment.OwnTask, "right after its own"),
    ];

    private Board? _board;
    private BoardVocabulary? _vocabulary;
    private IDictionary<string, string[]> _errors = new Dictionary<string, string[]>();
    private string? _failure;
    private IDisposable? _watch;
    private Throttle? _render;

    private BoardQuery Query => _board!.Query;

    private bool Filtered =>
        Query.Source is not null
        || Query.Method is not null
        || Query.Teir is not null
        || Query.Text is not null
        || Query.Protocol is not null;

    private string FilterText =>
        Filtered
            ? string.Join(
                ", ",
                new[]
                {
                    Query.Source is { } source ? SourceName(source) : null,
                    Query.Method is { } method ? _vocabulary!.Methods.First(m => m.Id == method).Name : null,
                    Query.Teir is { } teir ? (teir ? "with TEIR" : "without TEIR") : null,
                    Query.Protocol is { } protocol ? "protocol " + protocol : null,
                    Query.Text is { } text ? $"“{text}”" : null,
                }.OfType<string>()
            )
            : "none";

    private static string SourceName(BoardSource source) => source == BoardSource.Own ? "own runs" : BoardNames.Source(source);

    /// <summary>Protocols of the data set at hand.</summary>
    private IEnumerable<string> Protocols =>
        Query.Dataset is { } dataset ? BoardNames.ProtocolsOf(dataset, _vocabulary!.Protocols) : _vocabulary!.Protocols;

    private IReadOnlyList<DownloadMenu.Item> Files =>
        [
            File("CSV, full precision", "csv", "csv"),
            File("JSON, full precision", "json", "json"),
            File("LaTeX tables", "latex", "tex"),
            File("Report, one HTML file", "html", "html"),
        ];

    protected override Task OnInitializedAsync() => LoadAsync();

    protected override void OnAfterRender(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }
        Navigation.LocationChanged += Moved;
        _render = new Throttle(() => InvokeAsync(ShowNewsAsync), TimeSpan.FromSeconds(2), Clock);
        _watch = Desk.Watch(null, new RunHandlers { Score = _ => _render.Ask(), State = _ => _render.Ask() });
    }

    public void Dispose()
    {
        Navigation.LocationChanged -= Moved;
        _watch?.Dispose();
        _render?.Dispose();
    }

    private static string? Value(ChangeEventArgs e) => e.Value as string is { Length: > 0 } text ? text.Trim() : null;

    private DownloadMenu.Item File(string label, string format, string ending)
    {
        var link = _board is null ? "" : BoardLink.Write(Query);
        return new(label, $"/api/v1/leaderboard{link}{(link.Length == 0 ? '?' : '&')}format={format}", $"leaderboard.{ending}");
    }

    private void Go(BoardQuery query) => Navigation.NavigateTo(BoardTable.Link(query));

    private void Moved(object? sender, LocationChangedEventArgs e)
    {
        if (new Uri(e.Location).AbsolutePath.TrimEnd('/') == "/leaderboard")
        {
            _ = InvokeAsync(ShowNewsAsync);
        }
    }

    private async Task ShowNewsAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private async Task LoadAsync()
    {
        try
        {
            var values = QueryHelpers.ParseQuery(new Uri(Navigation.Uri).Query);
            (_board, _vocabulary, _errors) = await Leaderboard.AnswerAsync(values);
            _failure = null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _failure = $"The results could not be read: {e.Message}";
        }
    }

    private async Task CopyLinkAsync() =>
        Snackbar.Add(
            await Js.InvokeAsync<bool>("portal.copy", Navigation.Uri) ? "The link is copied; it holds every choice." : Navigation.Uri,
            Severity.Info
        );
}
