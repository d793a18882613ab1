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

    /// <summary>Finds whose a caller's proof is, if the caller has not been wrong too often.</summary>
    /// <returns>The key, null where the proof is nobody's; and whether it was looked at.</returns>
    public (TokenKey? Key, bool Looked) Try(HttpContext context, Func<TokenKey?> find)
    {
        using (var free = _wrong.AttemptAcquire(context, 0))
        {
            if (!free.IsAcquired)
            {
                return (null, false);
            }
        }
        if (find() is { } key)
        {
            return (key, true);
        }
        _wrong.AttemptAcquire(context).Dispose();
        return (null, true);
    }

    public void Dispose() => _wrong.Dispose();
}
