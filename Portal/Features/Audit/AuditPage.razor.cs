using System.Globalization;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Portal.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace CllClip.Portal.Features.Audit;

/// <summary>The audit log. What is shown stands in the address, so that it can be kept and shared among admins.</summary>
public sealed partial class AuditPage
{
    private const int PageSize = 50;
    private const int LongestQuery = 200;
    private const int MostExported = 10_000;

    private static readonly (string Key, string Text)[] Columns =
    [
        ("at", PageText.Key("When (UTC)")),
        ("who", PageText.Key("Who")),
        ("address", PageText.Key("From")),
        ("what", PageText.Key("What")),
        ("target", PageText.Key("On")),
        ("outcome", PageText.Key("Outcome")),
    ];

    private (IReadOnlyList<string> Who, IReadOnlyList<string> What) _names = ([], []);
    private AuditPageOfLines? _lines;
    private string? _error; // why there is nothing to show
    private string? _problem; // why what was asked for was not done

    [Inject]
    private AuditOptions Options { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Query { get; set; }

    [SupplyParameterFromQuery(Name = "who")]
    private string? Who { get; set; }

    [SupplyParameterFromQuery(Name = "what")]
    private string? What { get; set; }

    [SupplyParameterFromQuery(Name = "outcome")]
    private string? Outcome { get; set; }

    [SupplyParameterFromQuery(Name = "since")]
    private string? Since { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? SortText { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private string? PageInAddress { get; set; }

    private int Page => Math.Clamp(AddressProblem.PageNumber(PageInAddress) ?? 1, 1, 100_000);
    private int Pages => Math.Max(1, ((_lines?.Total ?? 0) + PageSize - 1) / PageSize);
    private string? SortKey => Columns.Select(c => c.Key).FirstOrDefault(k => k == SortText?.TrimStart('-'));
    private TableSort Order => new(SortKey ?? AuditFilter.Usual, SortKey is null || SortText!.StartsWith('-'));
    private string? OutcomeKey => AuditNames.AllOutcomes.FirstOrDefault(o => o.Equals(Given(Outcome), StringComparison.OrdinalIgnoreCase));
    private DateTime? SinceMoment =>
        DateTime.TryParse(
            Since,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var since
        )
            ? since
            : null;
    private bool Filtered => SinceMoment is not null || new[] { Query, Who, What, OutcomeKey }.Any(t => !string.IsNullOrWhiteSpace(t));

    /// <summary>What of the address cannot be read.</summary>
    private IReadOnlyList<AddressProblem> Problems =>
        [
            .. new[]
            {
                AddressProblem.OneOf("outcome", Given(Outcome), AuditNames.AllOutcomes),
                Given(Since) is { } since && SinceMoment is null ? new("since", since, "2026-11-24, 2026-11-24T08:00Z") : null,
                string.IsNullOrEmpty(SortText) || SortKey is not null
                    ? null
                    : new("sort", SortText, string.Join(", ", Columns.SelectMany(c => new[] { c.Key, "-" + c.Key }))),
                AddressProblem.Page(PageInAddress),
            }.OfType<AddressProblem>(),
        ];

    private string Kept =>
        Options.KeepDays == 0
            ? L["Lines are kept for ever."]
            : L.Count("Lines are removed after {0} day.", "Lines are removed after {0} days.", Options.KeepDays);

    protected override Task OnParametersSetAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        try
        {
            _names = await Desk.NamesAsync();
            _lines = await Desk.ListAsync(Filter((Page - 1) * PageSize, PageSize));
            _error = null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _error = L["The audit log could not be read: {0}", e.Message];
        }
    }

    private AuditFilter Filter(int skip, int take) =>
        new()
        {
            Target = Given(Query),
            Who = Given(Who),
            What = Given(What),
            Outcome = OutcomeKey is { } outcome ? Enum.Parse<AuditOutcome>(outcome, true) : null,
            Since = SinceMoment,
            Sort = Order.Column,
            Descending = Order.Descending,
            Skip = skip,
            Take = take,
        };

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>What the log knows, and what was chosen, which it may know no more.</summary>
    private static IEnumerable<string> Choices(IReadOnlyList<string> known, string? chosen) =>
        string.IsNullOrEmpty(chosen) || known.Contains(chosen) ? known : known.Append(chosen);

    private static string Moment(DateTime at, string format) => at.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Where the thing is shown, as long as it is there.</summary>
    private static string? Link(AuditLine line) =>
        line is not { Outcome: "done", Target.Length: > 0 } ? null
        : line.What.StartsWith("run.", StringComparison.Ordinal) && line.What != Access.Acts.DeleteRun.Name
            ? $"/runs/{Uri.EscapeDataString(line.Target)}"
        : line.What == Access.Acts.LaunchSweep.Name ? $"/sweeps/{Uri.EscapeDataString(line.Target)}"
        : null;

    private void SortBy(string column)
    {
        var order = Order.Press(column);
        Go(sort: order.Descending ? "-" + order.Column : order.Column);
    }

    private void Go(
        string? q = null,
        string? who = null,
        string? what = null,
        string? outcome = null,
        string? since = null,
        string? sort = null,
        int page = 1
    ) =>
        Navigation.NavigateTo(
            Navigation.GetUriWithQueryParameters(
                "/audit",
                new Dictionary<string, object?>
                {
                    ["q"] = Given(q ?? Query),
                    ["who"] = Given(who ?? Who),
                    ["what"] = Given(what ?? What),
                    ["outcome"] = Given(outcome ?? OutcomeKey),
                    ["since"] = Given(since ?? (SinceMoment is null ? null : Since)),
                    ["sort"] = sort ?? (SortKey is null ? null : SortText),
                    ["page"] = page > 1 ? page : null,
                }
            )
        );

    private async Task ExportAsync(bool json)
    {
        try
        {
            _problem = null;
            var table = AuditLine.Table((await Desk.ListAsync(Filter(0, MostExported))).Items);
            await Js.InvokeVoidAsync(
                "portal.download",
                json ? "audit.json" : "audit.csv",
                json ? table.ToJson() : table.ToCsv(),
                json ? "application/json" : "text/csv"
            );
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = L["The table could not be exported: {0}", e.Message];
        }
    }
}
