using CllClip.Engine.Data;
using CllClip.Portal.Access;
using CllClip.Portal.Hosting;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Features.Datasets.Statistics;

/// <summary>Statistics of a data set's captions by language; computing begins when they are first looked at.</summary>
public sealed partial class DatasetFigures : IDisposable
{
    private StatisticsView? _view;
    private string? _model;
    private string? _refused; // why what was asked for was not done
    private TableSort _sort = new("language", false);

    [Inject]
    private StatisticsWorker Worker { get; set; } = default!;

    [Inject]
    private IEngineHost Engine { get; set; } = default!;

    [Inject]
    private Door Door { get; set; } = default!;

    /// <summary>A prepared data set.</summary>
    [Parameter, EditorRequired]
    public ICaptionedDataset Dataset { get; set; } = default!;

    /// <summary>Whether the person may begin and cancel.</summary>
    [Parameter]
    public bool MayChange { get; set; }

    private static IReadOnlyList<(string Key, string Text, string? Title)> Heads =>
        [
            ("language", PageText.Key("Language"), null),
            ("training", PageText.Key("Training"), PageText.Key("Training captions")),
            ("validation", PageText.Key("Validation"), PageText.Key("Validation captions")),
            ("test", PageText.Key("Test"), PageText.Key("Test captions")),
            ("charactersMean", PageText.Key("Mean"), PageText.Key("Characters in a caption, mean")),
            ("charactersP95", PageText.Key("95 %"), PageText.Key("Characters in a caption, 95th percentile")),
            ("wordsMean", PageText.Key("Mean"), PageText.Key("Words in a caption, mean")),
            ("wordsP95", PageText.Key("95 %"), PageText.Key("Words in a caption, 95th percentile")),
            ("baseTokensPerWord", PageText.Key("A word"), PageText.Key("Tokens of the base model’s tokenizer to a word")),
            ("baseTokensPerCaption", PageText.Key("A caption"), PageText.Key("Tokens of the base model’s tokenizer in a caption, mean")),
            ("baseTokensUsed", PageText.Key("Used"), PageText.Key("Different tokens in the language’s captions")),
            ("baseTokensShared", PageText.Key("Shared, %"), PageText.Key("Share of these that another language’s captions hold too")),
            ("grownTokensPerWord", PageText.Key("A word"), PageText.Key("Tokens of the grown vocabulary to a word")),
            ("grownTokensPerCaption", PageText.Key("A caption"), PageText.Key("Tokens of the grown vocabulary in a caption, mean")),
            ("grownTokensUsed", PageText.Key("Used"), PageText.Key("Different tokens in the language’s captions")),
            (
                "grownTokensShared",
                PageText.Key("Shared, %"),
                PageText.Key("Share of these that another language’s captions hold too, each cut by its own grown vocabulary")
            ),
            ("tokensAdded", PageText.Key("Added"), PageText.Key("Tokens that growing adds to the base model’s vocabulary")),
        ];

    public void Dispose() => Worker.Changed -= Changed;

    protected override void OnInitialized()
    {
        Worker.Changed += Changed;
        _model = Engine.ModelIds is [var first, ..] ? first : null;
    }

    protected override void OnParametersSet() => Read();

    private static string Cell(string column, IComparable? value) =>
        value switch
        {
            null => "–",
            int count => Formats.Count(count),
            double share when column.EndsWith("Shared", StringComparison.Ordinal) => Formats.Fixed(100 * share, 1),
            double number => Formats.Fixed(number, column.EndsWith("PerWord", StringComparison.Ordinal) ? 2 : 1),
            _ => value.ToString() ?? "",
        };

    private void Changed() =>
        _ = InvokeAsync(() =>
        {
            Read();
            StateHasChanged();
        });

    private void Read() => _view = _model is null ? null : Worker.Look(Dataset, _model);

    private void Choose(string model)
    {
        _model = model;
        Read();
    }

    private Task BeginAsync() => ActAsync(Acts.CountDataset, model => Worker.Begin(Dataset, model));

    private Task CancelAsync() => ActAsync(Acts.CancelCount, model => Worker.Cancel(Dataset, model));

    private async Task ActAsync(Act act, Action<string> work)
    {
        if (_model is not { } model)
        {
            return;
        }
        _refused = await Door.DoAsync(
            act,
            Dataset.Id,
            () =>
            {
                work(model);
                return Task.FromResult<string?>(null);
            }
        );
        Read();
    }
}
