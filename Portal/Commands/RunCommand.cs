using System.Runtime.InteropServices;
using CllClip.Engine.Methods;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Commands;

/// <summary><c>run</c>: one run through the portal's own queue and worker, with its progress on the terminal and its scores at the end.</summary>
internal static class RunCommand
{
    /// <summary>What only an open data set can tell: looked at when it is there.</summary>
    private static readonly string[] Later = ["dataset", "testSets"];

    public static async Task<int> RunAsync(string[] args)
    {
        var given = Switches.Read(args, RunSwitches.All);
        var request = RunSwitches.ToRequest(given);
        given.Errors.AddRange(given.Words.Select(w => $"'{w}' is not understood; every value follows a switch."));
        using var host = CommandHost.Build(given.Settings);
        var engine = host.Services.GetRequiredService<IEngineHost>();
        if (!given.Has(RunSwitches.Resume))
        {
            // Of another data set than the embedded one the languages are not known yet either.
            var later = request.Dataset == new RunRequest().Dataset ? Later : [.. Later, "languages"];
            given.Errors.AddRange(Wrong(RunValidation.Check(request, [], engine.ModelIds), later));
        }
        if (given.Errors.Count > 0)
        {
            throw new WrongCommandException(given.Errors);
        }
        Start(host);
        await host.StartAsync();
        try
        {
            await ReadyAsync(engine);
            var id = given[RunSwitches.Resume] is { } resumed
                ? await ResumeAsync(host.Services, resumed)
                : await LaunchAsync(host.Services.GetRequiredService<RunService>(), request);
            return await WatchAsync(host.Services, id, given.Has(RunSwitches.Json));
        }
        finally
        {
            await host.StopAsync();
        }
    }

    private static void Start(IHost host)
    {
        try
        {
            host.UsePortalHosting();
        }
        catch (DataRootInUseException error)
        {
            throw new DataRootInUseException(
                $"{error.Message}. A portal that is running takes runs on its page /launch and by POST /api/v1/runs.",
                error
            );
        }
    }

    /// <summary>Waits for data set and model; an error ends the command, as nobody is there to mend it.</summary>
    private static async Task ReadyAsync(IEngineHost engine)
    {
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look()
        {
            if (engine.Preparation.Error is not null)
            {
                failed.TrySetResult();
            }
        }
        engine.PreparationChanged += Look;
        Look();
        await Task.WhenAny(engine.Ready, failed.Task);
        engine.PreparationChanged -= Look;
        if (engine.Preparation.Error is { } error)
        {
            throw new Engine.EngineException(error);
        }
    }

    private static async Task<string> LaunchAsync(RunService runs, RunRequest request)
    {
        var launched = await runs.LaunchAsync(request);
        return launched.Run?.Id ?? throw new WrongCommandException(Wrong(launched.Errors));
    }

    private static async Task<string> ResumeAsync(IServiceProvider services, string id)
    {
        var run = await services.GetRequiredService<RunQueries>().GetAsync(id);
        if (run is { State: RunState.Queued or RunState.Running })
        {
            return id; // a killed process left it, and this one has taken it up at its start
        }
        var result = await services.GetRequiredService<RunService>().ResumeAsync(id);
        return result.Outcome == ActionOutcome.Done ? id : throw new WrongCommandException([$"{RunSwitches.Resume}: {result.Message}"]);
    }

    private static IEnumerable<string> Wrong(IReadOnlyDictionary<string, string[]> errors, params string[] except) =>
        errors.Where(e => !except.Contains(e.Key)).SelectMany(e => e.Value.Select(message => $"{RunSwitches.Of(e.Key)}: {message}"));

    private static async Task<int> WatchAsync(IServiceProvider services, string id, bool json)
    {
        var queries = services.GetRequiredService<RunQueries>();
        var runs = services.GetRequiredService<RunService>();
        var console = ConsoleProgress.OnError();
        var asked = false;
        void Stop(PosixSignalContext signal)
        {
            if (asked)
            {
                return; // the second time ends the process; the run goes on at the next start
            }
            (asked, signal.Cancel) = (true, true);
            console.Line("Stopping at the next step; Ctrl+C again ends at once.");
            _ = Task.Run(() => runs.StopAsync(id));
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

        await new RunWatcher(services.GetRequiredService<RunFeed>(), queries, console).WatchAsync(id);

        var run = (await queries.GetAsync(id))!;
        RunResult.Write(Console.Out, run, await queries.ScoresAsync(id), json);
        switch (run.State)
        {
            case RunState.Completed:
                return CommandLine.Done;
            case RunState.Stopped:
                await Console.Error.WriteLineAsync($"Stopped. It goes on with: run {RunSwitches.Resume} {id}");
                return CommandLine.Interrupted;
            default:
                await Console.Error.WriteLineAsync(
                    $"{run.Error ?? $"The run ended as {run.State}."}\nOnce mended, it goes on with: run {RunSwitches.Resume} {id}"
                );
                return CommandLine.Failed;
        }
    }
}
