using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Device;
using CllClip.Engine.Model;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Telemetry;

namespace CllClip.Portal.Hosting;

/// <summary>Prepares and opens the embedded data set in the background of the start and keeps models and features.</summary>
internal sealed partial class EngineHost : BackgroundService, IHostedLifecycleService, IEngineHost
{
    private const string DefaultModel = "emoji-base";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly PortalFolders _folders;
    private readonly BaseModels _bases;
    private readonly PortalOptions _options;
    private readonly CorpusShelf _shelf;
    private readonly ILogger<EngineHost> _log;
    private readonly PortalTraces? _traces;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _retry = new(0, 1);
    private readonly KeptValues<(string Id, string Device), ClipModel> _models = new();
    private readonly KeptValues<(string Dataset, string Revision, string Model, string Device), TeacherFeatures> _features = new();
    private volatile PreparationStatus _status = new(false, "Starting", 0, null, null);
    private volatile IReadOnlyList<IRetrievalDataset> _embedded = [];
    private Thread? _thread;

    public EngineHost(
        PortalFolders folders,
        BaseModels bases,
        PortalOptions options,
        CorpusShelf shelf,
        ILogger<EngineHost> log,
        PortalTraces? traces = null
    ) => (_folders, _bases, _options, _shelf, _log, _traces) = (folders, bases, options, shelf, log, traces);

    public PreparationStatus Preparation => _status;

    public event Action? PreparationChanged;

    public Task Ready => _ready.Task;

    public IReadOnlyList<IRetrievalDataset> Datasets => _embedded.Count == 0 ? [] : [.. _embedded, .. _shelf.Open];

    public IReadOnlyList<string> ModelIds => _bases.Ids;

    public void Retry()
    {
        if (_status.Error is not null && _retry.CurrentCount == 0)
        {
            _retry.Release();
        }
    }

    public ClipModel Model(string id, string? device = null)
    {
        var on = DeviceChoice.ResolveName(device ?? _options.Device);
        return _models.Get((KeyOf(id), on), () => _bases.Load(id, on, _options.PrecisionOn(on)));
    }

    public DatasetDefaults Defaults(IRetrievalDataset dataset, string modelId) =>
        _bases.LearningRate(modelId) is { } rate ? dataset.Defaults with { LearningRate = rate } : dataset.Defaults;

    public TeacherFeatures Features(
        IRetrievalDataset dataset,
        string modelId,
        string? device = null,
        IProgress<FeatureProgress>? progress = null,
        CancellationToken stop = default
    )
    {
        var on = DeviceChoice.ResolveName(device ?? _options.Device);
        while (true)
        {
            try
            {
                return _features.Get(
                    (dataset.Id, dataset.Revision, KeyOf(modelId), on),
                    () => new FeatureCache(_folders.Features).Load(dataset, Model(modelId, on), progress, stop)
                );
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                // another caller did the work and was stopped: it goes on here
            }
        }
    }

    /// <summary>Under what a model and its features are kept: a user may remove a model and register another under the same id.</summary>
    private string KeyOf(string id) => _bases.Find(id)?.Registered is { } registered ? $"{id} {registered.Revision}" : id;

    /// <summary>Starts the preparation beside the check of the database, which other services wait for.</summary>
    public Task StartingAsync(CancellationToken cancellationToken) => base.StartAsync(cancellationToken);

    public override Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose()
    {
        base.Dispose(); // cancels
        if (_thread?.Join(Patience) == false)
        {
            return; // still in a native call: its tensors must outlive it, and the process ends anyhow
        }
        foreach (var features in _features.Made)
        {
            features.Dispose();
        }
        foreach (var model in _models.Made)
        {
            model.Dispose();
        }
        _retry.Dispose();
    }

    /// <summary>The server must not wait: the preparation has a thread of its own, which its engine loops keep.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _thread = new Thread(() =>
        {
            Work(stoppingToken);
            ended.SetResult();
        })
        {
            IsBackground = true,
            Name = "preparation",
        };
        _thread.Start();
        return ended.Task;
    }

    private void Work(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                (_traces?.StartRoot("prepare data set", (SpanTags.Dataset, Emoji36Dataset.DatasetId))).During(() =>
                {
                    Prepare(stop);
                    return true;
                });
                return;
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                var text = StartupError.Explain(error);
                LogFailed(_log, error is EngineException ? null : error, text ?? error.Message);
                Set(_status with { Error = text ?? $"The preparation failed: {error.Message}", SecondsLeft = null });
            }
            try
            {
                _retry.Wait(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Prepare(CancellationToken stop)
    {
        var meter = new PreparationMeter(Set, Emoji36Preparation.IsPrepared(_folders.Dataset(Emoji36Dataset.DatasetId)));
        meter.Report("Loading the libraries", 0);
        TorchProcess.Configure(Environment.ProcessorCount);
        var dataset = PrepareEmoji36(meter, stop);
        meter.EnterFeatures();
        Features(dataset, DefaultModel, null, meter, stop);
        _embedded = [dataset.WithoutPixels()];
        Set(new(true, "Ready", 1, 0, null), () => _ready.TrySetResult());
    }

    private Emoji36Dataset PrepareEmoji36(PreparationMeter meter, CancellationToken stop)
    {
        try
        {
            return Emoji36Preparation.PrepareAndOpen(_folders.NodeModules, _folders.Dataset(Emoji36Dataset.DatasetId), meter, stop);
        }
        catch (EngineException error) when (error.Message.Contains("npm ci", StringComparison.Ordinal))
        {
            throw new EngineException($"{error.Message} (That folder is {_folders.ContentRoot}.)", error);
        }
    }

    private void Set(PreparationStatus status) => Set(status, null);

    // Whoever is told asks at once, on this thread: what a status promises must hold before anybody hears of it.
    private void Set(PreparationStatus status, Action? fulfil)
    {
        _status = status;
        fulfil?.Invoke();
        PreparationChanged?.Invoke();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Text}")]
    private static partial void LogFailed(ILogger log, Exception? error, string text);
}
