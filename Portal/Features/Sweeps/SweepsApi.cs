using System.ComponentModel;
using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using RequestSizeLimitAttribute = Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute;

namespace CllClip.Portal.Features.Sweeps;

/// <summary>Sweeps in the HTTP API.</summary>
internal static class SweepsApi
{
    private const int LargestRequest = 64 * 1024;
    private const int SecondsToRetry = 5;

    /// <summary>Maps <c>/sweeps</c>.</summary>
    public static void MapSweeps(this RouteGroupBuilder api)
    {
        var sweeps = api.MapGroup("/sweeps").WithTags("Sweeps");
        sweeps
            .MapPost("", LaunchAsync)
            .Does(Acts.LaunchSweep)
            .WithName("LaunchSweep")
            .WithSummary("Puts the runs of a sweep into the queue, all or none")
            .WithDescription(
                $"Methods x TEIR x every combination of option values x seeds, {SweepPlan.MostRuns} runs at most. A method without TEIR or without a listed option runs without it, once. A wrong request changes nothing; the answer names every wrong field."
            )
            .Accepts<SweepRequest>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(LargestRequest))
            .Produces<SweepView>(StatusCodes.Status201Created)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        sweeps
            .MapGet("/{id}", GetAsync)
            .Does(Acts.Look)
            .WithName("GetSweep")
            .WithSummary("A sweep: states, figures of every configuration over its seeds, the runs")
            .WithDescription("With format=csv the configurations as a table.")
            .Produces<SweepView>()
            .Produces<string>(StatusCodes.Status200OK, "text/csv")
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> LaunchAsync(
        HttpRequest http,
        RunService runs,
        SweepQueries sweeps,
        IEngineHost engine,
        CancellationToken stop
    )
    {
        if (!http.HasJsonContentType())
        {
            return Problem.NotJson();
        }
        var (request, wrong) = await SweepRequestReader.ReadSweepAsync(http.Body, stop);
        if (wrong.Count > 0)
        {
            return Problem.Fields(wrong);
        }
        var (made, errors) = await runs.LaunchSweepAsync(request, stop);
        if (made.Count > 0)
        {
            var sweep = (await sweeps.GetAsync(made[0].SweepId!, stop))!;
            return TypedResults.Created($"/api/v1/sweeps/{Uri.EscapeDataString(sweep.Id)}", sweep);
        }
        if (!engine.Preparation.Ready && errors is { Count: 1 } && errors.TryGetValue("run.dataset", out var reason))
        {
            http.HttpContext.Response.Headers.RetryAfter = $"{SecondsToRetry}";
            return Problem.Of(StatusCodes.Status503ServiceUnavailable, "Not ready yet", string.Join(' ', reason));
        }
        return Problem.Fields(errors);
    }

    private static async Task<IResult> GetAsync(
        [Description("The sweep's id")] string id,
        SweepQueries sweeps,
        CancellationToken stop,
        [Description(TableAnswer.FormatHelp)] string? format = null
    )
    {
        var errors = new Dictionary<string, string[]>();
        var csv = TableAnswer.IsCsv(format, errors);
        return errors.Count > 0 ? Problem.Fields(errors)
            : await sweeps.GetAsync(id, stop) is not { } sweep ? Problem.NotFound("sweep", id)
            : csv ? TableAnswer.Csv(SweepFile.Of(sweep, sweep.Configurations), $"sweep-{sweep.Id}.csv")
            : TypedResults.Ok(sweep);
    }
}
