using CllClip.Engine.Methods;
using CllClip.Portal.Jobs;
using CllClip.Portal.Layout.Components;
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
    private RunSources _sources = new([], []);
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
    private string? MethodText { get; set; }

    [SupplyParameterFromQuery(Name = "dataset")]
    private string? Dataset { get; set; }

    [SupplyParameterFromQuery(Name = "model")]
    private string? Model { get; set; }

    [SupplyParameterFromQuery(Name = "teir")]
    private string? TeirText { get; set; }

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
    private string? PageInAddress { get; set; }

    private int Page => Math.Clamp(AddressProblem.PageNumber(PageInAddress) ?? 1, 1, 100_000);
    private string? SortKey => RunFilter.Sorts.FirstOrDefault(s => s == SortText?.TrimStart('-'));
    private string Sort => SortKey ?? RunFilter.Sorts[0];
    private bool Down => SortKey is null || SortText!.StartsWith('-');
    private RunState? State => Enum.GetValues<RunState>().Cast<RunState?>().FirstOrDefault(s => IsCalled(s!.Value.ToString(), StateText));
    private string? Method => MethodCatalog.All.FirstOrDefault(m => IsCalled(m.Id, MethodText))?.Id;
    private bool? Teir =>
        IsCalled("true", TeirText) ? true
        : IsCalled("false", TeirText) ? false
        : null;
    private string TeirCode => Teir is { } teir ? (teir ? "true" : "false") : "";
    private IReadOnlyList<string> Tags => [.. (TagTexts ?? []).Where(t => t.Length > 0).Distinct()];
    private bool AnyTag => IsCalled("any", Match);
    private bool Grouped => !IsCalled("off", Group);
    private bool Filtered =>
        !string.IsNullOrWhiteSpace(Query)
        || State is not null
        || Method is not null
        || Teir is not null
        || !string.IsNullOrEmpty(Dataset)
        || !string.IsNullOrEmpty(Model)
        || !string.IsNullOrEmpty(Sweep)
        || Tags.Count > 0;

    /// <summary>What of the address cannot be read.</summary>
    private IReadOnlyList<AddressProblem> Problems =>
        [
            .. new[]
            {
                Query is { Length: > LongestQuery } ? new AddressProblem("q", Query, L["{0} characters at most", LongestQuery]) : null,
                AddressProblem.OneOf("state", StateText, Enum.GetNames<RunState>()),
                AddressProblem.OneOf("method", MethodText, MethodCatalog.All.Select(m => m.Id)),
                AddressProblem.OneOf("teir", TeirText, ["true", "false"]),
                AddressProblem.OneOf("match", Match, ["all", "any"]),
                AddressProblem.OneOf("group", Group, ["on", "off"]),
                string.IsNullOrEmpty(SortText) || SortKey is not null
                    ? null
                    : new AddressProblem("sort", SortText, string.Join(", ", RunFilter.Sorts.SelectMany(s => new[] { s, "-" + s }))),
                AddressProblem.Page(PageInAddress),
            }.OfType<AddressProblem>(),
        ];

    /// <summary>What there are runs of, and what the address asks for, which there may be none of.</summary>
    private static IEnumerable<string> Choices(IReadOnlyList<string> known, string? chosen) =>
        string.IsNullOrEmpty(chosen) || known.Contains(chosen) ? known : known.Append(chosen);

    private static bool IsCalled(string choice, string? given) => choice.Equals(given, StringComparison.OrdinalIgnoreCase);

    protected override async Task OnParametersSetAsync()
    {
        // What is chosen stays from page to page, but not where other runs are asked for.
        var filter = string.Join('\n', [Query, StateText, Method, Dataset, Model, TeirText, Sweep, Match, .. Tags]);
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

    private RunFilter Filter(int skip, int take) =>
        new()
        {
            State = State,
            Method = Method,
            Dataset = string.IsNullOrEmpty(Dataset) ? null : Dataset,
            Model = string.IsNullOrEmpty(Model) ? null : Model,
            Teir = Teir,
            Search = string.IsNullOrWhiteSpace(Query) || Query.Length > LongestQuery ? null : Query.Trim(),
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
        (_tags, _sources) = (await Desk.TagsAsync(), await Desk.SourcesAsync());
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
        string? dataset = null,
        string? model = null,
        string? teir = null,
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
                    ["state"] = (state ?? State?.ToString()) is { Length: > 0 } s ? s : null,
                    ["method"] = (method ?? Method) is { Length: > 0 } m ? m : null,
                    ["dataset"] = (dataset ?? Dataset) is { Length: > 0 } d ? d : null,
                    ["model"] = (model ?? Model) is { Length: > 0 } b ? b : null,
                    ["teir"] = (teir ?? TeirCode) is { Length: > 0 } t ? t : null,
                    ["sweep"] = string.IsNullOrEmpty(Sweep) ? null : Sweep,
                    ["tag"] = (tags ?? Tags).ToArray(),
                    ["match"] = any ?? AnyTag ? "any" : null,
                    ["group"] = group ?? Grouped ? null : "off",
                    ["sort"] = sort ?? (SortKey is null ? null : SortText),
                    ["page"] = page > 1 ? page : null,
                }
            ),
            replace: replace
        );

    private void SortBy(string column) => Go(sort: Sort == column ? (Down ? column : "-" + column) : "-" + column);
}
