using System.Threading.RateLimiting;

namespace CllClip.Portal.Access;

/// <summary>Counts wrong tokens by caller: after some in a minute not even the right one is looked at, so that a short token cannot be guessed.</summary>
internal sealed class TokenAttempts : IDisposable
{
    private readonly PartitionedRateLimiter<HttpContext> _wrong = PartitionedRateLimiter.Create<HttpContext, string>(context =>
        RateLimitPartition.GetFixedWindowLimiter(
            RateLimits.Caller(context),
            _ => new FixedWindowRateLimiterOptions { PermitLimit = 20, Window = TimeSpan.FromMinutes(1) }
        )
    );

    /// <summary>Compares what a caller gave as proof, if the caller has not been wrong too often. Null: it was not looked at.</summary>
    public bool? Try(HttpContext context, Func<bool> compare)
    {
        using (var free = _wrong.AttemptAcquire(context, 0))
        {
            if (!free.IsAcquired)
            {
                return null;
            }
        }
        if (compare())
        {
            return true;
        }
        _wrong.AttemptAcquire(context).Dispose();
        return false;
    }

    public void Dispose() => _wrong.Dispose();
}
