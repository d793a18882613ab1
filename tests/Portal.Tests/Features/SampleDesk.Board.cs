using CllClip.Portal.Features.Launch;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Features.Schedule;
using CllClip.Portal.Features.Sweeps;
using CllClip.Portal.Jobs;
using CllClip.Portal.Localization;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Tests.Features;

/// <summary>Sweeps, tags and the queue of the made-up desk.</summary>
public sealed partial class SampleDesk
{
    /// <summary>Sweeps that were asked for.</summary>
    public List<SweepRequest> Sweeps { get; } = [];

    /// <summary>Moves that were asked for.</summary>
    public List<(string Id, QueueMove Move)> Moves { get; } = [];

    /// <summary>Changes that were asked for.</summary>
    public List<(string Id, RunEdit Edit)> Edits { get; } = [];

    /// <summary>Tags that were asked for.</summary>
    public List<(IReadOnlyList<string> Ids, TagChange Change)> Tagged { get; } = [];

    /// <summary>Why a move is refused; null if it is not.</summary>
    public string? MoveRefusal { get; set; }

    /// <summary>Bytes that every run takes.</summary>
    public long RunSize { get; set; } = 1_500_000;

    public Task<SubmitResult> SubmitSweepAsync(SweepRequest sweep, CancellationToken stop = default)
    {
        Sweeps.Add(sweep);
        if (Refusal.Count > 0)
        {
            return Task.FromResult(new SubmitResult([], Refusal));
        }
        var requests = SweepPlan.Expand(sweep).ToList();
        Submitted.AddRange(requests);
        var made = requests
            .Select(
                (r, i) =>
                    Run($"new-{i + 1}", RunState.Queued, r.Method!, r.Languages) with
                    {
                        Seed = r.Seed!.Value,
                        SweepId = $"sweep-{Sweeps.Count}",
                        SweepName = SweepPlan.NameOf(sweep),
                    }
            )
            .ToList();
        Runs.AddRange(made);
        return Task.FromResult(new SubmitResult(made, new Dictionary<string, string[]>()));
    }

    public Task<SweepView?> SweepAsync(string id, CancellationToken stop = default) =>
        Broken is not null
            ? Task.FromException<SweepView?>(Broken)
            : Task.FromResult(Runs.Where(r => r.SweepId == id).ToList() is { Count: > 0 } runs ? SweepView.Of(runs) : null);

    public Task<IReadOnlyList<string>> IdsAsync(RunFilter filter, CancellationToken stop = default) =>
        Task.FromResult<IReadOnlyList<string>>([.. Fitting(filter).Select(r => r.Id)]);

    public Task<long> SizeAsync(IReadOnlyCollection<string> ids, CancellationToken stop = default) => Task.FromResult(ids.Count * RunSize);

    public Task<ScheduleView> ScheduleAsync(PageText text, CancellationToken stop = default) =>
        Broken is not null
            ? Task.FromException<ScheduleView>(Broken)
            : Task.FromResult(
                ScheduleView.Of(
                    DateTime.UtcNow,
                    Runs.Where(r => r.State is RunState.Running or RunState.Stopping or RunState.Queued)
                        .OrderBy(r => r.State == RunState.Queued)
                        .Select(r => ("cpu", r)),
                    _ => new RunEstimate(600, null, null, text["from the stages of your run “{0}”", "CLL-CLIP"]),
                    text
                )
            );

    public Task<string?> MoveAsync(string id, QueueMove move, CancellationToken stop = default)
    {
        Moves.Add((id, move));
        if (MoveRefusal is null)
        {
            var queued = Runs.Where(r => r.State == RunState.Queued).ToList();
            var run = queued.Single(r => r.Id == id);
            queued.Remove(run);
            queued.Insert(Math.Clamp(move.Position!.Value - 1, 0, queued.Count), run);
            Runs.RemoveAll(r => r.State == RunState.Queued);
            Runs.AddRange(queued);
        }
        return Task.FromResult(MoveRefusal);
    }

    public Task<IReadOnlyDictionary<string, string[]>> EditAsync(string id, RunEdit edit, CancellationToken stop = default)
    {
        var errors = edit.Check();
        if (errors.Count == 0)
        {
            Edits.Add((id, edit));
            var index = Runs.FindIndex(r => r.Id == id);
            var run = Runs[index];
            Runs[index] = run with { Name = edit.Name ?? run.Name, Tags = edit.Tags ?? run.Tags, Notes = edit.Notes ?? run.Notes };
        }
        return Task.FromResult(errors);
    }

    public Task<TagsResult> TagAsync(IReadOnlyCollection<string> ids, TagChange change, CancellationToken stop = default)
    {
        Tagged.Add(([.. ids], change));
        for (var i = 0; i < Runs.Count; i++)
        {
            if (ids.Contains(Runs[i].Id))
            {
                Runs[i] = Runs[i] with { Tags = [.. Runs[i].Tags.Except(change.Remove).Union(change.Add)] };
            }
        }
        return Task.FromResult(new TagsResult(ids.Count, []));
    }

    public Task<TagsResult> RenameTagAsync(string from, string to, CancellationToken stop = default) =>
        TagAsync([.. Runs.Where(r => r.Tags.Contains(from)).Select(r => r.Id)], new TagChange([to], [from]), stop);

    public Task<RunSources> SourcesAsync(CancellationToken stop = default) =>
        Task.FromResult(new RunSources([.. Runs.Select(r => r.Dataset).Distinct()], [.. Runs.Select(r => r.Model).Distinct()]));

    public Task<IReadOnlyList<TagCount>> TagsAsync(CancellationToken stop = default) =>
        Task.FromResult<IReadOnlyList<TagCount>>([
            .. Runs.SelectMany(r => r.Tags).GroupBy(t => t).Select(g => new TagCount(g.Key, g.Count())).OrderByDescending(t => t.Runs),
        ]);

    private List<RunView> Fitting(RunFilter filter) =>
        [
            .. Runs.Where(r =>
                (filter.State is null || r.State == filter.State)
                && (filter.Method is null || r.Method == filter.Method)
                && (filter.Dataset is null || r.Dataset == filter.Dataset)
                && (filter.Model is null || r.Model == filter.Model)
                && (filter.Teir is null || r.Teir == filter.Teir)
                && (filter.Sweep is null || r.SweepId == filter.Sweep)
                && (filter.Tags.Count == 0 || (filter.AnyTag ? filter.Tags.Any(r.Tags.Contains) : filter.Tags.All(r.Tags.Contains)))
                && (filter.Search is null || r.Name.Contains(filter.Search, StringComparison.OrdinalIgnoreCase))
            ),
        ];
}
