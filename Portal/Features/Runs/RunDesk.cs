using CllClip.Engine;
using CllClip.Engine.Device;
using CllClip.Engine.Model;
using CllClip.Portal.Features.Launch;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>The desk over the portal's own queue and database.</summary>
internal sealed partial class RunDesk(
    RunQueries queries,
    RunService runs,
    RunFeed feed,
    IEngineHost engine,
    Calibration calibration,
    BaseModels bases,
    ILogger<RunDesk> log
) : IRunDesk
{
    private const int MostMeasured = 30;
    private const int MostDevices = 16;
    private readonly Lazy<IReadOnlyList<string>> _devices = new(FindDevices);

    public Task<RunList> ListAsync(RunFilter filter, CancellationToken stop = default) => queries.ListAsync(filter, stop);

    public async Task<RunDetails?> OpenAsync(string id, CancellationToken stop = default) =>
        await queries.GetAsync(id, stop) is { } run
            ? new RunDetails(
                run,
                await queries.ScoresAsync(id, 0, stop),
                await queries.StagesAsync(id, stop),
                await queries.LogAsync(id, stop)
            )
            {
                Steps = queries.Steps(id),
            }
            : null;

    public async Task<(RunView Run, IReadOnlyList<StageView> Stages)?> RefreshAsync(string id, CancellationToken stop = default) =>
        await queries.GetAsync(id, stop) is { } run ? (run, await queries.StagesAsync(id, stop)) : null;

    public async Task<LaunchContext> LaunchContextAsync(CancellationToken stop = default)
    {
        var datasets = engine.Datasets;
        var measured = await queries.FinishedAsync(MostMeasured, stop);
        var models = engine.ModelIds;
        var provisional = !engine.Preparation.Ready;
        var known = measured.Select(m => new MeasuredRun(m.Run, m.Stages)).ToList();
        if (!provisional && datasets.Count > 0 && models.Count > 0)
        {
            if (calibration.Find(datasets[0], models[0], out provisional) is { } calibrated)
            {
                known.Add(calibrated);
            }
        }
        return new LaunchContext(
            datasets.Count > 0 ? [.. datasets.Select(d => (d.Id, d.Name))] : [("emoji36", "Emoji36")],
            models,
            datasets,
            known,
            models.Count > 0 ? Width(models[0]) : 0,
            engine.Preparation.Ready ? _devices.Value : ["auto", "cpu"],
            provisional
        )
        {
            LearningRates =
                datasets.Count == 0
                    ? new Dictionary<string, double>()
                    : models.ToDictionary(m => m, m => engine.Defaults(datasets[0], m).LearningRate),
        };
    }

    public Task<SubmitResult> SubmitAsync(IReadOnlyList<RunRequest> requests, CancellationToken stop = default) =>
        runs.LaunchAsync(requests, stop);

    public async Task<string?> StopAsync(string id, CancellationToken stop = default) => (await runs.StopAsync(id)).Message;

    public async Task<string?> ResumeAsync(string id, CancellationToken stop = default) => (await runs.ResumeAsync(id)).Message;

    public async Task<string?> DeleteAsync(string id, CancellationToken stop = default) => (await runs.DeleteAsync(id)).Message;

    public IDisposable Watch(string? runId, RunHandlers handlers)
    {
        ArgumentNullException.ThrowIfNull(handlers);
        var subscription = feed.Subscribe(runId);
        _ = Task.Run(() => HandAsync(subscription, handlers));
        return subscription;
    }

    private async Task HandAsync(FeedSubscription subscription, RunHandlers handlers)
    {
        try
        {
            await foreach (var message in subscription.Events.ReadAllAsync())
            {
                try
                {
                    Hand(message, handlers);
                }
                catch (Exception error)
                {
                    LogHandler(log, error); // of a page that is going away; the next message may find it well
                }
            }
        }
        catch (Exception error)
        {
            LogBroken(log, error);
            handlers.Ended?.Invoke(error);
        }
        finally
        {
            subscription.Dispose();
        }
    }

    private static void Hand(object message, RunHandlers handlers)
    {
        switch (message)
        {
            case ProgressMessage progress:
                handlers.Progress?.Invoke(progress);
                break;
            case ScoreMessage score:
                handlers.Score?.Invoke(score);
                break;
            case StateMessage state:
                handlers.State?.Invoke(state);
                break;
            case LogMessage line:
                handlers.Log?.Invoke(line);
                break;
        }
    }

    private int Width(string model)
    {
        try
        {
            return bases.Find(model) is { } found ? ClipConfig.Load(Path.Combine(found.Folder, "config.json")).Text.Tower.Width : 0;
        }
        catch (EngineException)
        {
            return 0; // the form has no estimate of disk space then; launching says what is wrong with the model
        }
    }

    private static List<string> FindDevices()
    {
        List<string> devices = ["auto", "cpu"];
        for (var i = 0; i < MostDevices; i++)
        {
            try
            {
                devices.Add(DeviceChoice.ResolveName($"cuda:{i}"));
            }
            catch (EngineException)
            {
                break;
            }
        }
        return devices;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A page could not take a message of a run")]
    private static partial void LogHandler(ILogger log, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "A page's subscription to runs ended")]
    private static partial void LogBroken(ILogger log, Exception error);
}
