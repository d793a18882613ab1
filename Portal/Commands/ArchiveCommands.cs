using CllClip.Engine;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Commands;

/// <summary><c>export run</c> and <c>import run</c>: finished runs as folders that travel.</summary>
internal static class ArchiveCommands
{
    public static readonly IReadOnlyList<Switch> ExportSwitches =
    [
        new("--out", "FOLDER", "where to; must not exist or be empty"),
        new("--fp16", null, "checkpoints in half precision: half the size"),
    ];

    /// <summary>Only reads, so it may work beside a running portal.</summary>
    public static async Task<int> ExportAsync(string[] args)
    {
        var given = Switches.Read(args, ExportSwitches);
        if (given.Words.Count != 1)
        {
            given.Errors.Add("Name one run: export run ID --out FOLDER");
        }
        if (!given.Has("--out"))
        {
            given.Errors.Add("--out: name the folder to write.");
        }
        Check(given);
        using var host = CommandHost.Build(given.Settings);
        var (id, folder) = (given.Words[0], Path.GetFullPath(given["--out"]!));
        if (!File.Exists(host.Services.GetRequiredService<PortalFolders>().Database))
        {
            throw NoRun(id);
        }
        var queries = host.Services.GetRequiredService<RunQueries>();
        var run = await queries.GetAsync(id) ?? throw NoRun(id);
        if (run.State != RunState.Completed)
        {
            throw new EngineException($"Run {id} is {run.State}; only completed runs can be exported.");
        }
        var chain = await host.Services.GetRequiredService<RunChains>().FolderAsync(id);
        var archive = new RunArchive(
            run,
            await queries.StagesAsync(id),
            await queries.ScoresAsync(id),
            chain is not null && CheckpointChain.CountStages(chain) > 0 ? chain : null
        );
        archive.Write(folder, given.Has("--fp16"));
        Console.WriteLine(
            $"Run {id}, {run.Name}, is in {folder}{(archive.ChainFolder is null ? " (scores alone; it has no checkpoints)" : "")}."
        );
        return CommandLine.Done;
    }

    public static async Task<int> ImportAsync(string[] args)
    {
        var given = Switches.Read(args, []);
        if (given.Words.Count == 0)
        {
            given.Errors.Add("Name the folder of a run: import run FOLDER");
        }
        Check(given);
        using var host = CommandHost.Build(given.Settings);
        host.Services.GetRequiredService<DataRootLock>();
        host.Services.GetRequiredService<PortalDatabase>().Prepare();
        foreach (var folder in given.Words)
        {
            var archive = RunArchive.Read(Path.GetFullPath(folder));
            var id = await host.Services.GetRequiredService<RunImport>().ImportAsync(archive);
            Console.WriteLine($"Run {id}, {archive.Run.Name}: {archive.Stages.Count} stages, {archive.Scores.Count} scores.");
        }
        return CommandLine.Done;
    }

    private static EngineException NoRun(string id) => new($"There is no run '{id}'. The page /runs lists them.");

    private static void Check(Switches given)
    {
        if (given.Errors.Count > 0)
        {
            throw new WrongCommandException(given.Errors);
        }
    }
}
