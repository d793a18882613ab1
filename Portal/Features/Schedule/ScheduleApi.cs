using System.ComponentModel;
using System.Text.Json;
using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Jobs;
using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Schedule;

/// <summary>The queue's order in the HTTP API: looking at it and changing it.</summary>
internal static class ScheduleApi
{
    private const int LargestRequest = 4 * 1024;

    /// <summary>Maps <c>/schedule</c> and <c>/runs/{id}/move</c>.</summary>
    public static void MapSchedule(this RouteGroupBuilder api)
    {
        api.MapGet("/schedule", GetAsync)
            .Does(Acts.Look)
            .WithName("GetSchedule")
            .WithTags("Runs")
            .WithSummary("What each device works on and what comes next, with the expected times")
            .WithDescription(
                "Estimates rest on the run's own speed, on finished runs, or on this machine's calibration; `source` says which."
            )
            .Produces<ScheduleView>()
            .Produces<string>(StatusCodes.Status200OK, "text/csv")
            .ProducesValidationProblem();
        api.MapPost("/runs/{id}/move", MoveAsync)
            .Does(Acts.MoveRun)
            .WithName("MoveRun")
            .WithTags("Runs")
            .WithSummary("Gives a queued run another place in its lane's queue")
            .WithDescription(
                "Exactly one of `before`, `after` (ids of queued runs of the lane) and `position` (from 1). A run that a worker has claimed stays where it is: 409."
            )
            .Accepts<QueueMove>("application/json")
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(LargestRequest))
            .Produces<LaneSchedule>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> GetAsync(
        ScheduleQueries schedule,
        CancellationToken stop,
        [Description(TableAnswer.FormatHelp)] string? format = null
    )
    {
        var errors = new Dictionary<string, string[]>();
        var csv = TableAnswer.IsCsv(format, errors);
        return errors.Count > 0 ? Problem.Fields(errors)
            : await schedule.GetAsync(PageText.English, stop) is var view && csv
                ? TableAnswer.Csv(ScheduleTable.Of(view.Lanes), "schedule.csv")
            : TypedResults.Ok(view);
    }

    private static async Task<IResult> MoveAsync(
        HttpRequest http,
        [Description(RunsApi.IdHelp)] string id,
        RunStore store,
        ScheduleQueries schedule,
        CancellationToken stop
    )
    {
        var (move, errors) = await QueueMoveReader.ReadAsync(http.Body, stop);
        if (errors.Count > 0)
        {
            return Problem.Fields(errors);
        }
        var result = store.MoveInQueue(id, move);
        return result.Outcome switch
        {
            ActionOutcome.Done => (await schedule.GetAsync(PageText.English, stop)).Lanes.FirstOrDefault(l =>
                l.Runs.Any(r => r.Run.Id == id)
            )
                is { } lane
                ? TypedResults.Ok(lane)
                : Problem.Conflict("The run was moved, but does not wait any more."),
            ActionOutcome.Conflict => Problem.Conflict(result.Message),
            _ => Problem.NotFound("run", id),
        };
    }
}

/// <summary>Reads the body of <c>POST /api/v1/runs/{id}/move</c>.</summary>
internal sealed class QueueMoveReader : StrictReader
{
    private static readonly string[] Known = ["before", "after", "position"];

    private QueueMoveReader() { }

    /// <summary>The move, and what is wrong with it.</summary>
    public static async Task<(QueueMove Move, IReadOnlyDictionary<string, string[]> Errors)> ReadAsync(Stream body, CancellationToken stop)
    {
        var reader = new QueueMoveReader();
        var move = new QueueMove();
        await reader.ParseAsync(body, root => reader.Fields(root, Known, (name, value) => move = reader.Set(move, name, value)), stop);
        if (reader.Errors.Count == 0)
        {
            reader.CheckValues(move);
        }
        return (move, reader.Errors);
    }

    private QueueMove Set(QueueMove move, string name, JsonElement value) =>
        name switch
        {
            "before" => move with { Before = Text(name, value) },
            "after" => move with { After = Text(name, value) },
            _ => move with { Position = Whole(name, value) },
        };

    private void CheckValues(QueueMove move)
    {
        if (new object?[] { move.Before, move.After, move.Position }.Count(v => v is not null) != 1)
        {
            Wrong(Body, "Give exactly one of before, after and position.");
        }
        if (move.Position is < 1)
        {
            Wrong("position", "Places count from 1.");
        }
    }
}
