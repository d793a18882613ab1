using System.Text.Json;
using CllClip.Engine.Methods;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Jobs;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Sweeps;

/// <summary>A mean over seeds.</summary>
/// <param name="Mean">Mean over the runs that are completed, in percent (seconds for times).</param>
/// <param name="Deviation">Sample deviation (divisor n - 1); null for one run.</param>
/// <param name="Runs">Number of runs with a value.</param>
public sealed record Spread(double Mean, double? Deviation, int Runs)
{
    /// <summary>Over what is there; null if nothing is.</summary>
    public static Spread? Over(IEnumerable<double?> values)
    {
        var there = values.OfType<double>().ToList();
        var figure = Figure.Over([.. there.Select(Figure.Of)]);
        return figure.Mean is { } mean ? new Spread(mean, figure.Deviation, there.Count) : null;
    }
}

/// <summary>Runs of a sweep that differ in the seed alone.</summary>
public sealed record SweepConfiguration
{
    /// <summary>Method id.</summary>
    public required string Method { get; init; }

    /// <summary>Whether TEIR is on.</summary>
    public required bool Teir { get; init; }

    /// <summary>The options that differ within the sweep, as this configuration has them.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Options { get; init; }

    /// <summary>Ids of its runs, in the order of seeds.</summary>
    public required IReadOnlyList<string> Runs { get; init; }

    /// <summary>Their seeds.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>Number of runs that are completed: what the figures are of.</summary>
    public required int Completed { get; init; }

    /// <summary>Average recall, text to image; null until a run is completed, as all figures.</summary>
    public Spread? ArT2i { get; init; }

    /// <summary>Average recall, image to text.</summary>
    public Spread? ArI2t { get; init; }

    /// <summary>Forgetting, text to image.</summary>
    public Spread? ForgettingT2i { get; init; }

    /// <summary>Forgetting, image to text.</summary>
    public Spread? ForgettingI2t { get; init; }

    /// <summary>Forgetting on English, text to image.</summary>
    public Spread? ForgettingEnglishT2i { get; init; }

    /// <summary>Seconds of work of a run.</summary>
    public Spread? Seconds { get; init; }

    /// <summary>Method, TEIR and the options that differ, in words.</summary>
    public string Label => Told(PageText.English);

    /// <summary>The same in the reader's language.</summary>
    public string Told(PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var method = (MethodCatalog.Find(Method)?.Name ?? Method) + (Teir ? "+TEIR" : "");
        return Options.Aggregate(method, (told, o) => text["{0}, {1}", told, $"{text[OptionLabel(o.Key)]} {Formats.Option(o.Value)}"]);
    }

    private string OptionLabel(string name) => MethodCatalog.Find(Method)?.Options.FirstOrDefault(o => o.Name == name)?.Label ?? name;
}

/// <summary>A sweep: where its runs stand and what its configurations came to.</summary>
public sealed record SweepView
{
    /// <summary>Opaque identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Name shown in lists.</summary>
    public required string Name { get; init; }

    /// <summary>When it was asked for (UTC).</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>Number of runs in each state; states without runs are left out.</summary>
    public required IReadOnlyDictionary<RunState, int> States { get; init; }

    /// <summary>Share of the whole sweep that is done, 0 to 1.</summary>
    public required double Fraction { get; init; }

    /// <summary>Names of the options that differ within it.</summary>
    public required IReadOnlyList<string> Varied { get; init; }

    /// <summary>Its configurations, in the order of launching.</summary>
    public required IReadOnlyList<SweepConfiguration> Configurations { get; init; }

    /// <summary>Its runs, in the order of launching.</summary>
    public required IReadOnlyList<RunView> Runs { get; init; }

    /// <summary>The sweep that these runs make.</summary>
    /// <param name="runs">All runs of one sweep, in the order of launching; at least one.</param>
    public static SweepView Of(IReadOnlyList<RunView> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var varied = VariedOptions(runs);
        return new SweepView
        {
            Id = runs[0].SweepId!,
            Name = runs[0].SweepName ?? runs[0].SweepId!,
            CreatedAt = runs.Min(r => r.CreatedAt),
            States = runs.GroupBy(r => r.State).OrderBy(g => g.Key).ToDictionary(g => g.Key, g => g.Count()),
            Fraction = runs.Average(Done),
            Varied = varied,
            Configurations = [.. runs.GroupBy(r => Key(r, varied)).Select(g => Configuration([.. g], varied))],
            Runs = runs,
        };
    }

    /// <summary>Whether something goes on or waits.</summary>
    public bool Active => Runs.Any(r => !RunTransitions.IsAtRest(r.State));

    private static double Done(RunView run) => run.State == RunState.Completed ? 1 : run.Progress?.Fraction ?? 0;

    /// <summary>Options of which one method has several values; that methods differ in their defaults is no variation of the sweep's.</summary>
    private static List<string> VariedOptions(IReadOnlyList<RunView> runs) =>
        [
            .. runs.SelectMany(r => r.Options.Select(o => (r.Method, Name: o.Key, Value: o.Value.GetRawText())))
                .Distinct()
                .GroupBy(o => (o.Method, o.Name))
                .Where(g => g.Count() > 1)
                .Select(g => g.Key.Name)
                .Distinct(),
        ];

    private static string Key(RunView run, IReadOnlyList<string> varied) =>
        string.Join(
            '|',
            varied.Select(v => run.Options.TryGetValue(v, out var value) ? value.GetRawText() : "").Prepend($"{run.Method}|{run.Teir}")
        );

    private static SweepConfiguration Configuration(IReadOnlyList<RunView> runs, IReadOnlyList<string> varied)
    {
        var bySeed = runs.OrderBy(r => r.Seed).ToList();
        var completed = bySeed.Where(r => r.State == RunState.Completed).ToList();
        Spread? Over(Func<ContinualSummary, double?> figure) => Spread.Over(completed.Select(r => figure(r.Summary)));
        return new SweepConfiguration
        {
            Method = runs[0].Method,
            Teir = runs[0].Teir,
            Options = varied.Where(runs[0].Options.ContainsKey).ToDictionary(v => v, v => runs[0].Options[v]),
            Runs = [.. bySeed.Select(r => r.Id)],
            Seeds = [.. bySeed.Select(r => r.Seed)],
            Completed = completed.Count,
            ArT2i = Over(s => s.ArT2i),
            ArI2t = Over(s => s.ArI2t),
            ForgettingT2i = Over(s => s.ForgettingT2i),
            ForgettingI2t = Over(s => s.ForgettingI2t),
            ForgettingEnglishT2i = Over(s => s.ForgettingEnglishT2i),
            Seconds = Spread.Over(completed.Select(r => r.Provenance?.DurationSeconds)),
        };
    }
}
