using System.Globalization;
using System.Text.Json;
using CllClip.Engine.Data;
using CllClip.Engine.Methods;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Features.Sweeps;
using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using CllClip.Shared.Methods;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Launch;

/// <summary>What the launch form holds: text as typed, so that nothing is lost by a wrong value. Opens as the Tour.</summary>
public sealed partial class LaunchForm
{
    /// <summary>Most runs at once.</summary>
    public const int MostRuns = SweepPlan.MostRuns;

    /// <summary>Errors' name for <see cref="SweepValues"/>.</summary>
    public const string ValuesField = "sweepValues";

    /// <summary>The language of what the form itself says of a field; what the rules of runs say is English, as in the API.</summary>
    public PageText Text { get; init; } = PageText.English;

    /// <summary>Ids of the methods chosen, in the catalogue's order; one unless <see cref="Several"/>.</summary>
    public IReadOnlyList<string> Methods { get; private set; } = [ContinualClip.Descriptor.Id];

    /// <summary>Whether several methods may be chosen.</summary>
    public bool Several { get; private set; }

    public bool Teir { get; set; } = true;

    /// <summary>Makes each run with TEIR once more without it.</summary>
    public bool AlsoWithoutTeir { get; set; }

    public string Dataset { get; set; } = "emoji36";

    /// <summary>Further data sets to evaluate on, in the order in which they were chosen.</summary>
    public IReadOnlyList<string> TestSets { get; private set; } = [];

    public string Model { get; set; } = "emoji-base";

    public List<string> Languages { get; private set; } = [.. LanguageCatalog.Tour];

    public string Epochs { get; set; } = "";

    /// <summary>One seed or several: <c>1, 2, 5-7</c>.</summary>
    public string Seeds { get; set; } = "1";

    public string Device { get; set; } = "";

    public string Name { get; set; } = "";

    public string Tags { get; set; } = "";

    /// <summary>Option values as typed, by option name; those absent take their default.</summary>
    public Dictionary<string, string> Options { get; } = [];

    /// <summary>Name of the option of which several values are tried; empty for none.</summary>
    public string SweepOption { get; set; } = "";

    /// <summary>Those values as typed: <c>1e-3, 3e-3, 1e-2</c>.</summary>
    public string SweepValues { get; set; } = "";

    /// <summary>Descriptions of the methods chosen.</summary>
    public IReadOnlyList<MethodDescriptor> Chosen => [.. MethodCatalog.All.Where(m => Methods.Contains(m.Id))];

    /// <summary>Whether TEIR can be switched on with at least one method chosen.</summary>
    public bool TeirPossible => Chosen.Any(m => m.ComposesWithTeir);

    /// <summary>Options of the methods chosen, each name once, in their groups.</summary>
    public IEnumerable<IGrouping<string, OptionDescriptor>> OptionGroups =>
        Chosen
            .SelectMany(m => m.Options)
            .DistinctBy(o => o.Name)
            .Where(o => o.Group != "TEIR" || (Teir && TeirPossible))
            .GroupBy(o => o.Group);

    public void Choose(string method)
    {
        if (!Several)
        {
            Methods = [method];
            return;
        }
        var set = Methods.Contains(method) ? Methods.Where(m => m != method) : Methods.Append(method);
        var kept = MethodCatalog.All.Select(m => m.Id).Where(set.Contains).ToList();
        Methods = kept.Count == 0 ? [method] : kept;
    }

    public void AllowSeveral(bool several)
    {
        Several = several;
        if (!several)
        {
            Methods = [.. Methods.Take(1)];
        }
    }

    /// <summary>Takes a further data set to evaluate on, or leaves it out.</summary>
    public void SetTestSet(string id, bool wanted) => TestSets = wanted ? [.. TestSets.Union([id])] : [.. TestSets.Where(t => t != id)];

    public void SetLanguages(IEnumerable<string> codes) => Languages = [.. codes.Distinct()];

    public void Move(int from, int to)
    {
        if (from < 0 || from >= Languages.Count || to < 0 || to >= Languages.Count || from == to)
        {
            return;
        }
        var code = Languages[from];
        Languages.RemoveAt(from);
        Languages.Insert(to, code);
    }

    /// <summary>Orders the languages chosen at random, the same for the same seed.</summary>
    public void Shuffle(int seed)
    {
        var codes = Languages.Order(StringComparer.Ordinal).ToArray();
        new Random(seed).Shuffle(codes);
        Languages = [.. codes];
    }

    /// <summary>The seeds typed; null where they cannot be read or are more than <see cref="MostRuns"/>.</summary>
    public IReadOnlyList<int>? ReadSeeds()
    {
        var seeds = new List<int>();
        foreach (var part in Seeds.Split([.. TypedList.Commas, ' ', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-', '–');
            if (
                ends.Length is < 1 or > 2
                || !Whole(ends[0], out var low)
                || !Whole(ends[^1], out var high)
                || high < low
                || high - (long)low >= MostRuns
            )
            {
                return null;
            }
            seeds.AddRange(Enumerable.Range(low, high - low + 1));
            if (seeds.Count > MostRuns)
            {
                return null;
            }
        }
        return seeds.Count == 0 ? null : [.. seeds.Distinct()];
    }

    /// <summary>Number of runs that the form asks for: methods x with and without TEIR x values of an option x seeds.</summary>
    public long RunCount => SweepPlan.Count(Sweep());

    /// <summary>The runs that the form asks for, <see cref="MostRuns"/> at most.</summary>
    public IReadOnlyList<RunRequest> Requests() => [.. SweepPlan.Expand(Sweep()).Take(MostRuns)];

    /// <summary>All that the form asks for, which may be one run alone.</summary>
    public SweepRequest Sweep()
    {
        var swept = Swept;
        return new SweepRequest
        {
            Run = Common(),
            Seeds = ReadSeeds() ?? [1],
            Methods = [.. Chosen.Select(m => m.Id)],
            Teir =
                !Teir || !TeirPossible ? [false]
                : AlsoWithoutTeir ? [true, false]
                : [true],
            Options =
                swept is not null && ReadValues(swept) is { Count: > 0 } values
                    ? new Dictionary<string, IReadOnlyList<JsonElement>> { [swept.Name] = values }
                    : null,
        };
    }

    /// <summary>The form's name for a field of the sweep that it sends.</summary>
    public static string FieldOf(string field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return field switch
        {
            "seeds" => "seed",
            "methods" => "method",
            _ => field.StartsWith("run.", StringComparison.Ordinal) ? field["run.".Length..] : field,
        };
    }

    /// <summary>The option of which several values are tried; null for none, or where no method chosen has it.</summary>
    private OptionDescriptor? Swept => OptionGroups.SelectMany(g => g).FirstOrDefault(o => o.Name == SweepOption);

    /// <summary>Every wrong field of the form, by field name as in the API; empty if it is good.</summary>
    public IReadOnlyDictionary<string, string[]> Check(
        IReadOnlyList<IRetrievalDataset> datasets,
        IReadOnlyList<string> models,
        bool datasetPending = false
    )
    {
        var errors = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        void Wrong(string field, string message)
        {
            var list = errors.TryGetValue(field, out var known) ? known : errors[field] = [];
            if (!list.Contains(message))
            {
                list.Add(message);
            }
        }
        if (ReadSeeds() is null)
        {
            Wrong("seed", Text["Write one whole number, or several, {0} at most: 1, 2, 5-7.", MostRuns]);
        }
        if (Swept is { } swept && ReadValues(swept).Count == 0)
        {
            Wrong(ValuesField, Text["Write the values to try, separated by commas, or choose no option."]);
        }
        foreach (var (field, messages) in SweepPlan.Check(Sweep()))
        {
            Array.ForEach(messages, m => Wrong(field.StartsWith("options.", StringComparison.Ordinal) ? ValuesField : FieldOf(field), m));
        }
        if (Epochs.Trim().Length > 0 && !Whole(Epochs, out _))
        {
            Wrong("epochs", Text["Epochs must be a whole number between 1 and 1000."]);
        }
        foreach (var (field, messages) in Requests().SelectMany(r => RunValidation.Check(r, datasets, models)))
        {
            if (!(datasetPending && field is "dataset" or "testSets"))
            {
                Array.ForEach(messages, m => Wrong(Swept is not null && field == "options." + SweepOption ? ValuesField : field, m));
            }
        }
        return errors.ToDictionary(e => e.Key, e => e.Value.ToArray());
    }

    private RunRequest Common() =>
        new()
        {
            Method = Methods[0],
            Teir = Teir && TeirPossible,
            Dataset = Dataset,
            TestSets = TestSets.Where(t => t != Dataset).ToList() is { Count: > 0 } others ? others : null, // the own one may be chosen after them
            Model = Model,
            Languages = [.. Languages],
            Epochs = Whole(Epochs, out var epochs) ? epochs : null,
            Device = Device.Trim() is { Length: > 0 } device ? device : null,
            Name = Name.Trim() is { Length: > 0 } name ? name : null,
            Tags = TypedList.Of(Tags) is { Length: > 0 } tags ? tags : null,
            Options = Values() is { Count: > 0 } values ? values : null,
        };

    private List<JsonElement> ReadValues(OptionDescriptor option) =>
        [
            .. SweepValues
                .Split([.. TypedList.Commas, ' ', ';'], StringSplitOptions.RemoveEmptyEntries)
                .Select(text => Element(option, text)),
        ];

    /// <summary>What is typed of the options of the methods chosen; each method takes those that it has.</summary>
    private Dictionary<string, JsonElement> Values()
    {
        var values = new Dictionary<string, JsonElement>();
        foreach (var option in Chosen.SelectMany(m => m.Options).DistinctBy(o => o.Name))
        {
            if (Options.TryGetValue(option.Name, out var text) && text.Trim().Length > 0)
            {
                values[option.Name] = Element(option, text.Trim());
            }
        }
        return values;
    }

    /// <summary>A value as JSON; what cannot be read stays a string, which the validation refuses with the right message.</summary>
    private static JsonElement Element(OptionDescriptor option, string text) =>
        option.Type switch
        {
            OptionType.Boolean when bool.TryParse(text, out var yes) => JsonSerializer.SerializeToElement(yes),
            OptionType.Integer when long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole) =>
                JsonSerializer.SerializeToElement(whole),
            OptionType.Number
                when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) =>
                JsonSerializer.SerializeToElement(real),
            _ => JsonSerializer.SerializeToElement(text),
        };

    private static bool Whole(string text, out int value) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out value);
}
