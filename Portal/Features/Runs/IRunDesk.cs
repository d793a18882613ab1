using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>Which runs a page shows, and in what order.</summary>
public sealed record RunFilter
{
    public RunState? State { get; init; }
    public string? Method { get; init; }
    public string? Search { get; init; }

    /// <summary><c>created</c>, <c>started</c>, <c>name</c>, <c>method</c>, <c>state</c>, <c>ar</c>, <c>f</c> or <c>duration</c>.</summary>
    public string Sort { get; init; } = "created";
    public bool Descending { get; init; } = true;
    public int Skip { get; init; }
    public int Take { get; init; } = 25;
}

/// <summary>One page of runs.</summary>
public sealed record RunList(IReadOnlyList<RunView> Items, int Total);

/// <summary>Everything that the page of one run opens with.</summary>
public sealed record RunDetails(RunView Run, IReadOnlyList<Score> Scores, IReadOnlyList<StageView> Stages, IReadOnlyList<LogMessage> Log)
{
    /// <summary>Training steps so far; none of runs that were not trained here.</summary>
    public IReadOnlyList<StepSample> Steps { get; init; } = [];
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

    /// <summary>Stops, resumes or deletes; null, or why it cannot be done in the run's state.</summary>
    Task<string?> StopAsync(string id, CancellationToken stop = default);

    Task<string?> ResumeAsync(string id, CancellationToken stop = default);

    Task<string?> DeleteAsync(string id, CancellationToken stop = default);

    /// <summary>Subscribes to one run, or to all (null), until disposed. Handlers are called on any thread and must not block.</summary>
    IDisposable Watch(string? runId, RunHandlers handlers);
}
