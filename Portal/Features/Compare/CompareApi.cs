using System.ComponentModel;
using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Compare;

/// <summary>The comparison's service and its address in the HTTP API.</summary>
public static class CompareApi
{
    public static IServiceCollection AddComparison(this IServiceCollection services) => services.AddSingleton<RunComparison>();

    /// <summary>Maps <c>GET /api/v1/compare</c>.</summary>
    public static IEndpointRouteBuilder MapCompareApi(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/compare", AnswerAsync)
            .Does(Acts.Look)
            .WithName("CompareRuns")
            .AtOnce(most: 4, waiting: 60)
            .WithTags("Runs")
            .WithSummary("Runs side by side: figures, differences by language with intervals and tests, what they were made with")
            .WithDescription(
                $"Differences are held against the first run, {CompareQuery.MostRuns} runs at most. The runs are taken after the last stages at which all have learned the same languages; where there are none, each after its last task, and `unlike` says so. Bootstrap intervals (95 %) over captions, paired permutation tests, Holm's correction over the languages compared, and of the means over the runs."
            )
            .Produces<Comparison>(200, "application/json")
            .Produces<string>(200, "text/csv")
            .ProducesValidationProblem();
        return app;
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext context,
        RunComparison comparison,
        [Description("Ids of the runs, separated by commas; the first is the one that the others are held against")] string? runs,
        [Description("Data set id; the first that all have scores on if left out")] string? dataset,
        [Description("Protocol; the first that all have if left out")] string? protocol,
        [Description("t2i or i2t; t2i if left out")] string? direction,
        [Description("Recall at 1, 5 or 10; 1 if left out")] string? k,
        [Description(
            "same: after the last stages at which all have learned the same languages; last: each after its last task; same if left out"
        )]
            string? at,
        CancellationToken stop,
        [Description("json, or csv: the languages of each run as a table; json if left out")] string? format = null
    )
    {
        _ = (dataset, protocol, direction, k, at); // named for the API's document, read by what the page shares
        var query = CompareQuery.Read(context.Request.Query, out var errors);
        if (query.Runs.Count == 0)
        {
            errors["runs"] = ["Name the runs to compare: runs=ID,ID."];
        }
        var csv = TableAnswer.IsCsv(format, errors);
        if (errors.Count > 0)
        {
            return Problem.Fields(errors);
        }
        var answer = await comparison.CompareAsync(query, PageText.English, null, stop);
        return answer.Missing.Count > 0
                ? Problem.Fields(
                    new Dictionary<string, string[]> { ["runs"] = [.. answer.Missing.Select(id => $"There is no run '{id}'.")] }
                )
            : csv ? TableAnswer.Csv(ComparisonTable.Of(answer), "compare.csv")
            : TypedResults.Ok(answer);
    }
}
