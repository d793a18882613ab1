using System.ComponentModel;
using CllClip.Engine.Methods;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using ActionResult = CllClip.Portal.Jobs.ActionResult;
using RequestSizeLimitAttribute = Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute;

namespace CllClip.Portal.Api;

/// <summary>What changes runs: launch, stop, resume, edit, delete.</summary>
internal static class RunActions
{
    private const int LargestRequest = 64 * 1024;
    private const int SecondsToRetry = 5;

    public static void MapActions(this RouteGroupBuilder runs)
    {
        runs.MapPost("", LaunchAsync)
            .Does(Acts.LaunchRun)
            .WithName("LaunchRun")
            .WithSummary("Puts a run into the queue")
            .WithDescription(
                "A wrong request changes nothing; the answer names every wrong field. Options left out take the data set's or the paper's default."
            )
            .Accepts<RunRequest>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(LargestRequest))
            .Produces<RunView>(StatusCodes.Status201Created)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        runs.MapPost(
                "/{id}/stop",
                ([Description(RunsApi.IdHelp)] string id, RunService service, RunQueries queries) =>
                    ActAsync(id, service.StopAsync, queries)
            )
            .Does(Acts.StopRun)
            .WithName("StopRun")
            .WithSummary("Takes a run out of the queue, or stops it at its next step; the work is kept")
            .Acted();
        runs.MapPost(
                "/{id}/resume",
                ([Description(RunsApi.IdHelp)] string id, RunService service, RunQueries queries) =>
                    ActAsync(id, service.ResumeAsync, queries)
            )
            .Does(Acts.ResumeRun)
            .WithName("ResumeRun")
            .WithSummary("Queues a stopped or failed run again; it goes on after its last finished stage")
            .WithDescription(
                "A completed run is queued where a stage of its checkpoint is damaged or gone: it is trained again from there."
            )
            .Acted();
        runs.MapPatch("/{id}", EditAsync)
            .Does(Acts.EditRun)
            .WithName("EditRun")
            .WithSummary("Changes name, tags or notes of a run; what is left out stays as it is")
            .Accepts<RunEdit>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(LargestRequest))
            .Produces<RunView>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        runs.MapDelete("/{id}", DeleteAsync)
            .Does(Acts.DeleteRun)
            .WithName("DeleteRun")
            .WithSummary("Deletes a run with its scores and checkpoints, unless it is running or came with the portal")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> LaunchAsync(HttpRequest http, RunService runs, IEngineHost engine, CancellationToken stop)
    {
        if (!http.HasJsonContentType())
        {
            return Problem.NotJson();
        }
        var (request, wrong) = await RunRequestReader.ReadAsync(http.Body, stop);
        if (wrong.Count > 0)
        {
            return Problem.Fields(
                wrong.ContainsKey(StrictReader.Body) ? wrong : (IReadOnlyDictionary<string, string[]>)With(wrong, request, engine)
            );
        }
        var (run, errors) = await runs.LaunchAsync(request, stop);
        if (run is not null)
        {
            return TypedResults.Created($"/api/v1/runs/{Uri.EscapeDataString(run.Id)}", run);
        }
        if (!engine.Preparation.Ready && errors is { Count: 1 } && errors.TryGetValue("dataset", out var reason))
        {
            http.HttpContext.Response.Headers.RetryAfter = $"{SecondsToRetry}";
            return Problem.Of(StatusCodes.Status503ServiceUnavailable, "Not ready yet", string.Join(' ', reason));
        }
        return Problem.Fields(errors);
    }

    /// <summary>Adds what is wrong with the values to what is wrong with the form, field by field.</summary>
    private static SortedDictionary<string, string[]> With(
        IReadOnlyDictionary<string, string[]> wrong,
        RunRequest request,
        IEngineHost engine
    )
    {
        var values = RunValidation.Check(request, engine.Datasets, engine.ModelIds);
        return new SortedDictionary<string, string[]>(
            wrong.Concat(values.Where(v => !wrong.ContainsKey(v.Key))).ToDictionary(e => e.Key, e => e.Value),
            StringComparer.Ordinal
        );
    }

    private static async Task<IResult> ActAsync(string id, Func<string, Task<ActionResult>> act, RunQueries queries)
    {
        var result = await act(id);
        return result.Outcome switch
        {
            ActionOutcome.Done when await queries.GetAsync(id) is { } run => TypedResults.Json(
                run,
                statusCode: StatusCodes.Status202Accepted
            ),
            ActionOutcome.Conflict => Problem.Conflict(result.Message),
            _ => Problem.NotFound("run", id),
        };
    }

    private static async Task<IResult> EditAsync(
        HttpRequest http,
        [Description(RunsApi.IdHelp)] string id,
        RunStore store,
        RunQueries queries,
        CancellationToken stop
    )
    {
        var (edit, wrong) = await RunEditReader.ReadAsync(http.Body, stop);
        var errors = wrong.Concat(edit.Check().Where(e => !wrong.ContainsKey(e.Key))).ToDictionary();
        if (errors.Count > 0)
        {
            return Problem.Fields(errors);
        }
        var result = store.Edit(id, edit);
        return result.Outcome switch
        {
            ActionOutcome.Done when await queries.GetAsync(id, stop) is { } run => TypedResults.Ok(run),
            ActionOutcome.Conflict => Problem.Conflict(result.Message),
            _ => Problem.NotFound("run", id),
        };
    }

    private static async Task<IResult> DeleteAsync([Description(RunsApi.IdHelp)] string id, RunService service)
    {
        var result = await service.DeleteAsync(id);
        return result.Outcome switch
        {
            ActionOutcome.Done => TypedResults.NoContent(),
            ActionOutcome.Conflict => Problem.Conflict(result.Message),
            _ => Problem.NotFound("run", id),
        };
    }

    private static void Acted(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Produces<RunView>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
}
