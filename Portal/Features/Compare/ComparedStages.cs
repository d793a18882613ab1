using CllClip.Engine.Methods;

namespace CllClip.Portal.Features.Compare;

/// <summary>After which of its stages each run is taken, so that like stands beside like where that can be.</summary>
/// <param name="Stages">A stage for each run.</param>
/// <param name="Alike">Whether all have learned the same languages there.</param>
/// <param name="Learned">How many; 0 where they are not the same, or where no run learns any.</param>
internal sealed record ComparedStages(IReadOnlyList<int> Stages, bool Alike, int Learned)
{
    /// <summary>
    /// The last stages at which all runs have learned the same languages, in whatever order; the last stage of each where there are none, or where that is asked for.
    /// A run that learns nothing is the same at every time, so that any stage of the others will do.
    /// </summary>
    public static ComparedStages Of(IReadOnlyList<RunTasks> runs, bool atLast)
    {
        List<int> ends = [.. runs.Select(r => r.Tasks.Count)];
        var learning = runs.Where(r => r.Learns).ToList();
        if (learning.Count == 0)
        {
            return new(ends, true, 0);
        }
        var common = learning
            .Select(r => r.States.Keys.AsEnumerable())
            .Aggregate((a, b) => a.Intersect(b))
            .Select(state => (State: state, Count: state.Count(c => c == ',') + 1))
            .OrderByDescending(x => x.Count)
            .FirstOrDefault();
        if (common.State is null)
        {
            return new(ends, false, 0);
        }
        List<int> stages = [.. runs.Select(r => r.Learns ? r.States[common.State] : r.Tasks.Count)];
        return !atLast || stages.SequenceEqual(ends) ? new(stages, true, common.Count) : new(ends, false, 0);
    }
}

/// <summary>What a run has learned, task by task.</summary>
/// <param name="Method">Id of its method.</param>
/// <param name="Tasks">Languages of each task that is done.</param>
internal sealed record RunTasks(string Method, IReadOnlyList<IReadOnlyList<string>> Tasks)
{
    /// <summary>Whether it learns at all.</summary>
    public bool Learns => Method != ZeroShot.Descriptor.Id;

    /// <summary>The languages learned after each stage, as a key in which their order is lost.</summary>
    public IReadOnlyDictionary<string, int> States
    {
        get
        {
            var (states, learned) = (new Dictionary<string, int>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
            for (var stage = 1; stage <= Tasks.Count; stage++)
            {
                learned.UnionWith(Tasks[stage - 1]);
                states[string.Join(',', learned)] = stage;
            }
            return states;
        }
    }

    /// <summary>The order of learning up to a stage; null where all was learned at once, or nothing.</summary>
    public string? OrderUpTo(int stage) =>
        Learns && stage > 1 ? string.Join(' ', Tasks.Take(stage).Select(t => string.Join('+', t.Order(StringComparer.Ordinal)))) : null;
}
