using System.Text.Json.Serialization;
using CllClip.Portal.Features.Schedule;
using CllClip.Portal.Features.Sweeps;
using CllClip.Portal.Jobs;
using CllClip.Portal.Localization;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>Which runs a page shows, and in what order.</summary>
public sealed record RunFilter
{
    public RunState? State { get; init; }
    public string? Method { get; init; }

    /// <summary>Id of the data set that a run was trained on.</summary>
    public string? Dataset { get; init; }

    /// <summary>Id of the base model.</summary>
    public string? Model { get; init; }

    /// <summary>Whether a run has TEIR; null: both.</summary>
    public bool? Teir { get; init; }

    /// <summary>Words that a run must hold, all of them: in name, id, method, data sets, base model, tags, notes, error, languages or its sweep's name.</summary>
    public string? Search { get; init; }

    /// <summary>Id of a sweep whose runs alone are shown.</summary>
    public string? Sweep { get; init; }

    /// <summary>Tags of which a run must have every one, or with <see cref="AnyTag"/> at least one; none: whatever its tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Whether one of the <see cref="Tags"/> is enough.</summary>
    public bool AnyTag { get; init; }

    /// <summary>Whether the runs of a sweep stand together and count as one entry, for <see cref="Skip"/> and <see cref="Take"/> too.</summary>
    public bool Grouped { get; init; }

    /// <summary>One of <see cref="Sorts"/>.</summary>
    public string Sort { get; init; } = "created";
    public bool Descending { get; init; } = true;
    public int Skip { get; init; }
    public int Take { get; init; } = 25;

    /// <summary>What runs can be sorted by, as addresses and the API name it; the first is the usual.</summary>
    public static IReadOnlyList<string> Sorts { get; } =
    ["created", "started", "name", "method", "dataset", "state", "ar", "f", "duration"];
}

/// <summary>What the runs that are there were made from: ids to filter by.</summary>
public sealed record RunSources(IReadOnlyList<string> Datasets, IReadOnlyList<string> Models);

/// <summary>One page of runs.</summary>
/// <param name="Items">The runs; those of a sweep next to each other if the filter asked for it.</param>
/// <param name="Total">Number of runs, or of entries where sweeps count as one, on all pages.</param>
public sealed record RunList(IReadOnlyList<RunView> Items, int Total)
{
    /// <summary>Number of runs on all pages, also where sweeps count as one.</summary>
    [JsonIgnore]
    public int Runs { get; init; } = Total;
}

/// <summary>Everything that the page of one run opens with.</summary>
public sealed record RunDetails(RunView Run, ScoreLog Scores, IReadOnlyList<StageView> Stages, IReadOnlyList<LogMessage> Log)
{
    /// <summary>Training steps so far; none of runs that were not trained here.</summary>
    public IReadOnlyList<StepSample> Steps { get; init; } = [];

    /// <summary>Finished stages of which the scores alone are here, not the answers to single queries.</summary>
    public IReadOnlySet<int> Unanswered { get; init; } = new HashSet<int>();
}

/// <summary>Messages of runs as they go on; any may be null.</summary>
public sealed record RunHandlers
{
    public Action<ProgressMessage>? Progress { get; init; }
    public Action<ScoreMessage>? Score { get; init; }
    public Action<StateMessage>? State { get; init; }
    public Action<LogMessage>? Log { get; init; }

    /// <summary>The subscription broke: nothing comes any more, what was missed must be read.</summary>
    public Action<Exception>? Ended { get; init; }
}

/// <summary>The answer to a form: runs made, or every wrong field.</summary>
public sealed record SubmitResult(IReadOnlyList<RunView> Runs, IReadOnlyDictionary<string, string[]> Errors);

/// <param name="Add">Tags that the runs get.</param>
/// <param name="Remove">Tags that the runs lose.</param>
public sealed record TagChange(IReadOnlyList<string> Add, IReadOnlyList<string> Remove);

/// <param name="Changed">Number of runs changed.</param>
/// <param name="Refused">Why others could not be, in words.</param>
public sealed record TagsResult(int Changed, IReadOnlyList<string> Refused);

/// <summary>All that the pages know of the jobs behind them.</summary>
public interface IRunDesk
{
    Task<RunList> ListAsync(RunFilter filter, CancellationToken stop = default);

    /// <summary>The run with its figures; null if there is none of that id.</summary>
    Task<RunDetails?> OpenAsync(string id, CancellationToken stop = default);

    /// <summary>The run and its finished stages without scores and log; null if there is none of that id.</summary>
    Task<(RunView Run, IReadOnlyList<StageView> Stages)?> RefreshAsync(string id, CancellationToken stop = default);

    /// <summary>What the launch form is made from.</summary>
    Task<LaunchContext> LaunchContextAsync(CancellationToken stop = default);

    /// <summary>Puts the runs into the queue, all or none.</summary>
    Task<SubmitResult> SubmitAsync(IReadOnlyList<RunRequest> requests, CancellationToken stop = default);

    /// <summary>Puts the runs of a sweep into the queue, all or none; errors have the sweep's names for fields.</summary>
    Task<SubmitResult> SubmitSweepAsync(SweepRequest sweep, CancellationToken stop = default);

    /// <summary>The sweep with its runs; null if there is none of that id.</summary>
    Task<SweepView?> SweepAsync(string id, CancellationToken stop = default);

    /// <summary>Stops, resumes or deletes; null, or why it cannot be done in the run's state.</summary>
    Task<string?> StopAsync(string id, CancellationToken stop = default);

    Task<string?> ResumeAsync(string id, CancellationToken stop = default);

    /// <summary>The first stage of the run's checkpoint that is not as it was written, from 1, with what is wrong; null if none is. Reads the whole checkpoint.</summary>
    Task<(int Stage, string Fault)?> FindDamageAsync(string id, CancellationToken stop = default);

    Task<string?> DeleteAsync(string id, CancellationToken stop = default);

    /// <summary>Ids of all runs that fit, whatever the page.</summary>
    Task<IReadOnlyList<string>> IdsAsync(RunFilter filter, CancellationToken stop = default);

    /// <summary>Bytes on the disk that deleting the runs would free.</summary>
    Task<long> SizeAsync(IReadOnlyCollection<string> ids, CancellationToken stop = default);

    /// <summary>What the devices have to do; what its estimates rest on in the reader's language.</summary>
    Task<ScheduleView> ScheduleAsync(PageText text, CancellationToken stop = default);

    /// <summary>Gives a queued run another place; null, or why that cannot be.</summary>
    Task<string?> MoveAsync(string id, QueueMove move, CancellationToken stop = default);

    /// <summary>Changes name, tags or notes; every wrong field, and under <c>run</c> why the run cannot be changed at all.</summary>
    Task<IReadOnlyDictionary<string, string[]>> EditAsync(string id, RunEdit edit, CancellationToken stop = default);

    /// <summary>Adds and removes tags of many runs.</summary>
    Task<TagsResult> TagAsync(IReadOnlyCollection<string> ids, TagChange change, CancellationToken stop = default);

    /// <summary>Gives a tag another name in all runs.</summary>
    Task<TagsResult> RenameTagAsync(string from, string to, CancellationToken stop = default);

    /// <summary>Data sets and base models of all runs.</summary>
    Task<RunSources> SourcesAsync(CancellationToken stop = default);

    /// <summary>Every tag with the number of its runs, the most used first.</summary>
    Task<IReadOnlyList<TagCount>> TagsAsync(CancellationToken stop = default);

    /// <summary>Subscribes to one run, or to all (null), until disposed. Handlers are called on any thread and must not block.</summary>
    IDisposable Watch(string? runId, RunHandlers handlers);
}
