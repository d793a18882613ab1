using CllClip.Engine.Data;
using CllClip.Portal.Hosting;
using CllClip.Portal.Layout.Components;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Features.Datasets.Statistics;

/// <summary>Statistics of a data set's captions by language; computing begins when they are first looked at.</summary>
public sealed partial class DatasetFigures : IDisposable
{
    private StatisticsView? _view;
    private string? _model;
    private TableSort _sort = new("language", false);

    [Inject]
    private StatisticsWorker Worker { get; set; } = default!;

    [Inject]
    private IEngineHost Engine { get; set; } = default!;

    [Inject]
    private DatasetDesk Desk { get; set; } = default!;

    /// <summary>A prepared data set.</summary>
    [Parameter, EditorRequired]
    public ICaptionedDataset Dataset { get; set; } = default!;

    /// <summary>Whether the person may begin and cancel.</summary>
    [Parameter]
    public bool MayChange { get; set; }

    private static IReadOnlyList<(string Key, string Text, string? Title)> Heads =>
        [
            ("language", "Language", null),
            ("training", "Training", "Training captions"),
            ("validation", "Validation", "Validation captions"),
            ("test", "Test", "Test captions"),
            ("charactersMean", "Mean", "Characters in a caption, mean"),
            ("charactersP95", "95 %", "Characters in a caption, 95th percentile"),
            ("wordsMean", "Mean", "Words in a caption, mean"),
            ("wordsP95", "95 %", "Words in a caption, 95th percentile"),
            ("baseTokensPerWord", "A word", "Tokens of the base model's tokenizer to a word"),
            ("baseTokensPerCaption", "A caption", "Tokens of the base model's tokenizer in a caption, mean"),
            ("baseTokensUsed", "Used", "Different tokens in the language's captions"),
            ("baseTokensShared", "Shared, %", "Share of these that another language's captions hold too"),
            ("grownTokensPerWord", "A word", "Tokens of the grown vocabulary to a word"),
            ("grownTokensPerCaption", "A caption", "Tokens of the grown vocabulary in a caption, mean"),
            ("grownTokensUsed", "Used", "Different tokens in the language's captions"),
            (
                "grownTokensShared",
                "Shared, %",
                "Share of these that another language's captions hold too, each cut by its own grown vocabulary"
            ),
            ("tokensAdded", "Added", "Tokens that growing adds to the base model's vocabulary"),
        ];

    public void Dispose() => Worker.Changed -= Changed;

    protected override void OnInitialized()
    {
        Worker.Changed += Changed;
        _model = Engine.ModelIds.FirstOrDefault();
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

    private void Begin()
    {
        if (Desk.MayChange && _model is not null)
        {
            _view = Worker.Begin(Dataset, _model);
        }
    }

    private void Cancel()
    {
        if (Desk.MayChange && _model is not null)
        {
            Worker.Cancel(Dataset, _model);
            Read();
        }
    }
}
