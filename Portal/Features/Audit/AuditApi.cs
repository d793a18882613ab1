using System.ComponentModel;
using System.Globalization;
using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Storage;
using Microsoft.AspNetCore.Mvc;

namespace CllClip.Portal.Features.Audit;

/// <summary>The audit log over HTTP, and its services.</summary>
public static class AuditApi
{
    /// <exception cref="Engine.EngineException">A setting is wrong.</exception>
    public static IServiceCollection AddAudit(this IServiceCollection services, IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton((settings.GetSection(AuditOptions.Section).Get<AuditOptions>() ?? new()).Check());
        services.AddSingleton<IAuditLog, AuditLog>();
        services.AddSingleton<AuditQueries>();
        services.AddSingleton<AuditRetention>();
        services.AddHostedService(s => s.GetRequiredService<AuditRetention>());
        return services.AddScoped<IAuditDesk, AuditDesk>();
    }

    /// <summary>Maps <c>GET /api/v1/audit</c>.</summary>
    public static IEndpointRouteBuilder MapAuditApi(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/audit", ListAsync)
            .WithTags("Audit")
            .Does(Acts.SeeAudit)
            .WithName("ListAudit")
            .WithSummary("Who did what, the newest first: actions, sign-ins and what was refused")
            .WithDescription("With format=csv the same lines as a table. Lines never hold tokens, captions or what was sent.")
            .Produces<AuditPageOfLines>()
            .Produces<string>(StatusCodes.Status200OK, "text/csv")
            .ProducesValidationProblem();
        return app;
    }

    private static async Task<IResult> ListAsync([AsParameters] AuditParameters given, AuditQueries queries, CancellationToken stop)
    {
        var errors = new Dictionary<string, string[]>();
        var filter = given.ToFilter(errors);
        if (errors.Count > 0)
        {
            return Problem.Fields(errors);
        }
        var lines = await queries.ListAsync(filter, stop);
        return given.Format == "csv" ? TableAnswer.Csv(AuditLine.Table(lines.Items), "audit.csv") : TypedResults.Ok(lines);
    }
}

/// <summary>The parameters of <c>GET /api/v1/audit</c> as they come: texts, so that every wrong one can be named.</summary>
internal sealed record AuditParameters
{
    private const int Usual = 50;
    private const int MostAtOnce = 10_000;
    private const int LongestText = 200;

    [FromQuery(Name = "who"), Description("Name of a token, anonymous, or this machine; all if left out")]
    public string? Who { get; init; }

    [FromQuery(Name = "what"), Description("An act such as run.launch, or what several begin with, such as run; all if left out")]
    public string? What { get; init; }

    [FromQuery(Name = "outcome"), Description("done, refused, invalid, missing, conflict or failed; all if left out")]
    public string? Outcome { get; init; }

    [FromQuery(Name = "target"), Description("Id of what it was done to, or a part of a run's name; all if left out")]
    public string? Target { get; init; }

    [FromQuery(Name = "since"), Description("First day or moment, ISO 8601, UTC where it names no zone; all if left out")]
    public string? Since { get; init; }

    [FromQuery(Name = "sort"), Description("at, who, address, what, target or outcome; at if left out")]
    public string? Sort { get; init; }

    [FromQuery(Name = "order"), Description("asc or desc; desc if left out")]
    public string? Order { get; init; }

    [FromQuery(Name = "skip"), Description("Number of lines to leave out at the beginning; 0 if left out")]
    public string? Skip { get; init; }

    [FromQuery(Name = "take"), Description("Most lines in the answer, 0 to 10000; 50 if left out")]
    public string? Take { get; init; }

    [FromQuery(Name = "format"), Description("json or csv; json if left out")]
    public string? Format { get; init; }

    public AuditFilter ToFilter(Dictionary<string, string[]> errors)
    {
        _ = OneOf(errors, "format", Format, ["json", "csv"]);
        return new AuditFilter
        {
            Who = Words(errors, "who", Who),
            What = Words(errors, "what", What),
            Target = Words(errors, "target", Target),
            Outcome = string.IsNullOrEmpty(Outcome)
                ? null
                : Enum.Parse<AuditOutcome>(
                    OneOf(errors, "outcome", Outcome, [.. Enum.GetNames<AuditOutcome>().Select(n => n.ToLowerInvariant())]),
                    true
                ),
            Since = SinceOf(errors),
            Sort = OneOf(errors, "sort", Sort, [.. AuditFilter.Sorts]),
            Descending = OneOf(errors, "order", Order, ["desc", "asc"]) == "desc",
            Skip = Number(errors, "skip", Skip, 0, int.MaxValue),
            Take = Number(errors, "take", Take, Usual, MostAtOnce),
        };
    }

    private DateTime? SinceOf(Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrEmpty(Since))
        {
            return null;
        }
        if (
            DateTime.TryParse(
                Since,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var since
            )
        )
        {
            return since;
        }
        errors["since"] = ["Must be a day or a moment, such as 2026-11-24 or 2026-11-24T08:00:00Z."];
        return null;
    }

    private static string? Words(Dictionary<string, string[]> errors, string field, string? value)
    {
        if (value is { Length: > LongestText })
        {
            errors[field] = [$"Longer than {LongestText} characters."];
        }
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    private static string OneOf(Dictionary<string, string[]> errors, string field, string? value, string[] choices)
    {
        if (string.IsNullOrEmpty(value) || choices.Contains(value))
        {
            return string.IsNullOrEmpty(value) ? choices[0] : value;
        }
        errors[field] = [$"Choose one of: {string.Join(", ", choices)}."];
        return choices[0];
    }

    private static int Number(Dictionary<string, string[]> errors, string field, string? value, int usual, int most)
    {
        if (string.IsNullOrEmpty(value))
        {
            return usual;
        }
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most)
        {
            return number;
        }
        errors[field] = [$"Must be a whole number from 0 to {most}."];
        return usual;
    }
}
