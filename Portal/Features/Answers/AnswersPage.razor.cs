using System.Globalization;
using CllClip.Engine;
using CllClip.Portal.Localization;
using CllClip.Shared.Results;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace CllClip.Portal.Features.Answers;

/// <summary>The queries behind one cell of a run's matrix. What is shown stands in the address.</summary>
public sealed partial class AnswersPage : IDisposable
{
    private static readonly IReadOnlyList<(AnswerKind Kind, string Name, string Help)> Kinds =
    [
        (AnswerKind.Wrong, PageText.Key("Wrong"), PageText.Key("Not within the first K")),
        (AnswerKind.Forgotten, PageText.Key("Forgotten"), PageText.Key("Wrong now, right at an earlier stage")),
        (AnswerKind.Right, PageText.Key("Right"), PageText.Key("Within the first K")),
        (AnswerKind.Learned, PageText.Key("Newly right"), PageText.Key("Right now, at no earlier stage")),
    ];

    private readonly CancellationTokenSource _left = new();
    private AnswerQuery _query = new()
    {
        Run = "",
        Stage = 1,
        Language = "en",
    };
    private Dictionary<string, string[]> _errors = [];
    private AnswerPage? _page;
    private string? _failure;
    private bool _missing;
    private bool _loading;

    [Parameter]
    public string Id { get; set; } = "";

    [SupplyParameterFromQuery]
    private string? Stage { get; set; }

    [SupplyParameterFromQuery]
    private string? Language { get; set; }

    [SupplyParameterFromQuery]
    private string? Dataset { get; set; }

    [SupplyParameterFromQuery]
    private string? Protocol { get; set; }

    [SupplyParameterFromQuery]
    private string? Direction { get; set; }

    [SupplyParameterFromQuery]
    private string? K { get; set; }

    [SupplyParameterFromQuery]
    private string? Show { get; set; }

    [SupplyParameterFromQuery]
    private string? Skip { get; set; }

    /// <summary>The page's address for a cell.</summary>
    public static string Address(AnswerQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var parts = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"stage={query.Stage}"),
            "language=" + Uri.EscapeDataString(query.Language),
        };
        void Add(string name, string? value)
        {
            if (value is not null)
            {
                parts.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }
        Add("dataset", query.Dataset);
        Add("protocol", query.Protocol);
        Add("direction", query.Direction == RetrievalDirection.TextToImage ? null : "i2t");
        Add("k", query.K == 1 ? null : query.K.ToString(CultureInfo.InvariantCulture));
        Add("show", query.Show == AnswerKind.Wrong ? null : query.Show.ToString().ToLowerInvariant());
        Add("skip", query.Skip == 0 ? null : query.Skip.ToString(CultureInfo.InvariantCulture));
        return $"/runs/{Uri.EscapeDataString(query.Run)}/answers?{string.Join('&', parts)}";
    }

    protected override async Task OnParametersSetAsync()
    {
        var query = AnswersApi.Read(Id, (Stage, Language, Dataset, Protocol, Direction, K, Show, Skip, null), out _errors);
        if (query == _query && _page is not null)
        {
            return;
        }
        _query = query;
        await LoadAsync();
    }

    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
    }

    private async Task LoadAsync()
    {
        var query = _query;
        if (_errors.ContainsKey("stage") || _errors.ContainsKey("language"))
        {
            return;
        }
        (_loading, _failure) = (true, null);
        try
        {
            var page = await Answers.ReadAsync(query, L, _left.Token);
            if (query == _query)
            {
                (_page, _missing) = (page, page is null);
            }
        }
        catch (OperationCanceledException)
        {
            return; // the page was left
        }
        catch (EngineException e)
        {
            _failure = e.Message;
        }
        _loading = false;
    }

    private void Go(AnswerQuery query) => Navigation.NavigateTo(Address(query));

    // Every query of the cell, whichever are shown.
    private async Task SaveAsync(bool json)
    {
        _failure = null;
        try
        {
            if (await Answers.TableAsync(_query, null, L, _left.Token) is ({ } table, _))
            {
                await Js.InvokeVoidAsync(
                    "portal.download",
                    AnswersTable.Name(_query) + (json ? ".json" : ".csv"),
                    json ? table.ToJson() : table.ToCsv(),
                    json ? "application/json" : "text/csv"
                );
            }
        }
        catch (OperationCanceledException)
        {
            // the page was left
        }
        catch (EngineException e)
        {
            _failure = e.Message;
        }
    }

    private AnswerQuery To(NearestCell nearest) =>
        _query with
        {
            Stage = nearest.Stage,
            Language = nearest.Language,
            Dataset = nearest.Dataset,
            Skip = 0,
        };
}
