using Microsoft.AspNetCore.Mvc;

namespace CllClip.Portal.Api;

/// <summary>Errors as RFC 9457 problem details.</summary>
internal static class Problem
{
    public static IResult Of(int status, string title, string? detail = null) =>
        TypedResults.Problem(
            new ProblemDetails
            {
                Status = status,
                Title = title,
                Detail = detail,
            }
        );

    /// <summary>400 with every wrong field named.</summary>
    public static IResult Fields(IEnumerable<KeyValuePair<string, string[]>> errors) =>
        TypedResults.ValidationProblem(errors, title: "The request has wrong fields.");

    /// <summary>415: a body of another type than the endpoint reads.</summary>
    public static IResult NotJson() =>
        Of(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON", "Send it with 'Content-Type: application/json'.");

    public static IResult NotFound(string what, string id) => Of(404, "Not found", $"There is no {what} '{Shorten(id)}'.");

    public static IResult Conflict(string? reason) => Of(409, "Not possible in this state", reason);

    private static string Shorten(string id) => id.Length > 100 ? id[..100] + "…" : id;
}
