using System.Text.Json;
using CllClip.Portal.Features.Launch;
using CllClip.Portal.Features.Runs;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Tests.Features;

/// <summary>A desk with made-up runs for tests of pages: remembers what was asked of it, and lets a test send messages.</summary>
public sealed partial class SampleDesk : IRunDesk
{
    private readonly List<(string? Id, RunHandlers Handlers)> _watchers = [];

    public List<RunView> Runs { get; } = [];
    public Dictionary<string, List<Score>> Scores { get; } = [];
    public Dictionary<string, List<StageView>> Stages { get; } = [];

    /// <summary>Finished stages of runs whose scores alone are here.</summary>
    public Dictionary<string, HashSet<int>> Unanswered { get; } = [];
    public List<RunRequest> Submitted { get; } = [];
    public List<(string What, string Id)> Asked { get; } = [];
    public RunFilter? LastFilter { get; private set; }
    public Dictionary<string, string[]> Refusal { get; } = [];

    /// <summary>What every question is answered with, where the store cannot be read.</summary>
    public Exception? Broken { get; set; }

    /// <summary>Holds the opening of a run back until its task ends; by its id.</summary>
    public Dictionary<string, TaskCompletionSource> HeldRuns { get; } = [];

    /// <summary>Whether the data set is still being prepared.</summary>
    public bool Preparing { get; set; }

    /// <summary>Data sets to choose from.</summary>
    public List<(string Id, string Name)> Datasets { get; } = [("emoji36", "Emoji36")];

    public int Watchers => _watchers.Count;

    /// <summary>What a page gave to be told of a run.</summary>
    public RunHandlers Handlers(string? id) => _watchers.Last(w => w.Id == id).Handlers;

    public static RunView Run(
        string id,
        RunState state = RunState.Completed,
        string method = "cll-clip",
        IReadOnlyList<string>? languages = null
    ) =>
        new()
        {
            Id = id,
            Name = $"CLL-CLIP+TEIR {id}",
            State = state,
            Method = method,
            Teir = method == "cll-clip",
            Dataset = "emoji36",
            Model = "emoji-base",
            Languages = languages ?? LanguageCatalog.Tour,
            Epochs = 6,
            Options = new Dictionary<string, JsonElement>
            {
                ["learningRate"] = JsonSerializer.SerializeToElement(0.004),
                ["batchSize"] = JsonSerializer.SerializeToElement(128),
                ["selectBestEpoch"] = JsonSerializer.SerializeToElement(true),
            },
            Seed = 1,
            Device = "auto",
            CreatedAt = DateTime.UtcNow.AddMinutes(-8),
            StartedAt = state == RunState.Queued ? null : DateTime.UtcNow.AddMinutes(-7),
            EndedAt = state is RunState.Completed or RunState.Failed or RunState.Stopped ? DateTime.UtcNow.AddMinutes(-2) : null,
            Progress = state is RunState.Running ? new RunProgress(3, 6, "ja", "training", 2, 6, 40, 174, 0.41, 143, 1840) : null,
            Summary =
                state == RunState.Queued
                    ? new()
                    : new()
                    {
                        ArT2i = 19.24,
                        ArI2t = 18.1,
                        ForgettingT2i = 5.43,
                        ForgettingI2t = 4.2,
                        ForgettingEnglishT2i = 8.8,
                    },
            Provenance = new Provenance
            {
                CodeVersion = "0.1.0+abc1234",
                DataRevision = "9f3c2d",
                BaseModelHash = "1b2c3d4e",
                Device = "cpu (2 threads)",
                Machine = "2 cores, 8 GB",
                Libraries = new Dictionary<string, string> { [".NET"] = "10.0", ["TorchSharp"] = "0.107.0" },
                DurationSeconds = 301,
            },
            Error = state == RunState.Failed ? "No space left on the device. Free 200 MB under the data root, then press Resume." : null,
        };

    /// <summary>Adds a run whose scores fill the first stages: later languages higher, earlier ones fading.</summary>
    public RunView Add(RunView run, int stages)
    {
        Runs.Add(run);
        var scores = Scores[run.Id] = [];
        var figures = Stages[run.Id] = [];
        for (var stage = 1; stage <= stages; stage++)
        {
            for (var j = 0; j < stage; j++)
            {
                foreach (var k in new[] { 1, 5, 10 })
                {
                    var recall = (24 + 7 * Math.Sin(j * 1.7)) * Math.Pow(0.93, stage - 1 - j) * (1 + Math.Log10(k));
                    scores.Add(new Score(stage, run.Languages[j], RetrievalDirection.TextToImage, k, recall, 1294, "emoji36"));
                    scores.Add(new Score(stage, run.Languages[j], RetrievalDirection.ImageToText, k, recall * 0.9, 1294, "emoji36"));
                }
            }
            figures.Add(Stage(stage, [run.Languages[stage - 1]]));
        }
        return run;
    }

    public static StageView Stage(int stage, IReadOnlyList<string> languages) =>
        new()
        {
            Stage = stage,
            Languages = languages,
            VocabularySize = 4199 + 2100 * (stage - 1),
            NewTokens = stage == 1 ? 0 : 2100,
            RowsInUse = 2600 + 37 * stage,
            TrainingPairs = 22_272,
            TrainSeconds = 11.4,
            EvaluationSeconds = 0.4 * stage,
            BestEpoch = 5,
            ValidationScore = 31.2,
            PeakMemoryBytes = 912_000_000,
        };

    public void Send(ProgressMessage message) => ForEach(message.RunId, h => h.Progress?.Invoke(message));

    public void Send(ScoreMessage message) => ForEach(message.RunId, h => h.Score?.Invoke(message));

    public void Send(StateMessage message)
    {
        var index = Runs.FindIndex(r => r.Id == message.RunId);
        if (index >= 0)
        {
            Runs[index] = Runs[index] with { State = message.State };
        }
        ForEach(message.RunId, h => h.State?.Invoke(message));
    }

    public void Send(LogMessage message) => ForEach(message.RunId, h => h.Log?.Invoke(message));

    /// <summary>Ends every subscription, as the feed does when it cannot read its store.</summary>
    public void Break(Exception error)
    {
        foreach (var (_, handlers) in _watchers.ToList())
        {
            handlers.Ended?.Invoke(error);
        }
    }

    public Task<RunList> ListAsync(RunFilter filter, CancellationToken stop = default)
    {
        if (Broken is not null)
        {
            return Task.FromException<RunList>(Broken);
        }
        LastFilter = filter;
        var fitting = Fitting(filter);
        if (!filter.Grouped)
        {
            return Task.FromResult(new RunList([.. fitting.Skip(filter.Skip).Take(filter.Take)], fitting.Count));
        }
        var entries = fitting.GroupBy(r => r.SweepId ?? r.Id).ToList();
        return Task.FromResult(
            new RunList([.. entries.Skip(filter.Skip).Take(filter.Take).SelectMany(e => e)], entries.Count) { Runs = fitting.Count }
        );
    }

    private static ScoreLog Log(string dataset, IEnumerable<Score> scores)
    {
        var log = new ScoreLog(dataset);
        log.Add(scores);
        return log;
    }

    public async Task<RunDetails?> OpenAsync(string id, CancellationToken stop = default)
    {
        if (Broken is not null)
        {
            throw Broken;
        }
        if (HeldRuns.TryGetValue(id, out var held))
        {
            await held.Task;
        }
        return Runs.Find(r => r.Id == id) is { } run
            ? new RunDetails(
                run,
                Log(run.Dataset, Scores.GetValueOrDefault(id) ?? []),
                [.. Stages.GetValueOrDefault(id) ?? []],
                [
                    new LogMessage(id, run.CreatedAt, "info", "Queued."),
                    new LogMessage(id, run.CreatedAt.AddSeconds(3), "warning", "2 drawings are missing."),
                ]
            )
            {
                Unanswered = Unanswered.GetValueOrDefault(id) ?? [],
            }
            : null;
    }

    public Task<(RunView Run, IReadOnlyList<StageView> Stages)?> RefreshAsync(string id, CancellationToken stop = default) =>
        Broken is not null
            ? Task.FromException<(RunView, IReadOnlyList<StageView>)?>(Broken)
            : Task.FromResult(
                Runs.Find(r => r.Id == id) is { } run
                    ? (run, Stages.GetValueOrDefault(id) ?? [])
                    : ((RunView, IReadOnlyList<StageView>)?)null
            );

    public Task<LaunchContext> LaunchContextAsync(CancellationToken stop = default) =>
        Task.FromResult(
            new LaunchContext(
                [.. Datasets],
                ["emoji-base"],
                [],
                [.. Runs.Where(r => r.State == RunState.Completed).Select(r => new MeasuredRun(r, Stages.GetValueOrDefault(r.Id) ?? []))],
                128,
                ["auto", "cpu"],
                Provisional: Preparing
            )
        );

    public Task<SubmitResult> SubmitAsync(IReadOnlyList<RunRequest> requests, CancellationToken stop = default)
    {
        if (Preparing)
        {
            return Task.FromResult(
                new SubmitResult([], new Dictionary<string, string[]> { ["dataset"] = ["The data set is still being prepared."] })
            );
        }
        if (Refusal.Count > 0)
        {
            return Task.FromResult(new SubmitResult([], Refusal));
        }
        Submitted.AddRange(requests);
        var made = requests.Select((r, i) => Run($"new-{i + 1}", RunState.Queued, r.Method!, r.Languages)).ToList();
        Runs.AddRange(made);
        return Task.FromResult(new SubmitResult(made, new Dictionary<string, string[]>()));
    }

    public Task<string?> StopAsync(string id, CancellationToken stop = default) => Ask("stop", id);

    public Task<string?> ResumeAsync(string id, CancellationToken stop = default) => Ask("resume", id);

    /// <summary>What a check of any checkpoint finds.</summary>
    public (int Stage, string Fault)? Damage { get; set; }

    public Task<(int Stage, string Fault)?> FindDamageAsync(string id, CancellationToken stop = default) => Task.FromResult(Damage);

    public Task<string?> DeleteAsync(string id, CancellationToken stop = default) => Ask("delete", id);

    /// <summary>Called just before somebody listens.</summary>
    public Action? Watched { get; set; }

    public IDisposable Watch(string? runId, RunHandlers handlers)
    {
        Watched?.Invoke();
        var entry = (runId, handlers);
        _watchers.Add(entry);
        return new Leaving(() => _watchers.Remove(entry));
    }

    private Task<string?> Ask(string what, string id)
    {
        Asked.Add((what, id));
        if (Broken is not null)
        {
            return Task.FromException<string?>(Broken);
        }
        return Task.FromResult<string?>(null);
    }

    private void ForEach(string id, Action<RunHandlers> act)
    {
        foreach (var (watched, handlers) in _watchers.ToList())
        {
            if (watched is null || watched == id)
            {
                act(handlers);
            }
        }
    }

    private sealed class Leaving(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
