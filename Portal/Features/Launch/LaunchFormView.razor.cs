using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Methods;
using CllClip.Portal.Api;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Methods;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Features.Launch;

/// <summary>What the launch form is told, and what it says about its fields.</summary>
public sealed partial class LaunchFormView
{
    /// <summary>The form's state.</summary>
    [Parameter, EditorRequired]
    public LaunchForm Form { get; set; } = default!;

    /// <summary>Name by which the browser keeps what is typed.</summary>
    [Parameter]
    public string? DraftName { get; set; }

    /// <summary>Errors by field: the form's own, or the server's.</summary>
    [Parameter]
    public IReadOnlyDictionary<string, string[]> Errors { get; set; } = new Dictionary<string, string[]>();

    /// <summary>The prepared data set; null while it is being prepared.</summary>
    [Parameter]
    public IRetrievalDataset? Dataset { get; set; }

    /// <summary>Data sets to choose from.</summary>
    [Parameter]
    public IReadOnlyList<(string Id, string Name)> Datasets { get; set; } = [("emoji36", "Emoji36")];

    /// <summary>Base models to choose from.</summary>
    [Parameter]
    public IReadOnlyList<string> Models { get; set; } = ["emoji-base"];

    /// <summary>Devices offered.</summary>
    [Parameter]
    public IReadOnlyList<string> Devices { get; set; } = ["auto", "cpu"];

    /// <summary>Runs that can be loaded.</summary>
    [Parameter]
    public IReadOnlyList<(string Id, string Name)> KnownRuns { get; set; } = [];

    /// <summary>What it will take.</summary>
    [Parameter]
    public RunEstimate Estimate { get; set; } = new(null, null, null, "");

    /// <summary>Memory that there is; null while unknown.</summary>
    [Parameter]
    public long? MemoryBytes { get; set; }

    /// <summary>Free bytes of the disk that checkpoints are written to; null while unknown.</summary>
    [Parameter]
    public long? FreeBytes { get; set; }

    private string Of(long? expected, long? there) =>
        (expected, there) switch
        {
            (null, _) => L["not known yet"],
            ({ } e, null) => L["about {0}", Formats.Bytes(e)],
            ({ } e, { } t) => L["about {0} of {1}", Formats.Bytes(e), Formats.Bytes(t)],
        };

    /// <summary>The data set is still being prepared.</summary>
    [Parameter]
    public bool Pending { get; set; }

    /// <summary>The page answers to a press: before that the browser would send the form away by itself.</summary>
    [Parameter]
    public bool Ready { get; set; }

    /// <summary>The runs are being handed over.</summary>
    [Parameter]
    public bool Busy { get; set; }

    /// <summary>The launch waits for the data set.</summary>
    [Parameter]
    public bool Waiting { get; set; }

    /// <summary>Called when a waiting launch is given up.</summary>
    [Parameter]
    public EventCallback OnCancel { get; set; }

    /// <summary>Called after every change.</summary>
    [Parameter]
    public EventCallback OnChange { get; set; }

    [Parameter]
    public EventCallback OnSubmit { get; set; }

    [Parameter]
    public EventCallback OnCopyCurl { get; set; }

    /// <summary>Called with the id of a run whose settings are to fill the form.</summary>
    [Parameter]
    public EventCallback<string> OnLoad { get; set; }

    private string _loadId = "";

    private static readonly string[] Fields = [LaunchForm.ValuesField, .. RunRequestReader.Names.Where(n => n != "options")];

    private IReadOnlyList<RunRequest> _requests = [];
    private long _count;

    /// <summary>The data set's own defaults; Emoji36's until it is prepared.</summary>
    private DatasetDefaults Defaults
    {
        get
        {
            var own = Dataset?.Defaults ?? Emoji36Dataset.TrainingDefaults;
            return LearningRate is { } rate ? own with { LearningRate = rate } : own;
        }
    }

    /// <summary>The learning rate that belongs to the base model; null takes the data set's.</summary>
    [Parameter]
    public double? LearningRate { get; set; }

    /// <summary>Data sets beside the run's own; a loaded run may name one that is not here any more, which must be there to be taken off.</summary>
    private List<(string Id, string Name)> Others =>
        [
            .. Datasets
                .Concat(Form.TestSets.Where(t => Datasets.All(d => d.Id != t)).Select(t => (t, t)))
                .Where(d => d.Item1 != Form.Dataset),
        ];

    private bool OptionErrors => Errors.Keys.Any(k => k.StartsWith("options.", StringComparison.Ordinal));

    private string TeirNote =>
        Form.TeirPossible && Form.Chosen.All(m => m.ComposesWithTeir)
            ? L["New rows are drawn like the old ones, and a token’s row moves the less the more languages use it."]
        : Form.TeirPossible
            ? L["Applies where it composes; {0} runs without.", Listed(Form.Chosen.Where(m => !m.ComposesWithTeir).Select(m => m.Name))]
        : Form.Chosen.Any(m => m.Trains)
            ? L.Count(
                "{1} does not compose with TEIR: all languages are learned at once.",
                "{1} do not compose with TEIR: all languages are learned at once.",
                Form.Chosen.Count,
                Alone
            )
        : L.Count(
            "{1} does not compose with TEIR: nothing is trained.",
            "{1} do not compose with TEIR: nothing is trained.",
            Form.Chosen.Count,
            Alone
        );

    /// <summary>The methods chosen.</summary>
    private string Alone => Form.Chosen.Select(m => m.Name).Aggregate((all, name) => L["{0} and {1}", all, name]);

    private string Listed(IEnumerable<string> names) => names.Aggregate((all, name) => L["{0}, {1}", all, name]);

    protected override void OnParametersSet() => Count();

    private void Count() => (_requests, _count) = (Form.Requests(), Form.RunCount);

    private string SeedOf(RunRequest request) =>
        request.Options is { } options && Form.SweepOption.Length > 0 && options.TryGetValue(Form.SweepOption, out var value)
            ? L["{0}, seed {1}", Formats.Option(value), request.Seed]
            : L["seed {0}", request.Seed];

    private Task Change(Action change)
    {
        change();
        Count();
        return OnChange.InvokeAsync();
    }

    private void Set(string option, string? text)
    {
        if (text is null)
        {
            Form.Options.Remove(option);
        }
        else
        {
            Form.Options[option] = text;
        }
    }

    private object DefaultOf(OptionDescriptor option) =>
        RunValidation.DefaultFor(Form.Chosen.First(m => m.Options.Any(o => o.Name == option.Name)), option, Defaults);

    private string Bad(string field) => Errors.ContainsKey(field) ? "true" : "false";

    /// <summary>Whether the form has a place beside which this field's message already stands.</summary>
    private bool Known(string field) =>
        Fields.Contains(field) || Form.OptionGroups.SelectMany(g => g).Any(o => "options." + o.Name == field);

    private string FieldName(string field) =>
        field.StartsWith("options.", StringComparison.Ordinal)
            ? MethodCatalog.All.SelectMany(m => m.Options).FirstOrDefault(o => "options." + o.Name == field) is { } option
                ? L[option.Label]
                : field
            : field switch
            {
                LaunchForm.ValuesField => L["values to try"],
                "method" => L["method"],
                "dataset" => L["dataset"],
                "testSets" => L["testSets"],
                "model" => L["model"],
                "languages" => L["languages"],
                "epochs" => L["epochs"],
                "seed" => L["seed"],
                "device" => L["device"],
                "name" => L["name"],
                "tags" => L["tags"],
                _ => field,
            };
}
