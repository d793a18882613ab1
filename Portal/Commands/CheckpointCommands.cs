using CllClip.Engine;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;

namespace CllClip.Portal.Commands;

/// <summary><c>export checkpoint</c>: a stage of a run as a Hugging Face CLIP folder.</summary>
internal static class CheckpointCommands
{
    public static readonly IReadOnlyList<Switch> ExportSwitches =
    [
        new("--out", "FOLDER", "where to; must not exist or be empty"),
        new("--stage", "N", "stage from 1 (the last that is finished)"),
    ];

    /// <summary>Only reads, so it may work beside a running portal.</summary>
    public static async Task<int> ExportAsync(string[] args)
    {
        var given = Switches.Read(args, ExportSwitches);
        if (given.Words.Count != 1)
        {
            given.Errors.Add("Name one run: export checkpoint ID --out FOLDER");
        }
        if (!given.Has("--out"))
        {
            given.Errors.Add("--out: name the folder to write.");
        }
        var wanted = given.Whole("--stage");
        if (given.Errors.Count > 0)
        {
            throw new WrongCommandException(given.Errors);
        }
        using var host = CommandHost.Build(given.Settings);
        var (id, folder) = (given.Words[0], Path.GetFullPath(given["--out"]!));
        var run = File.Exists(host.Services.GetRequiredService<PortalFolders>().Database)
            ? await host.Services.GetRequiredService<RunQueries>().GetAsync(id)
            : null;
        if (run is null)
        {
            throw new EngineException($"There is no run '{id}'. The page /runs lists them.");
        }
        var chain = await host.Services.GetRequiredService<RunService>().ChainFolderAsync(id);
        var stages = chain is null ? 0 : CheckpointChain.CountStages(chain);
        if (stages == 0)
        {
            throw new EngineException($"Run {id} has no checkpoints: it trained nothing, or its scores alone were imported.");
        }
        var stage = wanted ?? stages;
        CheckpointExport.Write(host.Services.GetRequiredService<IEngineHost>().Model(run.Model, "cpu"), chain!, stage, folder);
        Console.WriteLine($"Stage {stage} of run {id}, {run.Name}, is in {folder}.");
        return CommandLine.Done;
    }
}
