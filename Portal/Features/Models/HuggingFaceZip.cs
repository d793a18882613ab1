using System.ComponentModel;
using System.Globalization;
using System.IO.Compression;
using CllClip.Engine;
using CllClip.Portal.Api;
using CllClip.Portal.Features.Search;

namespace CllClip.Portal.Features.Models;

/// <summary>A stage as a Hugging Face folder in a zip, which is written while it is sent.</summary>
internal static class HuggingFaceZip
{
    private const int SecondsToRetry = 30;

    /// <summary>Address of a stage's zip.</summary>
    public static string AddressOf(string runId, int stage) =>
        string.Create(CultureInfo.InvariantCulture, $"/api/v1/checkpoints/{Uri.EscapeDataString($"{runId}:{stage}")}/huggingface.zip");

    /// <summary>Name of the file, and of the folder in it.</summary>
    public static string NameOf(string runId, int stage) =>
        string.Create(CultureInfo.InvariantCulture, $"run-{runId}-stage-{stage}-huggingface");

    public static async Task<IResult> GetAsync(
        [Description("Id of the checkpoint, see /api/v1/checkpoints: run and stage with a colon between them")] string id,
        HttpContext http,
        CheckpointQueries checkpoints,
        HuggingFaceExports exports,
        CancellationToken stop
    )
    {
        if (await checkpoints.FindAsync(id, stop) is not { } checkpoint)
        {
            return Problem.NotFound("checkpoint", id);
        }
        if (checkpoint.ChainFolder is null || checkpoint.View.RunId is not { } run)
        {
            return Problem.Of(
                StatusCodes.Status404NotFound,
                "Not found",
                "The base model is a Hugging Face folder already; only stages of runs are exported."
            );
        }
        HuggingFaceExports.ExportedFolder folder;
        try
        {
            if (await exports.WriteAsync(checkpoint, stop) is not { } written)
            {
                http.Response.Headers.RetryAfter = $"{SecondsToRetry}";
                return Problem.Of(
                    StatusCodes.Status503ServiceUnavailable,
                    "Busy",
                    "Other checkpoints are being written. Try again in half a minute."
                );
            }
            folder = written;
        }
        catch (EngineException error)
        {
            return Problem.Of(StatusCodes.Status422UnprocessableEntity, "The checkpoint cannot be exported", error.Message);
        }
        http.Response.RegisterForDispose(folder);
        var name = NameOf(run, checkpoint.View.Stage);
        return TypedResults.Stream(
            _ => WriteAsync(http.Response.BodyWriter.AsStream(leaveOpen: true), folder.Path, name, stop),
            CheckpointZip.ContentType,
            name + ".zip"
        );
    }

    private static async Task WriteAsync(Stream body, string folder, string name, CancellationToken stop)
    {
        await using var zip = await ZipArchive.CreateAsync(body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, stop);
        await CheckpointZip.AddAsync(zip, folder, folder, name, stop);
    }
}
