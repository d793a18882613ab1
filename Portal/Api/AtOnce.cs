using System.Threading.RateLimiting;

namespace CllClip.Portal.Api;

/// <summary>Bounds on what is worked on at the same time.</summary>
internal static class AtOnceFilter
{
    /// <summary>
    /// So many calls of an endpoint are worked on at once and so many wait; others are told 503 with <c>Retry-After</c>. It begins once the body has come (files are
    /// kept on the disk until then), so that a slow sender takes nobody's place.
    /// </summary>
    public static RouteHandlerBuilder AtOnce(this RouteHandlerBuilder endpoint, int most, int waiting)
    {
        var room = new ConcurrencyLimiter(
            new()
            {
                PermitLimit = most,
                QueueLimit = waiting,
                QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            }
        );
        return endpoint
            .AddEndpointFilter(
                async (context, next) =>
                {
                    using var place = await room.AcquireAsync(1, context.HttpContext.RequestAborted);
                    if (place.IsAcquired)
                    {
                        return await next(context);
                    }
                    context.HttpContext.Response.Headers.RetryAfter = "5";
                    return Problem.Of(503, "The portal has its hands full", "As many ask for this as may wait. Try again in a moment.");
                }
            )
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }
}
