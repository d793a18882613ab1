using System.Globalization;
using System.Text.Json;
using CllClip.Engine.Methods;
using CllClip.Portal.Jobs;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Methods;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Sweeps;

/// <summary>From a sweep to its runs: methods x TEIR x option values x seeds, in this order.</summary>
public static class SweepPlan
{
    /// <summary>Most runs of one sweep.</summary>
    public const int MostRuns = 100;

    private const int LongestName = 200; // as RunValidation has it
    private const int MostNamed = 3;

    /// <summary>Every wrong field of the sweep's own lists; what the runs themselves say is not among it.</summary>
    public static IReadOnlyDictionary<string, string[]> Check(SweepRequest sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        var errors = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        CheckList("seeds", "seed", sweep.Seeds, errors);
        CheckList("methods", "method", sweep.Methods, errors);
        CheckList("teir", "value", sweep.Teir, errors);
        var methods = Descriptors(sweep);
        foreach (var (name, values) in sweep.Options ?? new Dictionary<string, IReadOnlyList<JsonElement>>())
        {
            CheckList($"options.{name}", "value", values.Select(v => v.GetRawText()).ToList(), errors);
            if (methods.Count > 0 && methods.All(m => !Has(m, name, teir: true)))
            {
                errors[$"options.{name}"] =
                [
                    $"{string.Join(" and ", methods.Select(m => m.Name))} {(methods.Count == 1 ? "has" : "have")} no option '{name}'.",
                ];
            }
        }
        if (methods.Count > 0 && Teir(sweep).Contains(true) && methods.All(m => !m.ComposesWithTeir))
        {
            errors["teir"] =
            [
                $"{string.Join(" and ", methods.Select(m => m.Name))} {(methods.Count == 1 ? "does" : "do")} not compose with TEIR.",
            ];
        }
        if (RunValidation.NameProblem(sweep.Name) is { } problem)
        {
            errors["name"] = [problem];
        }
        if (errors.Count == 0 && Count(sweep) is > MostRuns and var count)
        {
            errors["sweep"] =
            [
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"This would make {count} runs; at most {MostRuns} at once. Leave some values or seeds out."
                ),
            ];
        }
        return errors;
    }

    /// <summary>Number of runs that the sweep makes; stops counting far beyond <see cref="MostRuns"/>.</summary>
    public static long Count(SweepRequest sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        var count = 0.0; // lists from outside may multiply to more than a long holds
        foreach (var method in Methods(sweep))
        {
            foreach (var teir in TeirOf(method, sweep))
            {
                count += Varied(method, teir, sweep).Aggregate((double)Seeds(sweep).Count, (product, o) => product * o.Value.Count);
            }
        }
        return (long)Math.Min(count, 1e15);
    }

    /// <summary>The runs, each with the name that tells it from the others, made as they are asked for: their number is not bounded here, ask <see cref="Check"/> first.</summary>
    public static IEnumerable<RunRequest> Expand(SweepRequest sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        return from method in Methods(sweep)
            from teir in TeirOf(method, sweep)
            from options in Combinations(Varied(method, teir, sweep))
            from seed in Seeds(sweep)
            select Named(sweep, Request(sweep.Run, method, teir, options, seed), options);
    }

    /// <summary>The sweep's name: as asked for, or what differs in it.</summary>
    public static string NameOf(SweepRequest sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        if ((sweep.Name ?? sweep.Run.Name)?.Trim() is { Length: > 0 } name)
        {
            return name;
        }
        var methods = Descriptors(sweep);
        var parts = new List<string>
        {
            methods.Count <= MostNamed ? string.Join(", ", methods.Select(m => m.Name)) : $"{methods.Count} methods",
        };
        if (Teir(sweep) is { Count: 2 } && methods.Any(m => m.ComposesWithTeir))
        {
            parts.Add("with and without TEIR");
        }
        parts.AddRange(
            (sweep.Options ?? new Dictionary<string, IReadOnlyList<JsonElement>>()).Select(o =>
                $"{o.Value.Count} × {Label(methods, o.Key)}"
            )
        );
        if (Seeds(sweep).Count > 1)
        {
            parts.Add($"{Seeds(sweep).Count} seeds");
        }
        return string.Join(" · ", parts);
    }

    /// <summary>The sweep's name for a field of one of its runs: <c>seeds</c> for <c>seed</c> where seeds are listed, <c>run.epochs</c> for <c>epochs</c>.</summary>
    public static string FieldOf(SweepRequest sweep, string field)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        ArgumentNullException.ThrowIfNull(field);
        return field switch
        {
            "seed" when sweep.Seeds is not null => "seeds",
            "method" when sweep.Methods is not null => "methods",
            "teir" when sweep.Teir is not null => "teir",
            _ when field.StartsWith("options.", StringComparison.Ordinal)
                    && sweep.Options?.ContainsKey(field["options.".Length..]) == true => field,
            _ => "run." + field,
        };
    }

    private static void CheckList<T>(string field, string what, IReadOnlyList<T>? values, SortedDictionary<string, string[]> errors)
    {
        if (values is { Count: 0 })
        {
            errors[field] = [$"List at least one {what}, or leave the field out."];
        }
        else if (values?.GroupBy(v => v).Where(g => g.Count() > 1).Select(g => g.Key).ToList() is { Count: > 0 } twice)
        {
            errors[field] = [.. twice.Select(v => $"{v} is listed more than once.")];
        }
    }

    private static IReadOnlyList<string> Methods(SweepRequest sweep) => sweep.Methods ?? [sweep.Run.Method ?? ""];

    private static IReadOnlyList<int> Seeds(SweepRequest sweep) => sweep.Seeds ?? [sweep.Run.Seed ?? 1];

    private static IReadOnlyList<bool> Teir(SweepRequest sweep) => sweep.Teir ?? [sweep.Run.Teir];

    private static List<MethodDescriptor> Descriptors(SweepRequest sweep) =>
        [.. Methods(sweep).Select(MethodCatalog.Find).OfType<MethodDescriptor>()];

    private static IReadOnlyList<bool> TeirOf(string method, SweepRequest sweep) =>
        MethodCatalog.Find(method) is { ComposesWithTeir: false } ? [false] : Teir(sweep);

    /// <summary>An unknown method is taken to have every option: what is said of it is that it is unknown.</summary>
    private static bool Has(MethodDescriptor? method, string option, bool teir) =>
        method is null || method.Options.Any(o => o.Name == option && (teir || o.Group != TeirGroup));

    private const string TeirGroup = "TEIR"; // of the catalogue: options that say nothing where it is off

    private static List<KeyValuePair<string, IReadOnlyList<JsonElement>>> Varied(string method, bool teir, SweepRequest sweep) =>
        [
            .. (sweep.Options ?? new Dictionary<string, IReadOnlyList<JsonElement>>()).Where(o =>
                Has(MethodCatalog.Find(method), o.Key, teir)
            ),
        ];

    private static IEnumerable<Dictionary<string, JsonElement>> Combinations(
        IReadOnlyList<KeyValuePair<string, IReadOnlyList<JsonElement>>> varied
    ) =>
        varied.Aggregate(
            (IEnumerable<Dictionary<string, JsonElement>>)
                [
                    [],
                ],
            (all, option) =>
                all.SelectMany(_ => option.Value, (one, value) => new Dictionary<string, JsonElement>(one) { [option.Key] = value })
        );

    private static RunRequest Request(RunRequest run, string method, bool teir, Dictionary<string, JsonElement> options, int seed)
    {
        // An option in common is for the methods that have it; one that none has is left for the validation to name.
        var descriptor = MethodCatalog.Find(method);
        var common = (run.Options ?? new Dictionary<string, JsonElement>()).Where(o =>
            !options.ContainsKey(o.Key) && (Has(descriptor, o.Key, teir: true) || MethodCatalog.All.All(m => !Has(m, o.Key, teir: true)))
        );
        var values = common.Concat(options).ToDictionary(o => o.Key, o => o.Value);
        return run with { Method = method, Teir = teir, Seed = seed, Options = values.Count > 0 ? values : null };
    }

    private static RunRequest Named(SweepRequest sweep, RunRequest request, Dictionary<string, JsonElement> options)
    {
        if (MethodCatalog.Find(request.Method!) is not { } method || request.Languages is not { Count: > 0 })
        {
            return request; // refused anyway
        }
        var values = options.Select(o => $"{Label([method], o.Key)} {Formats.Option(o.Value)}").ToList();
        if (request.Name?.Trim() is not { Length: > 0 } name)
        {
            return values.Count == 0 ? request with { Name = null } : request with { Name = Fit(RunPlans.DefaultName(request), values) };
        }
        if (Methods(sweep).Count > 1 || Teir(sweep).Count > 1)
        {
            values.Insert(0, method.Name + (request.Teir ? "+TEIR" : ""));
        }
        if (Seeds(sweep).Count > 1)
        {
            values.Add(string.Create(CultureInfo.InvariantCulture, $"seed {request.Seed}"));
        }
        return values.Count == 0 || name.Length > LongestName ? request : request with { Name = Fit(name, values) };
    }

    private static string Fit(string name, List<string> details)
    {
        var tail = ", " + string.Join(", ", details);
        var room = Math.Max(0, LongestName - tail.Length);
        var text = (name.Length <= room ? name : name[..Math.Max(0, room - 1)] + "…") + tail;
        return text.Length > LongestName ? text[..LongestName] : text;
    }

    private static string Label(IReadOnlyList<MethodDescriptor> methods, string option) =>
        methods.SelectMany(m => m.Options).FirstOrDefault(o => o.Name == option)?.Label ?? option;
}
