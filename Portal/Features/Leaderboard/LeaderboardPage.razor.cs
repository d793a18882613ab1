using CllClip.Engine.Evaluation;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Layout;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
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
                    Query.Source is { } source ? BoardNames.SourceName(source, L) : null,
                    Query.Method is { } method ? _vocabulary!.Methods.First(m => m.Id == method).Name : null,
                    Query.Teir is { } teir ? (teir ? L["with TEIR"] : L["without TEIR"]) : null,
                    Query.Protocol is { } protocol ? L["protocol {0}", protocol] : null,
                    Query.Text is { } text ? $"“{text}”" : null,
                }.OfType<string>()
            )
            : L["none"];

    private static IReadOnlyList<(BoardMoment, string)> Moments(PageText text) =>
        [(BoardMoment.Last, text["after the last task"]), (BoardMoment.OwnTask, text["right after its own"])];

    /// <summary>Protocols of the data set at hand.</summary>
    private IEnumerable<string> Protocols =>
        Query.Dataset is { } dataset ? BoardNames.ProtocolsOf(dataset, _vocabulary!.Protocols) : _vocabulary!.Protocols;

    private IReadOnlyList<DownloadMenu.Item> Files =>
        [
            File(L["CSV, full precision"], "csv", "csv"),
            File(L["JSON, full precision"], "json", "json"),
            File(L["LaTeX tables"], "latex", "tex"),
            File(L["Report, one HTML file"], "html", "html"),
        ];

    protected override Task OnInitializedAsync() => FirstPaint.OfAsync(RendererInfo, LoadAsync());

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
            _failure = L["The results could not be read: {0}", e.Message];
        }
    }

    private async Task CopyLinkAsync() =>
        Snackbar.Add(
            await Js.InvokeAsync<bool>("portal.copy", Navigation.Uri) ? L["The link is copied; it holds every choice."] : Navigation.Uri,
            Severity.Info
        );
}
