using System.Text.Json;
using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Methods;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Launch;
using CllClip.Portal.Hosting;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Jobs;

/// <summary>
/// Measures for the launch form what training and evaluation cost here: a few seconds of both, once for each machine, version, data set and base model; a run that
/// comes to be trained meanwhile goes first.
/// </summary>
public sealed partial class Calibration : IDisposable
{
    private const int Batches = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly IEngineHost _engine;
    private readonly ActiveRuns _active;
    private readonly PortalFolders _folders;
    private readonly TimeProvider _time;
    private readonly ILogger<Calibration> _log;
    private CancellationTokenSource? _underway;
    private Measured? _measured;
    private bool _failed;
    private bool _disposed;
    private Thread? _thread;

    public Calibration(IEngineHost engine, ActiveRuns active, PortalFolders folders, TimeProvider time, ILogger<Calibration> log)
    {
        (_engine, _active, _folders, _time, _log) = (engine, active, folders, time, log);
        _active.Taken += Yield;
    }

    private string FilePath => Path.Combine(_folders.DataRoot, "calibration.json");

    /// <summary>The figures for a data set and base model; null while there are none. Then they are measured in the background, if nothing is being trained.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="model">Id of the base model.</param>
    /// <param name="underway">Whether asking again soon is worth it.</param>
    internal MeasuredRun? Find(IRetrievalDataset dataset, string model, out bool underway)
    {
        lock (_lock)
        {
            var key = Key(dataset, model);
            _measured ??= Read();
            if (_measured?.Key == key)
            {
                underway = false;
                return ToRun(dataset, model, _measured);
            }
            if (_underway is null && !_failed && !_disposed && _active.Ids.Count == 0)
            {
                _underway = new CancellationTokenSource();
                var stop = _underway.Token;
                _thread = new Thread(() => Work(dataset, model, key, stop)) { IsBackground = true, Name = "calibration" };
                _thread.Start();
            }
            underway = _underway is not null;
            return null;
        }
    }

    /// <summary>
    /// Waits for the step at hand, because the engine host, made before and so disposed after this, frees model and features.
    /// </summary>
    public void Dispose()
    {
        _active.Taken -= Yield;
        Thread? thread;
        lock (_lock)
        {
            _disposed = true;
            thread = _thread;
        }
        Yield();
        if (thread?.Join(Patience) == false)
        {
            LogLeft(_log, Patience.TotalSeconds);
        }
    }

    private void Yield()
    {
        lock (_lock)
        {
            _underway?.Cancel();
        }
    }

    private void Work(IRetrievalDataset dataset, string model, string key, CancellationToken stop)
    {
        try
        {
            var stage = Measure(dataset, model, stop);
            lock (_lock)
            {
                _measured = new Measured(key, _time.GetUtcNow().UtcDateTime, stage);
            }
            AtomicFile.WriteText(FilePath, JsonSerializer.Serialize(_measured, JsonSerializerOptions.Web));
        }
        catch (OperationCanceledException)
        {
            // a run goes first; measured when the form is opened again
        }
        catch (Exception error)
        {
            LogFailed(_log, error);
            lock (_lock)
            {
                _failed = true; // the form estimates from other runs
            }
        }
        finally
        {
            lock (_lock)
            {
                _underway?.Dispose();
                _underway = null;
            }
        }
    }

    /// <summary>Trains two languages on a part of the data; the first warms up, the second counts.</summary>
    private StageView Measure(IRetrievalDataset dataset, string model, CancellationToken stop)
    {
        var languages = dataset
            .Languages.Except(dataset.Defaults.BaseVocabularyLanguages)
            .Concat(dataset.Languages)
            .Distinct()
            .Take(2)
            .ToList();
        var part = new PartOfDataset(dataset, languages, Batches * dataset.Defaults.BatchSize);
        var folder = Path.Combine(_folders.DataRoot, "calibration.tmp");
        Clear(folder);
        try
        {
            var plan = new RunPlan
            {
                Method = ContinualClip.Descriptor.Id,
                Teir = true,
                Languages = languages,
                Epochs = 1,
                Seed = 1,
                Options = RunValidation.Resolve(new RunRequest { Method = ContinualClip.Descriptor.Id }, part.Defaults),
                CheckpointFolder = folder,
            };
            var last = new LastStage();
            new ContinualTrainer(part, _engine.Model(model), _engine.Features(dataset, model, stop: stop)).Run(plan, last, stop);
            return last.Stage! with { RowsInUse = dataset.Defaults.VocabularySize }; // of a part, fewer rows would be in use
        }
        finally
        {
            Clear(folder);
        }
    }

    private Measured? Read()
    {
        try
        {
            return File.Exists(FilePath)
                ? JsonSerializer.Deserialize<Measured>(File.ReadAllText(FilePath), JsonSerializerOptions.Web)
                : null;
        }
        catch (Exception error) when (error is IOException or JsonException or UnauthorizedAccessException)
        {
            return null; // measured anew
        }
    }

    private static MeasuredRun ToRun(IRetrievalDataset dataset, string model, Measured measured) =>
        new(
            new RunView
            {
                Id = "calibration",
                Name = "Calibration",
                State = RunState.Completed,
                Method = ContinualClip.Descriptor.Id,
                Teir = true,
                Dataset = dataset.Id,
                Model = model,
                Languages = measured.Stage.Languages,
                Epochs = 1,
                Options = new Dictionary<string, JsonElement>(),
                Seed = 1,
                Device = "auto",
                CreatedAt = measured.At,
                EndedAt = measured.At,
            },
            [measured.Stage],
            Calibration: true
        );

    private static string Key(IRetrievalDataset dataset, string model) =>
        string.Join('|', RunProvenance.CodeVersion, RunProvenance.Machine, dataset.Id, dataset.Revision, model);

    private static void Clear(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, true);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The calibration for the launch form's estimates failed")]
    private static partial void LogFailed(ILogger log, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The calibration did not end within {Seconds} s; the portal ends without it")]
    private static partial void LogLeft(ILogger log, double seconds);

    private sealed record Measured(string Key, DateTime At, StageView Stage);

    private sealed class LastStage : IProgress<RunEvent>
    {
        public StageView? Stage { get; private set; }

        public void Report(RunEvent value) => Stage = value is StageFinished finished ? finished.Stage : Stage;
    }
}
