using CllClip.Engine;
using CllClip.Portal.Features.Mlflow;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Commands;

/// <summary><c>export mlflow</c>: a run as the plain files of an MLflow store; several runs may go into one folder.</summary>
internal static class MlflowCommand
{
    public static readonly IReadOnlyList<Switch> ExportSwitches = [new("--out", "FOLDER", "where mlruns is; made, or added to")];

    /// <summary>Only reads the data root, so it may work beside a running portal.</summary>
    public static async Task<int> ExportAsync(string[] args)
    {
        var given = Switches.Read(args, ExportSwitches);
        if (given.Words.Count != 1)
        {
            given.Errors.Add("Name one run: export mlflow ID --out FOLDER");
        }
        if (!given.Has("--out"))
        {
            given.Errors.Add("--out: name the folder to write.");
        }
        if (given.Errors.Count > 0)
        {
            throw new WrongCommandException(given.Errors);
        }
        using var host = CommandHost.Build(given.Settings);
        var (id, folder) = (given.Words[0], Path.GetFullPath(given["--out"]!));
        var queries = host.Services.GetRequiredService<RunQueries>();
        var run = File.Exists(host.Services.GetRequiredService<PortalFolders>().Database) ? await queries.GetAsync(id) : null;
        if (run is null)
        {
            throw new EngineException($"There is no run '{id}'. The page /runs lists them.");
        }
        if (!MlflowFiles.CanExport(run))
        {
            throw new EngineException($"Run {id} is {run.State}; export it when it is at rest.");
        }
        var mlflow = new MlflowFiles(run, await queries.StagesAsync(id), await queries.ScoresAsync(id));
        Write(folder, mlflow.Make(new Uri(Path.Combine(folder, MlflowFiles.Root)).AbsoluteUri));
        Console.WriteLine(
            $"Run {id}, {run.Name}, is run {mlflow.RunId} of experiment {mlflow.Experiment} in {Path.Combine(folder, MlflowFiles.Root)}."
        );
        return CommandLine.Done;
    }

    private static void Write(string folder, IReadOnlyDictionary<string, byte[]> files)
    {
        try
        {
            foreach (var (path, bytes) in files)
            {
                var target = Path.Combine(folder, path);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.WriteAllBytes(target, bytes);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(
                $"The files cannot be written to {folder}: {error.Message} Free some space or choose another folder.",
                error
            );
        }
    }
}
