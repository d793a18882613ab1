using System.Globalization;
using System.Text.Json;
using CllClip.Engine.Data;
using CllClip.Shared.Languages;
using CllClip.Shared.Methods;
using CllClip.Shared.Runs;

namespace CllClip.Engine.Methods;

/// <summary>Checks a request against the catalogue and resolves every option to the value in force.</summary>
public static class RunValidation
{
    /// <summary>Names every wrong field of a request; empty if the request is good. Keys are field names as in the API (<c>languages</c>, <c>options.learningRate</c>).</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="datasets">The data sets that are open.</param>
    /// <param name="models">Ids of the base models there are.</param>
    public static IReadOnlyDictionary<string, string[]> Check(
        RunRequest request,
        IReadOnlyList<IRetrievalDataset> datasets,
        IReadOnlyList<string> models
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(datasets);
        var errors = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        void Wrong(string field, string message)
        {
            if (!errors.TryGetValue(field, out var list))
            {
                errors[field] = list = [];
            }
            list.Add(message);
        }

        var dataset = datasets.FirstOrDefault(d => d.Id == request.Dataset);
        var method = request.Method is null ? null : MethodCatalog.Find(request.Method);
        if (method is null)
        {
            Wrong("method", $"Unknown method '{request.Method}'. Choose one of: {string.Join(", ", MethodCatalog.All.Select(m => m.Id))}.");
        }
        if (dataset is null)
        {
            Wrong("dataset", $"Unknown data set '{request.Dataset}'.");
        }
        if (request.Model is null || !models.Contains(request.Model))
        {
            Wrong("model", $"Unknown base model '{request.Model}'. Choose one of: {string.Join(", ", models)}.");
        }
        if (request.Languages is not { Count: > 0 })
        {
            Wrong("languages", "Choose at least one language.");
        }
        else
        {
            // A data set may have languages beyond the catalogue's.
            foreach (var code in request.Languages.Distinct().Where(c => dataset?.Languages.Contains(c) != true))
            {
                if (LanguageCatalog.Find(code) is null)
                {
                    Wrong("languages", $"Unknown language '{code}'.");
                }
                else if (dataset is not null)
                {
                    Wrong("languages", $"Data set '{dataset.Id}' has no language '{code}'.");
                }
            }
            foreach (var code in request.Languages.GroupBy(c => c).Where(g => g.Count() > 1).Select(g => g.Key))
            {
                Wrong("languages", $"Language '{code}' is listed more than once.");
            }
        }
        CheckTestSets(request, datasets, Wrong);
        if (request.Epochs is < 1 or > 1000)
        {
            Wrong("epochs", $"Epochs must be between 1 and 1000, not {request.Epochs}.");
        }
        if (request.Seed is < 0)
        {
            Wrong("seed", "The seed must be 0 or greater.");
        }
        if (request.Device is not null && !Device.DeviceChoice.IsName(request.Device))
        {
            Wrong("device", $"Unknown device '{request.Device}'. Use auto, cpu, cuda or cuda:N.");
        }
        if (NameProblem(request.Name) is { } badName)
        {
            Wrong("name", badName);
        }
        if (TagsProblem(request.Tags) is { } badTags)
        {
            Wrong("tags", badTags);
        }
        if (method is not null)
        {
            if (request.Teir && !method.ComposesWithTeir)
            {
                Wrong("teir", $"{method.Name} does not compose with TEIR.");
            }
            foreach (var (name, value) in request.Options ?? new Dictionary<string, JsonElement>())
            {
                var option = method.Options.FirstOrDefault(o => o.Name == name);
                if (option is null)
                {
                    Wrong($"options.{name}", $"{method.Name} has no option '{name}'.");
                }
                else if (Read(option, value, out var message) is null)
                {
                    Wrong($"options.{name}", message!);
                }
            }
            if (errors.Count == 0 && dataset is not null)
            {
                CheckTogether(request, method, dataset, Wrong);
            }
        }
        return errors.ToDictionary(e => e.Key, e => e.Value.ToArray());
    }

    /// <summary>What is wrong with the name of a run or a sweep; null if nothing is, or none is given.</summary>
    public static string? NameProblem(string? name) =>
        name is { Length: > 200 } ? "The name is longer than 200 characters."
        : name?.Any(char.IsControl) == true ? "The name holds control characters."
        : null;

    /// <summary>What is wrong with the tags of a run; null if nothing is, or none are given.</summary>
    public static string? TagsProblem(IReadOnlyList<string>? tags) =>
        tags is { Count: > 20 } || tags?.Any(t => t is null || t.Length is 0 or > 50 || t.Any(char.IsControl)) == true
            ? "At most 20 tags of 1 to 50 characters, none of them a control character."
            : null;

    private static void CheckTestSets(RunRequest request, IReadOnlyList<IRetrievalDataset> datasets, Action<string, string> wrong)
    {
        var languages = request.Languages ?? [];
        foreach (var (id, times) in (request.TestSets ?? []).GroupBy(t => t).Select(g => (g.Key, g.Count())))
        {
            if (times > 1)
            {
                wrong("testSets", $"Data set '{id}' is listed more than once.");
            }
            if (id == request.Dataset)
            {
                wrong("testSets", $"'{id}' is the run's own data set, which it is evaluated on anyway. Take it off the list.");
            }
            else if (datasets.FirstOrDefault(d => d.Id == id) is not { } set)
            {
                var others = datasets.Select(d => d.Id).Where(d => d != request.Dataset).ToList();
                wrong(
                    "testSets",
                    $"Unknown data set '{id}'. "
                        + (others.Count > 0 ? $"Choose from: {string.Join(", ", others)}." : "There is no further one to evaluate on.")
                );
            }
            else if (languages.Count > 0 && !languages.Any(set.Languages.Contains))
            {
                wrong(
                    "testSets",
                    $"Data set '{id}' has none of the run's languages; it has {string.Join(", ", set.Languages)}. Take it off the list, or learn one of these."
                );
            }
        }
    }

    /// <summary>Values that are good by themselves and wrong together, or with the data set.</summary>
    private static void CheckTogether(RunRequest request, MethodDescriptor method, IRetrievalDataset dataset, Action<string, string> wrong)
    {
        var values = Resolve(request, dataset.Defaults);
        if (values.TryGetValue(CommonOptions.CrosslingualScale, out var a) && values.TryGetValue(CommonOptions.CrossmodalScale, out var b))
        {
            if ((double)a == 0 && (double)b == 0)
            {
                wrong(
                    $"options.{CommonOptions.CrossmodalScale}",
                    "The cross-lingual and the cross-modal weight are both 0: nothing would be learned. Raise one of them."
                );
            }
        }
        if (method.Trains && request.Languages!.Where(l => dataset.TrainingPairCount(l) == 0).ToList() is { Count: > 0 } lacking)
        {
            wrong(
                "languages",
                $"{dataset.Name} has no training captions in {string.Join(", ", lacking)}: leave them out, or learn from another data set and test on this one as well."
            );
        }
        else if (values.TryGetValue(CommonOptions.BatchSize, out var size))
        {
            var joint = method.Id == JointTraining.Descriptor.Id;
            var (pairs, of) = joint
                ? (request.Languages!.Sum(dataset.TrainingPairCount), "all languages together")
                : request.Languages!.Select(l => (dataset.TrainingPairCount(l), $"'{l}'")).MinBy(x => x.Item1);
            if ((long)size > pairs)
            {
                wrong(
                    $"options.{CommonOptions.BatchSize}",
                    $"A batch of {size} is more than the {pairs} training pairs of {of}. Choose {pairs} or less."
                );
            }
        }
    }

    /// <summary>Every option of the method with the value in force: the request's, else the data set's, else the paper's.</summary>
    /// <exception cref="EngineException">An option is unknown or out of range; call <see cref="Check"/> first.</exception>
    public static IReadOnlyDictionary<string, object> Resolve(RunRequest request, DatasetDefaults defaults)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(defaults);
        var method = MethodCatalog.Find(request.Method ?? "") ?? throw new EngineException($"Unknown method '{request.Method}'.");
        var values = new Dictionary<string, object>();
        foreach (var option in method.Options)
        {
            values[option.Name] = DefaultFor(method, option, defaults);
        }
        foreach (var (name, element) in request.Options ?? new Dictionary<string, JsonElement>())
        {
            var option =
                method.Options.FirstOrDefault(o => o.Name == name) ?? throw new EngineException($"{method.Name} has no option '{name}'.");
            values[name] = Read(option, element, out var message) ?? throw new EngineException(message!);
        }
        return values;
    }

    /// <summary>The value that an option takes on a data set when nothing is said: the data set's own, else the paper's.</summary>
    public static object DefaultFor(MethodDescriptor method, OptionDescriptor option, DatasetDefaults defaults)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(option);
        ArgumentNullException.ThrowIfNull(defaults);
        return option.Name switch
        {
            CommonOptions.LearningRate => defaults.LearningRate,
            CommonOptions.BatchSize => (long)defaults.BatchSize,
            CommonOptions.VocabularySize => (long)(
                method.Id == JointTraining.Descriptor.Id ? defaults.OracleVocabularySize : defaults.VocabularySize
            ),
            _ => option.Default,
        };
    }

    internal static object? Read(OptionDescriptor option, JsonElement value, out string? message)
    {
        message = null;
        switch (option.Type)
        {
            case OptionType.Boolean when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                return value.GetBoolean();
            case OptionType.Choice when value.ValueKind is JsonValueKind.String && option.Choices!.Contains(value.GetString()!):
                return value.GetString()!;
            case OptionType.Integer
                when value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var whole) && InRange(option, whole):
                return whole;
            case OptionType.Number
                when value.ValueKind is JsonValueKind.Number
                    && value.TryGetDouble(out var real)
                    && double.IsFinite(real)
                    && InRange(option, real):
                return real;
        }
        message = option.Type switch
        {
            OptionType.Boolean => $"{option.Label} must be true or false.",
            OptionType.Choice => $"{option.Label} must be one of: {string.Join(", ", option.Choices!)}.",
            OptionType.Integer => $"{option.Label} must be a whole number{Range(option)}.",
            _ => $"{option.Label} must be a number{Range(option)}.",
        };
        return null;
    }

    private static bool InRange(OptionDescriptor option, double value) => !(value < option.Min) && !(value > option.Max);

    private static string Range(OptionDescriptor option) =>
        (option.Min, option.Max) switch
        {
            ({ } min, { } max) => string.Create(CultureInfo.InvariantCulture, $" between {min} and {max}"),
            ({ } min, null) => string.Create(CultureInfo.InvariantCulture, $" of at least {min}"),
            (null, { } max) => string.Create(CultureInfo.InvariantCulture, $" of at most {max}"),
            _ => "",
        };
}
