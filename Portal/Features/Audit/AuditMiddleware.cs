using CllClip.Portal.Access;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Features.Audit;

/// <summary>Writes down what is done over HTTP: the endpoint says what it does, its answer what came of it. No answer leaves before its line is written.</summary>
internal sealed class AuditMiddleware(RequestDelegate next, IAuditLog log)
{
    private static readonly object Nothing = new();

    /// <summary>Says that a request only looked, at an endpoint that otherwise does something.</summary>
    public static void NothingDone(HttpContext context) => context.Items[Nothing] = true;

    public async Task InvokeAsync(HttpContext context)
    {
        if (EndpointActs.Of(context) is not { Kept: true } act)
        {
            await next(context);
            return;
        }
        var caller = Caller.Of(context.User);
        var names = act == Acts.DeleteRun ? await log.NamesAsync(Targets(context)) : null;
        var written = false;
        context.Response.OnStarting(() => WriteAsync(OutcomeOf(context.Response.StatusCode)));
        var outcome = AuditOutcome.Failed;
        try
        {
            await next(context);
            outcome = OutcomeOf(context.Response.StatusCode);
        }
        finally
        {
            await WriteAsync(outcome); // whoever went away got no answer
        }

        Task WriteAsync(AuditOutcome came)
        {
            if (written || context.Items.ContainsKey(Nothing))
            {
                return Task.CompletedTask;
            }
            written = true;
            return log.WriteAsync(caller, act, came, came == AuditOutcome.Done ? Made(context) : Targets(context), names);
        }
    }

    /// <summary>Id of what a request is about, as its address names it.</summary>
    public static IReadOnlyCollection<string> Targets(HttpContext context) =>
        context.Request.RouteValues.TryGetValue("id", out var id) && id is string { Length: > 0 } text ? [text] : [];

    /// <summary>The same, or the id of what was made: /api/v1/THINGS/ID.</summary>
    private static IReadOnlyCollection<string> Made(HttpContext context) =>
        Targets(context) is { Count: > 0 } targets ? targets
        : context.Response.Headers.Location.ToString().Split('/') is [_, "api", _, _, { Length: > 0 } id, ..] ? [Uri.UnescapeDataString(id)]
        : [];

    internal static AuditOutcome OutcomeOf(int status) =>
        status switch
        {
            < 400 => AuditOutcome.Done,
            401 or 403 => AuditOutcome.Refused,
            404 => AuditOutcome.Missing,
            409 or 423 => AuditOutcome.Conflict,
            400 or 411 or 412 or 413 or 415 or 422 => AuditOutcome.Invalid,
            _ => AuditOutcome.Failed,
        };
}
