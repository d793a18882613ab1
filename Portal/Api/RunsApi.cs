using System.ComponentModel;
using System.Text;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Api;

/// <summary>Runs: looking at them.</summary>
internal static class RunsApi
{
    public const string IdHelp = "The run's id";

    public static void MapRuns(this RouteGroupBuilder api)
    {
        var runs = api.MapGroup("/runs").WithTags("Runs");
        runs.MapGet("", ListAsync)
            .Does(Acts.Look)
            .WithName("ListRuns")
            .WithSummary("Runs, newest first, a page at a time")
            .Produces<RunList>(StatusCodes.Status200OK, "application/json", "text/csv")
            .ProducesValidationProblem();
        MapOne(runs);
        runs.MapActions();
    }

    private static void MapOne(RouteGroupBuilder runs)
    {
        runs.MapGet("/{id}", GetAsync)
            .Does(Acts.Look)
            .WithName("GetRun")
            .WithSummary("One run: request, progress, summary, provenance")
            .Found<RunView>();
        runs.MapGet("/{id}/scores", ScoresAsync)
            .Does(Acts.Look)
            .WithName("GetScores")
            .WithSummary("Every score of a run, in the order of measuring")
            .Found<IReadOnlyList<Score>>();
        runs.MapGet("/{id}/scores.csv", ScoresCsvAsync)
            .Does(Acts.Look)
            .WithName("GetScoresCsv")
            .WithSummary("The same as tidy CSV, full precision")
            .Produces<string>(StatusCodes.Status200OK, "text/csv")
            .ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapGet("/{id}/stages", StagesAsync)
            .Does(Acts.Look)
            .WithName("GetStages")
            .WithSummary("Figures of every finished stage: vocabulary, time, memory")
            .Found<IReadOnlyList<StageView>>();
        runs.MapGet("/{id}/steps", StepsAsync)
            .Does(Acts.Look)
            .WithName("GetSteps")
            .WithSummary("Training steps: means of the loss terms, gradient norm, temperature and throughput over a few steps each")
            .WithDescription("About a hundred samples a task. Empty for runs that were not trained here.")
            .Found<IReadOnlyList<StepSample>>();
        runs.MapGet("/{id}/steps.csv", StepsCsvAsync)
            .Does(Acts.Look)
            .WithName("GetStepsCsv")
            .WithSummary("The same as CSV, full precision")
            .Produces<string>(StatusCodes.Status200OK, "text/csv")
            .ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapGet("/{id}/checkpoint", CheckpointZip.GetAsync)
            .Does(Acts.Look)
            .WithName("GetCheckpoint")
            .WithSummary("The run's checkpoint chain as a zip: one folder a stage, and of a completed run its settings, stages and scores")
            .WithDescription(
                "A stage holds what its task changed, so any stage is restored by folding the chain from the base model up to it. The whole chain of a completed run comes with run.json and scores.csv.gz: unpacked, `import run FOLDER` takes it."
            )
            .Produces<Stream>(StatusCodes.Status200OK, CheckpointZip.ContentType)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapGet("/{id}/history", HistoryAsync)
            .Does(Acts.Look)
            .WithName("GetHistory")
            .WithSummary("Every state that the run entered, with time and reason")
            .Found<IReadOnlyList<StateMessage>>();
        runs.MapGet("/{id}/log", LogAsync)
            .Does(Acts.Look)
            .WithName("GetLog")
            .WithSummary("The run's log")
            .WithDescription("With format=csv the same lines as a table.")
            .Produces<string>(StatusCodes.Status200OK, "text/csv")
            .ProducesValidationProblem()
            .Found<IReadOnlyList<LogMessage>>();
    }

    private static async Task<IResult> ListAsync([AsParameters] RunsQuery query, RunQueries runs, CancellationToken stop)
    {
        var errors = new Dictionary<string, string[]>();
        var filter = query.ToFilter(errors);
        var csv = query.AsCsv(errors);
        if (errors.Count > 0)
        {
            return Problem.Fields(errors);
        }
        var list = await runs.ListAsync(filter, stop);
        return csv ? TableAnswer.Csv(RunsExport.Table(list.Items), "runs.csv") : TypedResults.Ok(list);
    }

    private static async Task<IResult> GetAsync([Description(IdHelp)] string id, RunQueries runs, CancellationToken stop) =>
        await runs.GetAsync(id, stop) is { } run ? TypedResults.Ok(run) : Problem.NotFound("run", id);

    private static Task<IResult> ScoresAsync([Description(IdHelp)] string id, RunQueries runs, CancellationToken stop) =>
        OfAsync(id, runs, () => runs.ScoresAsync(id, stop: stop), stop);

    private static Task<IResult> StagesAsync([Description(IdHelp)] string id, RunQueries runs, CancellationToken stop) =>
        OfAsync(id, runs, () => runs.StagesAsync(id, stop), stop);

    private static Task<IResult> HistoryAsync([Description(IdHelp)] string id, RunQueries runs, CancellationToken stop) =>
        OfAsync(id, runs, () => runs.HistoryAsync(id, stop), stop);

    private static async Task<IResult> LogAsync(
        [Description(IdHelp)] string id,
        RunQueries runs,
        CancellationToken stop,
        [Description(TableAnswer.FormatHelp)] string? format = null
    )
    {
        var errors = new Dictionary<string, string[]>();
        var csv = TableAnswer.IsCsv(format, errors);
        return errors.Count > 0 ? Problem.Fields(errors)
            : await runs.GetAsync(id, stop) is not { } run ? Problem.NotFound("run", id)
            : await runs.LogAsync(id, stop) is var lines && csv ? TableAnswer.Csv(RunsExport.Log(lines), $"run-{run.Id}-log.csv")
            : TypedResults.Ok(lines);
    }

    private static async Task<IResult> ScoresCsvAsync([Description(IdHelp)] string id, RunQueries runs, CancellationToken stop) =>
        await runs.GetAsync(id, stop) is { } run
            ? TypedResults.File(
                ScoresCsv.Write(await runs.ScoresAsync(id, stop: stop), run.Dataset),
                "text/csv; charset=utf-8",
                $"run-{run.Id}-scores.csv"
            )
            : Problem.NotFound("run", id);

    private static Task<IResult> StepsAsync([Description(IdHelp)] string id, RunQueries runs, CancellationToken stop) =>
        OfAsync(id, runs, () => Task.FromResult(runs.Steps(id)), stop);

    private static async Task<IResult> StepsCsvAsync([Description(IdHelp)] string id, RunQueries runs, CancellationToken stop) =>
        await runs.GetAsync(id, stop) is { } run
            ? TypedResults.File(
                Encoding.UTF8.GetBytes(StepFile.ToCsv(runs.Steps(run.Id))),
                "text/csv; charset=utf-8",
                $"run-{run.Id}-steps.csv"
            )
            : Problem.NotFound("run", id);

    private static async Task<IResult> OfAsync<T>(string id, RunQueries runs, Func<Task<T>> read, CancellationToken stop) =>
        await runs.GetAsync(id, stop) is null ? Problem.NotFound("run", id) : TypedResults.Ok(await read());

    private static void Found<T>(this RouteHandlerBuilder endpoint) =>
        endpoint.Produces<T>().ProducesProblem(StatusCodes.Status404NotFound);
}
