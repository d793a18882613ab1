using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Features.Runs;

/// <summary>Every run. What is shown stands in the address, so that it can be shared; states and progress come from one subscription.</summary>
public sealed partial class RunsPage
{
    private const int PageSize = 25;
    private const int LongestQuery = 200; // as in the API
    private readonly HashSet<string> _open = []; // sweeps whose runs are shown
    private IReadOnlyList<TagCount> _tags = [];
    private RunList? _list;
    private string? _filter; // what the runs chosen were chosen from
    private RunsNews? _news;
    private string? _error; // why there is nothing to show
    private string? _lost; // why nothing arrives

    [SupplyParameterFromQuery(Name = "q")]
    private string? Query { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? StateText { get; set; }

    [SupplyParameterFromQuery(Name = "method")]
    private string? Method { get; set; }

    [SupplyParameterFromQuery(Name = "sweep")]
    private string? Sweep { get; set; }

    [SupplyParameterFromQuery(Name = "tag")]
    private string[]? TagTexts { get; set; }

    [SupplyParameterFromQuery(Name = "match")]
    private string? Match { get; set; }

    [SupplyParameterFromQuery(Name = "group")]
    private string? Group { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? SortText { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageNumber { get; set; }

    private int Page => Math.Clamp(PageNumber ?? 1, 1, 100_000);
    private string Sort => SortText?.TrimStart('-') is { Length: > 0 } s ? s : "created";
    private bool Down => SortText is null || SortText.StartsWith('-');
    private IReadOnlyList<string> Tags => [.. (TagTexts ?? []).Where(t => t.Length > 0).Distinct()];
    private bool AnyTag => Match == "any";
    private bool Grouped => Group != "off";
    private bool Filtered =>
        !string.IsNullOrWhiteSpace(Query)
        || !string.IsNullOrEmpty(StateText)
        || !string.IsNullOrEmpty(Method)
        || !string.IsNullOrEmpty(Sweep)
        || Tags.Count > 0;

    protected override async Task OnParametersSetAsync()
    {
        // What is chosen stays from page to page, but not where other runs are asked for.
        var filter = string.Join('\n', [Query, StateText, Method, Sweep, Match, .. Tags]);
        if (filter != _filter)
        {
            _filter = filter;
            _chosen.Clear();
        }
        if (Sweep is { Length: > 0 } sweep)
        {
            _open.Add(sweep);
        }
        await LoadAsync();
    }

    protected override void OnAfterRender(bool firstRender)
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
    }

    public void Dispose()
    {
        _news?.Dispose();
    }

    private RunFilter Filter(int skip, int take) =>
        new()
        {
            State = Enum.TryParse<RunState>(StateText, out var state) ? state : null,
            Method = string.IsNullOrEmpty(Method) ? null : Method,
            Search = string.IsNullOrWhiteSpace(Query) ? null : Query.Trim(),
            Sweep = string.IsNullOrEmpty(Sweep) ? null : Sweep,
            Tags = Tags,
            AnyTag = AnyTag,
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
            _error = L["The runs could not be read: {0}", e.Message];
        }
    }

    private async Task ReadAsync()
    {
        var list = await Desk.ListAsync(Filter((Page - 1) * PageSize, PageSize) with { Grouped = Grouped });
        _tags = await Desk.TagsAsync();
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
        if (_news?.TakeStale() == true)
        {
            await ReadAsync();
        }
        if (_list is not null)
        {
            _list = _list with { Items = [.. _list.Items.Select(_news!.With)] };
        }
        StateHasChanged();
    }

    private void Go(
        string? q = null,
        string? state = null,
        string? method = null,
        IReadOnlyList<string>? tags = null,
        bool? any = null,
        bool? group = null,
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
                    ["sweep"] = string.IsNullOrEmpty(Sweep) ? null : Sweep,
                    ["tag"] = (tags ?? Tags).ToArray(),
                    ["match"] = any ?? AnyTag ? "any" : null,
                    ["group"] = group ?? Grouped ? null : "off",
                    ["sort"] = sort ?? SortText,
                    ["page"] = page > 1 ? page : null,
                }
            ),
            replace: replace
        );

    private void SortBy(string column) => Go(sort: Sort == column ? (Down ? column : "-" + column) : "-" + column);
}
