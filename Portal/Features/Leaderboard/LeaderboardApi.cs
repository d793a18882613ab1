using System.ComponentModel;
using System.Text;
using CllClip.Portal.Access;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Results;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>The leaderboard's services and its address in the HTTP API.</summary>
public static class LeaderboardApi
{
    private static readonly string[] Formats = ["json", "csv", "latex", "html"];

    public static IServiceCollection AddLeaderboard(this IServiceCollection services)
    {
        services.AddSingleton<IOwnResults, StoredResults>();
        services.AddSingleton<LeaderboardService>();
        services.AddHostedService<LeaderboardWarmUp>();
        return services;
    }

    /// <summary>Maps <c>GET /api/v1/leaderboard</c>.</summary>
    public static IEndpointRouteBuilder MapLeaderboardApi(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/leaderboard", AnswerAsync)
            .Does(Acts.Look)
            .WithName("GetLeaderboard")
            .WithTags("Leaderboard")
            .WithSummary("Method x language rankings: own runs and published results, never ranked together where protocols differ")
            .Produces<LeaderboardResponse>(200, "application/json")
            .ProducesValidationProblem();
        return app;
    }

    // The parameters are named for the API's document; what they say is read by BoardLink, which the page shares.
    private static async Task<IResult> AnswerAsync(
        HttpContext context,
        LeaderboardService leaderboard,
        TimeProvider clock,
        [Description("Data set id; all if left out")] string? dataset,
        [Description("t2i or i2t; t2i if left out")] string? direction,
        [Description("Protocol; each data set's headline protocol if left out")] string? protocol,
        [Description(
            "Codes that means are taken over, separated by commas, or a preset such as script-latin or resource-low; all if left out"
        )]
            string? languages,
        [Description("json, csv, latex or html (a report in one file); json if left out")] string? format,
        [Description("Recall at 1, 5 or 10; 1 if left out")] string? k,
        [Description("last: after the last task; own: right after each language's own task")] string? at,
        [Description("Definition of forgetting: paper, mammoth or avalanche; paper if left out")] string? metric,
        [Description("What AR is drawn against in format=html: forgetting, time, memory or vocabulary; none if left out")] string? plot,
        [Description("own, published or imported; all if left out")] string? source,
        [Description("Method id")] string? method,
        [Description("true or false: rows with or without TEIR")] string? teir,
        [Description("Text that the row's name holds")] string? text,
        [Description("true: also runs that stopped or failed, which are never ranked; false if left out")] string? stopped,
        [Description("rank, name, average, forgetting, forgetting-en or a language code")] string? sort,
        [Description("asc or desc")] string? order,
        CancellationToken stop
    )
    {
        _ = (dataset, direction, protocol, languages, k, at, metric, plot, source, method, teir, text, stopped, sort, order);
        var (board, _, errors) = await leaderboard.AnswerAsync(context.Request.Query.Where(p => p.Key != "format"), stop);
        var kind = string.IsNullOrEmpty(format) ? "json" : format;
        if (!Formats.Contains(kind))
        {
            errors["format"] = [$"Unknown format '{kind}'. Choose one of: {string.Join(", ", Formats)}."];
        }
        return errors.Count > 0 ? TypedResults.ValidationProblem(errors, title: "The request has wrong fields.")
            : kind == "csv" ? File(BoardExport.Csv(board), "text/csv", board.Query, "csv")
            : kind == "latex" ? File(BoardExport.Latex(board), "application/x-tex", board.Query, "tex")
            : kind == "html" ? File(BoardReport.Html(board, Origin(context.Request), clock.GetUtcNow()), "text/html", board.Query, "html")
            : TypedResults.Ok(LeaderboardResponse.Of(board));
    }

    private static string Origin(HttpRequest request) => $"{request.Scheme}://{request.Host}{request.PathBase}";

    private static FileContentHttpResult File(string text, string type, BoardQuery query, string ending) =>
        TypedResults.File(
            Encoding.UTF8.GetBytes(text),
            type + "; charset=utf-8",
            $"leaderboard-{query.Dataset ?? "all"}-{RetrievalChoices.Code(query.Direction)}-r{query.K}.{ending}"
        );
}
