using System.ComponentModel;
using System.IO.Compression;
using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Features.Runs;

namespace CllClip.Portal.Features.Mlflow;

/// <summary>Runs as files of an MLflow store, over HTTP.</summary>
public static class MlflowApi
{
    /// <summary>Maps <c>GET /api/v1/runs/{id}/mlflow</c>.</summary>
    public static IEndpointRouteBuilder MapMlflowApi(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/runs/{id}/mlflow", GetAsync)
            .WithTags("Runs")
            .Does(Acts.Look)
            .WithName("GetMlflow")
            .WithSummary("A run at rest as the plain files of an MLflow store, in a zip")
            .WithDescription(
                "Unpacked, mlruns is what `mlflow ui` shows. A data set is an experiment; parameters are the run's options, a metric's step is the stage, artifacts are scores.csv and run.json. Weights are not in it."
            )
            .Produces<Stream>(StatusCodes.Status200OK, "application/zip")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        return app;
    }

    private static async Task<IResult> GetAsync([Description(RunsApi.IdHelp)] string id, RunQueries runs, CancellationToken stop)
    {
        if (await runs.GetAsync(id, stop) is not { } run)
        {
            return Problem.NotFound("run", id);
        }
        if (!MlflowFiles.CanExport(run))
        {
            return Problem.Conflict($"“{run.Name}” is {run.State.ToString().ToLowerInvariant()}. Export it when it is at rest.");
        }
        var files = new MlflowFiles(run, await runs.StagesAsync(id, stop), await runs.ScoresAsync(id, stop: stop)).Make();
        var body = new MemoryStream();
        await using (var zip = await ZipArchive.CreateAsync(body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, stop))
        {
            foreach (var (path, bytes) in files)
            {
                await using var entry = await zip.CreateEntry(path, CompressionLevel.Fastest).OpenAsync(stop);
                await entry.WriteAsync(bytes, stop);
            }
        }
        body.Position = 0;
        return TypedResults.File(body, "application/zip", $"run-{run.Id}-mlflow.zip");
    }
}
