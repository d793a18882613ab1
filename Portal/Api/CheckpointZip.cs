using System.ComponentModel;
using System.Globalization;
using System.IO.Compression;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Pruning;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Api;

/// <summary>
/// A run's checkpoint chain as a zip; of a completed run, whole, it is an archive that <c>import run</c> takes once it is unpacked. It is written while it is
/// sent: nothing is gathered on disk.
/// </summary>
internal static class CheckpointZip
{
    public const string ContentType = "application/zip";

    public static async Task<IResult> GetAsync(
        [Description(RunsApi.IdHelp)] string id,
        HttpContext http,
        RunChains chains,
        RunQueries queries,
        CheckpointUses uses,
        CancellationToken stop,
        [Description("Last stage in the zip; all if left out")] string? stage = null
    )
    {
        var last = int.MaxValue;
        if (!string.IsNullOrEmpty(stage) && (!int.TryParse(stage, NumberStyles.None, CultureInfo.InvariantCulture, out last) || last < 1))
        {
            return Problem.Fields(new Dictionary<string, string[]> { ["stage"] = ["Must be a whole number from 1 on."] });
        }
        if (await chains.FolderAsync(id, stop) is not { } chain || await queries.GetAsync(id, stop) is not { } run)
        {
            return Problem.NotFound("run", id);
        }
        http.Response.RegisterForDispose(uses.Use(id)); // before looking: what is there now stays until it is sent
        var there = CheckpointChain.CountStages(chain);
        if (there == 0)
        {
            return Problem.Of(
                StatusCodes.Status404NotFound,
                "Not found",
                run.CheckpointsPrunedAt is { } pruned
                    ? PrunedWords.Of(run.Name, pruned)
                    : "The run has no checkpoint here: no stage is finished, its weights did not come along, or it was measured elsewhere and its scores alone were imported."
            );
        }
        if (last != int.MaxValue && last > there)
        {
            return Problem.Of(
                StatusCodes.Status404NotFound,
                "Not found",
                $"The run's checkpoint has no stage {last}: its last one is {there}."
            );
        }
        var stages = Math.Min(last, there);
        var figures = await queries.StagesAsync(id, stop);
        // Only what is finished travels as a run: of one that goes on, and of its first stages, the chain alone.
        var archive =
            run.State == RunState.Completed && stages == figures.Count
                ? new RunArchive(run, figures, await queries.ScoresAsync(id, stop: stop), chain)
                : null;
        return TypedResults.Stream(
            // The archive's small writes are not all asynchronous, which the pipe allows and the body's own stream does not.
            _ => WriteAsync(http.Response.BodyWriter.AsStream(leaveOpen: true), archive, chain, stages, stop),
            ContentType,
            string.Create(CultureInfo.InvariantCulture, $"run-{id}-stage-{stages}.zip")
        );
    }

    private static async Task WriteAsync(Stream body, RunArchive? archive, string chain, int stages, CancellationToken stop)
    {
        await using var zip = await ZipArchive.CreateAsync(body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, stop);
        if (archive is not null)
        {
            await AddAsync(zip, RunArchive.RunFile, archive.WriteRun, stop);
            await AddAsync(zip, RunArchive.ScoresFile, archive.WriteScores, stop);
        }
        for (var stage = 1; stage <= stages; stage++)
        {
            await AddAsync(zip, CheckpointChain.FolderOf(chain, stage), chain, RunArchive.ChainName, stop);
        }
    }

    private static async Task AddAsync(ZipArchive zip, string name, Action<Stream> write, CancellationToken stop)
    {
        await using var target = await zip.CreateEntry(name, CompressionLevel.NoCompression).OpenAsync(stop);
        write(target);
    }

    /// <summary>Adds a folder's files, one after the other.</summary>
    /// <param name="zip">The archive.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="root">Folder below which names in the archive begin.</param>
    /// <param name="prefix">What stands in front of them.</param>
    /// <param name="stop">Ends it.</param>
    internal static async Task AddAsync(ZipArchive zip, string folder, string root, string prefix, CancellationToken stop)
    {
        var files = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories);
        foreach (var file in files.OrderBy(f => f.FullName, StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(root, file.FullName).Replace(Path.DirectorySeparatorChar, '/');
            // Weights hardly get smaller: they are stored, and the training keeps its cores.
            var entry = zip.CreateEntry($"{prefix}/{name}", CompressionLevel.NoCompression);
            entry.LastWriteTime = file.LastWriteTimeUtc;
            await using var source = file.OpenRead();
            await using var target = await entry.OpenAsync(stop);
            await source.CopyToAsync(target, stop);
        }
    }
}
