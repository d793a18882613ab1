using System.Collections.Concurrent;
using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Statistics;
using CllClip.Engine.Tokenizer;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Datasets.Statistics;

/// <summary>
/// Computes statistics once for each data set's revision and base model, one after the other on a thread of its own, and keeps them in a file beside the
/// data set's others.
/// </summary>
public sealed partial class StatisticsWorker : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly IEngineHost _engine;
    private readonly BaseModels _bases;
    private readonly StatisticsFiles _files;
    private readonly TimeProvider _time;
    private readonly ILogger<StatisticsWorker> _log;
    private readonly Lock _lock = new();
    private readonly BlockingCollection<Work> _queue = [];
    private readonly Dictionary<(string Dataset, string Revision, string Model), Work> _works = [];
    private Thread? _thread;

    public StatisticsWorker(IEngineHost engine, BaseModels bases, PortalFolders folders, TimeProvider time, ILogger<StatisticsWorker> log)
    {
        (_engine, _bases, _time, _log) = (engine, bases, time, log);
        _files = new StatisticsFiles(folders);
    }

    /// <summary>Raised, on any thread and a few times a second at most, when something has changed; handlers must not block.</summary>
    public event Action? Changed;

    /// <summary>The statistics of a data set. Where they were never asked for, computing begins.</summary>
    /// <param name="dataset">A prepared data set.</param>
    /// <param name="model">Id of a base model.</param>
    public StatisticsView Look(ICaptionedDataset dataset, string model) => View(Find(dataset, model, again: false));

    /// <summary>Begins again what was cancelled or failed; does nothing to what is there or under way.</summary>
    public StatisticsView Begin(ICaptionedDataset dataset, string model) => View(Find(dataset, model, again: true));

    /// <summary>Stops computing; false where nothing is.</summary>
    public bool Cancel(ICaptionedDataset dataset, string model)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        Work? work;
        lock (_lock)
        {
            work = _works.GetValueOrDefault(Key(dataset, model));
        }
        if (work is not { State: StatisticsState.Waiting or StatisticsState.Computing })
        {
            return false;
        }
        work.Stop.Cancel();
        if (work.State == StatisticsState.Waiting)
        {
            work.State = StatisticsState.Cancelled;
        }
        Changed?.Invoke();
        return true;
    }

    public override void Dispose()
    {
        base.Dispose(); // cancels
        _thread?.Join(Patience);
        _queue.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _thread = new Thread(() => WorkOff(stoppingToken)) { IsBackground = true, Name = "statistics" };
        _thread.Start();
        return Task.CompletedTask;
    }

    private static StatisticsView View(Work work) =>
        new()
        {
            Dataset = work.Dataset.Id,
            Model = work.Model,
            State = work.State,
            Counted = work.State == StatisticsState.Computing ? work.Counted : null,
            Fraction = work.State == StatisticsState.Computing ? work.Meter.Fraction : null,
            SecondsLeft = work.State == StatisticsState.Computing ? work.Meter.SecondsLeft : null,
            Error = work.Error,
            Revision = work.Result?.Revision,
            Languages = work.Result?.Languages,
        };

    private Work Find(ICaptionedDataset dataset, string model, bool again)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        Work work;
        lock (_lock)
        {
            var key = Key(dataset, model);
            if (_works.TryGetValue(key, out var known) && !(again && known.State is StatisticsState.Cancelled or StatisticsState.Failed))
            {
                return known;
            }
            foreach (var old in _works.Keys.Where(k => k.Dataset == key.Dataset && k.Revision != key.Revision).ToList())
            {
                _works.Remove(old); // of the data as they were
            }
            _works[key] = work = new Work(dataset, model, _time);
        }
        _queue.Add(work);
        Changed?.Invoke();
        return work;
    }

    /// <summary>A user may remove a model and register another under the same id.</summary>
    private (string Dataset, string Revision, string Model) Key(ICaptionedDataset dataset, string model) =>
        (dataset.Id, dataset.Revision, $"{model} {_bases.Find(model)?.Registered?.Revision}");

    private void WorkOff(CancellationToken stop)
    {
        try
        {
            foreach (var work in _queue.GetConsumingEnumerable(stop))
            {
                Do(work, stop);
                Changed?.Invoke();
            }
        }
        catch (OperationCanceledException)
        {
            // the portal ends; asked again after the next start
        }
    }

    private void Do(Work work, CancellationToken shutdown)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown, work.Stop.Token);
        try
        {
            stop.Token.ThrowIfCancellationRequested();
            work.State = StatisticsState.Computing;
            var vocabulary = VocabularyOf(work.Model);
            work.Result = _files.Read(work.Dataset, work.Model, CaptionStatistics.HashOf(vocabulary));
            if (work.Result is null)
            {
                Changed?.Invoke();
                var result = CaptionStatistics.Compute(work.Dataset, vocabulary, new Reporter(work, () => Changed?.Invoke()), stop.Token);
                if (_engine.Datasets.Any(d => d.Id == work.Dataset.Id))
                {
                    _files.Write(work.Dataset, work.Model, result);
                }
                work.Result = result;
            }
            work.State = StatisticsState.Ready;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            work.State = StatisticsState.Cancelled;
        }
        catch (Exception error)
        {
            if (error is not EngineException)
            {
                LogFailed(_log, error, work.Dataset.Id);
            }
            work.Error = error.Message;
            work.State = StatisticsState.Failed;
        }
    }

    /// <summary>A model's vocabulary, without its weights.</summary>
    private Vocabulary VocabularyOf(string model)
    {
        var found = _bases.Find(model) ?? throw new EngineException($"There is no base model '{model}'.");
        return found.Error is { } error
            ? throw new EngineException(error)
            : Vocabulary.LoadIfThere(found.Folder)
                ?? throw new EngineException(
                    $"The base model '{model}' has no tokenizer: neither vocab.json with merges.txt nor tokenizer.json."
                );
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The statistics of data set {Id} failed")]
    private static partial void LogFailed(ILogger log, Exception error, string id);

    private sealed class Work(ICaptionedDataset dataset, string model, TimeProvider time)
    {
        public ICaptionedDataset Dataset { get; } = dataset;
        public string Model { get; } = model;
        public PhaseMeter Meter { get; } = new(time);
        public string? Counted { get; set; }
        public CancellationTokenSource Stop { get; } = new();
        public StatisticsState State { get; set; } = StatisticsState.Waiting;
        public string? Error { get; set; }
        public DatasetStatistics? Result { get; set; }
    }

    private sealed class Reporter(Work work, Action changed) : IProgress<StatisticsProgress>
    {
        public void Report(StatisticsProgress value)
        {
            work.Counted = value.Language;
            if (work.Meter.Report("Counting", value.Fraction))
            {
                changed();
            }
        }
    }
}
