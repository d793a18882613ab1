using System.Collections.Concurrent;
using CllClip.Engine;
using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Data.Features;
using CllClip.Portal.Features.Uploads;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Telemetry;

namespace CllClip.Portal.Features.Datasets;

/// <summary>
/// Prepares registered data sets one after the other on a thread of its own: check, hash, embed. What a dead process left unfinished goes on at the next
/// start.
/// </summary>
public sealed partial class CorpusPreparer : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CorpusShelf _shelf;
    private readonly IEngineHost _engine;
    private readonly RunUses _uses;
    private readonly UploadShelf _uploads;
    private readonly TimeProvider _time;
    private readonly ILogger<CorpusPreparer> _log;
    private readonly PortalTraces? _traces;
    private readonly Lock _lock = new();
    private readonly BlockingCollection<string> _queue = [];
    private readonly Dictionary<string, Work> _works = new(StringComparer.Ordinal);
    private Thread? _thread;

    public CorpusPreparer(
        CorpusShelf shelf,
        IEngineHost engine,
        RunUses uses,
        UploadShelf uploads,
        TimeProvider time,
        ILogger<CorpusPreparer> log,
        PortalTraces? traces = null
    ) => (_shelf, _engine, _uses, _uploads, _time, _log, _traces) = (shelf, engine, uses, uploads, time, log, traces);

    /// <summary>Raised, on any thread and a few times a second at most, when something has changed; handlers must not block.</summary>
    public event Action? Changed;

    /// <summary>All registered data sets as they stand.</summary>
    public IReadOnlyList<CorpusView> All
    {
        get
        {
            var shelf = _shelf.All;
            lock (_lock)
            {
                return
                [
                    .. shelf.Select(i =>
                    {
                        var work = _works.GetValueOrDefault(i.Entry.Registration.Id);
                        var state =
                            work is { Begun: true } ? CorpusState.Preparing
                            : work is not null ? CorpusState.Waiting
                            : i.Open ? CorpusState.Ready
                            : i.Error is not null || i.Report is { Errors: > 0 } ? CorpusState.Failed
                            : CorpusState.Registered;
                        return new CorpusView(
                            i.Entry,
                            state,
                            work?.Meter.Phase,
                            work?.Meter.Fraction,
                            work?.Meter.SecondsLeft,
                            i.Error,
                            i.Manifest,
                            i.Report
                        );
                    }),
                ];
            }
        }
    }

    /// <summary>Stores a registration and has it prepared.</summary>
    /// <exception cref="EngineException">The disk refuses.</exception>
    public void Register(CorpusEntry entry)
    {
        _shelf.Save(entry with { Pending = true });
        Enqueue(entry.Registration.Id);
        if (entry.Upload is not null)
        {
            _uploads.Say(); // it is in use now
        }
    }

    /// <summary>Has a data set prepared again; null, or why not.</summary>
    public string? Prepare(string id)
    {
        if (_shelf.Find(id) is not { } entry)
        {
            return $"There is no data set '{id}'.";
        }
        lock (_lock)
        {
            if (_works.ContainsKey(id))
            {
                return "It is being prepared already.";
            }
        }
        _shelf.Save(entry with { Pending = true });
        Enqueue(id);
        return null;
    }

    /// <summary>Stops a preparation; what is embedded so far is kept. Null, or why not.</summary>
    public string? Cancel(string id)
    {
        lock (_lock)
        {
            if (!_works.TryGetValue(id, out var work))
            {
                return "It is not being prepared.";
            }
            work.Stop.Cancel();
        }
        return null;
    }

    /// <summary>Forgets a data set; null, or why not. A folder on the server stays as it is; what came as an upload goes.</summary>
    public string? Remove(string id)
    {
        if (_shelf.Find(id) is not { } entry)
        {
            return $"There is no data set '{id}'.";
        }
        if (_uses.OfDataset(id) is { Count: > 0 } users)
        {
            return $"Run “{users[0]}” uses it and has not ended. Stop or delete the run first.";
        }
        lock (_lock)
        {
            if (_works.ContainsKey(id))
            {
                return "It is being prepared. Cancel that first.";
            }
        }
        _shelf.Remove(id);
        if (entry.Upload is { } upload)
        {
            _uploads.Remove(upload);
        }
        Changed?.Invoke();
        return null;
    }

    /// <summary>Checks and embeds a data set on the caller's thread.</summary>
    /// <returns>Whether it can be used now; if not, the shelf has its report or error.</returns>
    public bool PrepareNow(CorpusEntry entry, IProgress<CorpusProgress> progress, Action<string> note, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var span = _traces?.StartRoot("prepare data set", (SpanTags.Dataset, entry.Registration.Id));
        return span.During(() =>
        {
            var ready = CheckAndEmbed(entry, progress, note, stop);
            span?.SetTag(SpanTags.Outcome, ready ? "ready" : "failed");
            return ready;
        });
    }

    private bool CheckAndEmbed(CorpusEntry entry, IProgress<CorpusProgress> progress, Action<string> note, CancellationToken stop)
    {
        var id = entry.Registration.Id;
        var report = new CorpusReport();
        CorpusManifest? manifest;
        try
        {
            manifest = (_traces?.Start("check")).During(() => CorpusPreparation.Run(entry.Registration, report, progress, stop));
        }
        catch (EngineException error)
        {
            Failed(entry, error.Message);
            return false;
        }
        _shelf.Save(id, new StoredReport(_time.GetUtcNow().UtcDateTime, report.Errors, report.Warnings, report.Findings), manifest);
        if (manifest is null)
        {
            _shelf.Save(entry with { Pending = false });
            return false;
        }
        try
        {
            var dataset = CorpusDataset.Open(manifest);
            foreach (var model in entry.Models.Intersect(_engine.ModelIds))
            {
                (_traces?.Start("embed", (SpanTags.Model, model))).During(() =>
                    _engine.Features(dataset, model, null, new Embedding(model, progress, note), stop)
                );
            }
            _shelf.Offer(dataset);
            _shelf.Save(entry with { Pending = false });
            return true;
        }
        catch (EngineException error)
        {
            Failed(entry, error.Message);
            return false;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose(); // cancels
        _thread?.Join(Patience); // the step at hand: model and features are freed after this
        _queue.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The server must not wait: the preparation has a thread of its own, which the engine's loops keep.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _engine.Ready.WaitAsync(stoppingToken); // the embedded data set first: everybody waits for that
        foreach (var (entry, _, _, _, _) in _shelf.All.Where(i => i.Entry.Pending))
        {
            Enqueue(entry.Registration.Id);
        }
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _thread = new Thread(() =>
        {
            WorkOff(stoppingToken);
            ended.SetResult();
        })
        {
            IsBackground = true,
            Name = "data sets",
        };
        _thread.Start();
        await ended.Task;
    }

    private void Failed(CorpusEntry entry, string error)
    {
        _shelf.Fail(entry.Registration.Id, error);
        if (_shelf.Find(entry.Registration.Id) is not null)
        {
            _shelf.Save(entry with { Pending = false });
        }
    }

    private void Enqueue(string id)
    {
        lock (_lock)
        {
            if (!_works.TryAdd(id, new Work(_time)))
            {
                return;
            }
        }
        _queue.Add(id);
        Changed?.Invoke();
    }

    private void WorkOff(CancellationToken stop)
    {
        try
        {
            foreach (var id in _queue.GetConsumingEnumerable(stop))
            {
                WorkOn(id, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // the portal ends; what is pending goes on at the next start
        }
    }

    private void WorkOn(string id, CancellationToken shutdown)
    {
        Work work;
        lock (_lock)
        {
            work = _works[id];
            work.Begun = true;
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown, work.Stop.Token);
        using var scope = _log.BeginScope("Data set {DatasetId}", id);
        try
        {
            if (_shelf.Find(id) is { } entry)
            {
                PrepareNow(entry, new Reporter(work, () => Changed?.Invoke()), text => LogNote(_log, id, text), stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (!shutdown.IsCancellationRequested && _shelf.Find(id) is { } entry)
            {
                _shelf.Save(entry with { Pending = false });
                _shelf.Fail(id, "The preparation was cancelled. Prepare it again; what was embedded is kept.");
            }
        }
        catch (Exception error)
        {
            LogFailed(_log, error, id);
            _shelf.Fail(id, $"The preparation failed: {error.Message}");
        }
        finally
        {
            lock (_lock)
            {
                _works.Remove(id);
            }
            Changed?.Invoke();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Data set {Id}: {Text}")]
    private static partial void LogNote(ILogger log, string id, string text);

    [LoggerMessage(Level = LogLevel.Error, Message = "Preparing data set {Id} failed")]
    private static partial void LogFailed(ILogger log, Exception error, string id);

    /// <summary>A preparation that waits or goes on.</summary>
    private sealed class Work(TimeProvider time)
    {
        public CancellationTokenSource Stop { get; } = new();
        public PhaseMeter Meter { get; } = new(time);
        public bool Begun { get; set; }
    }

    private sealed class Reporter(Work work, Action changed) : IProgress<CorpusProgress>
    {
        public void Report(CorpusProgress value)
        {
            if (work.Meter.Report(value.Phase, value.Fraction))
            {
                changed();
            }
        }
    }

    private sealed class Embedding(string model, IProgress<CorpusProgress> progress, Action<string> note) : IProgress<FeatureProgress>
    {
        public void Report(FeatureProgress value)
        {
            if (value.Note is { } text)
            {
                note(text);
            }
            progress.Report(new CorpusProgress($"Embedding for {model}: {value.Phase.ToLowerInvariant()}", value.Fraction));
        }
    }
}
