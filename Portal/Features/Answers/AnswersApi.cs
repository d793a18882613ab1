using System.ComponentModel;
using System.Globalization;
using CllClip.Engine;
using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Localization;
using CllClip.Shared.Results;

namespace CllClip.Portal.Features.Answers;

/// <summary>The answers behind a cell over HTTP.</summary>
public static class AnswersApi
{
    public static IServiceCollection AddAnswers(this IServiceCollection services) => services.AddSingleton<RunAnswers>();

    /// <summary>Maps <c>GET /api/v1/runs/{id}/answers</c>.</summary>
    public static IEndpointRouteBuilder MapAnswersApi(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/runs/{id}/answers", AnswerAsync)
            .Does(Acts.Look)
            .WithName("GetAnswers")
            .WithTags("Runs")
            .WithSummary("The queries behind one score: right, wrong, forgotten, newly learned, and what was found instead")
            .WithDescription(
                "Where the run has no such cell, note says why and nearest names one that it has. As CSV every query of the cell is a row, or every one of the kind that show names, in the order of the data set: "
                    + "skip and take do not apply, and what was found instead is left out; 422 where the queries are not known."
            )
            .Produces<AnswerPage>(StatusCodes.Status200OK, "application/json", "text/csv")
            .ProducesValidationProblem()
            .ProducesProblem(404)
            .ProducesProblem(422);
        return app;
    }

    private static async Task<IResult> AnswerAsync(
        [Description(RunsApi.IdHelp)] string id,
        RunAnswers answers,
        CancellationToken stop,
        [Description("Stage, from 1")] string? stage = null,
        [Description("Code of the language")] string? language = null,
        [Description("Further data set; the run's own if left out")] string? dataset = null,
        [Description("Protocol; the headline one if left out")] string? protocol = null,
        [Description("t2i or i2t; t2i if left out")] string? direction = null,
        [Description("1, 5 or 10; 1 if left out")] string? k = null,
        [Description("wrong, forgotten, right or learned; wrong if left out")] string? show = null,
        [Description("How many to leave out first")] string? skip = null,
        [Description("How many at most, 1 to 50; 20 if left out")] string? take = null,
        [Description(TableAnswer.FormatHelp)] string? format = null
    )
    {
        var query = Read(id, (stage, language, dataset, protocol, direction, k, show, skip, take), out var errors);
        var csv = TableAnswer.IsCsv(format, errors);
        if (errors.Count > 0)
        {
            return Problem.Fields(errors);
        }
        try
        {
            if (csv)
            {
                var only = string.IsNullOrEmpty(show) ? default(AnswerKind?) : query.Show;
                return await answers.TableAsync(query, only, PageText.English, stop) switch
                {
                    null => Problem.NotFound("run", id),
                    (null, var note) => Problem.Of(422, "The queries of this cell are not known", note ?? ""),
                    ({ } table, _) => TableAnswer.Csv(table, AnswersTable.Name(query) + ".csv"),
                };
            }
            return await answers.ReadAsync(query, PageText.English, stop) is { } page ? TypedResults.Ok(page) : Problem.NotFound("run", id);
        }
        catch (EngineException e)
        {
            return Problem.Of(422, "The answers cannot be read", e.Message);
        }
    }

    /// <summary>Reads the parameters of page and API; what is wrong is left at its default and has a message.</summary>
    internal static AnswerQuery Read(
        string id,
        (
            string? Stage,
            string? Language,
            string? Dataset,
            string? Protocol,
            string? Direction,
            string? K,
            string? Show,
            string? Skip,
            string? Take
        ) given,
        out Dictionary<string, string[]> errors
    )
    {
        var wrong = new Dictionary<string, string[]>();
        int Whole(string name, string? text, int otherwise, int least, int most)
        {
            if (string.IsNullOrEmpty(text))
            {
                return otherwise;
            }
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            {
                return number;
            }
            wrong[name] =
            [
                most == int.MaxValue ? $"Must be a whole number from {least} on." : $"Must be a whole number from {least} to {most}.",
            ];
            return otherwise;
        }
        T One<T>(string name, string? text, params (string Text, T Value)[] choices)
        {
            if (!string.IsNullOrEmpty(text) && !choices.Any(c => c.Text == text))
            {
                wrong[name] = [$"Unknown: '{text}'. Choose one of: {string.Join(", ", choices.Select(c => c.Text))}."];
            }
            return choices.FirstOrDefault(c => c.Text == text, choices[0]).Value;
        }
        static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;
        if (string.IsNullOrEmpty(given.Stage))
        {
            wrong["stage"] = ["Name the stage."];
        }
        if (string.IsNullOrEmpty(given.Language))
        {
            wrong["language"] = ["Name the language."];
        }
        var query = new AnswerQuery
        {
            Run = id,
            Stage = Whole("stage", given.Stage, 1, 1, int.MaxValue),
            Language = given.Language ?? "",
            Dataset = Text(given.Dataset),
            Protocol = Text(given.Protocol),
            Direction = One("direction", given.Direction, ("t2i", RetrievalDirection.TextToImage), ("i2t", RetrievalDirection.ImageToText)),
            K = One("k", given.K, ("1", 1), ("5", 5), ("10", 10)),
            Show = One(
                "show",
                given.Show,
                ("wrong", AnswerKind.Wrong),
                ("forgotten", AnswerKind.Forgotten),
                ("right", AnswerKind.Right),
                ("learned", AnswerKind.Learned)
            ),
            Skip = Whole("skip", given.Skip, 0, 0, int.MaxValue),
            Take = Whole("take", given.Take, 20, 1, AnswerQuery.MostAtOnce),
        };
        errors = wrong;
        return query;
    }
}
