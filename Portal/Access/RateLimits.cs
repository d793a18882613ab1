using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using CllClip.Portal.Api;

namespace CllClip.Portal.Access;

/// <summary>Keeps one caller from taking the portal away from the others. On loopback there are no others.</summary>
internal static class RateLimits
{
    public static IServiceCollection AddRateLimits(this IServiceCollection services) =>
        services.AddRateLimiter(limits =>
        {
            limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(Partition);
            limits.OnRejected = (rejected, _) => new ValueTask(RefuseAsync(rejected.HttpContext, rejected.Lease));
        });

    internal static Task RefuseAsync(HttpContext context, RateLimitLease lease)
    {
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return AccessAnswers.AnswerAsync(context, 429, "Too many requests", "Wait a moment and try again.");
    }

    /// <summary>The caller's address; IPv6 by its network, which is what one caller is given.</summary>
    internal static string Caller(HttpContext context) => Network(context.Connection.RemoteIpAddress);

    /// <inheritdoc cref="Caller"/>
    internal static string Network(IPAddress? address)
    {
        if (address is null or { IsIPv4MappedToIPv6: false, AddressFamily: not System.Net.Sockets.AddressFamily.InterNetworkV6 })
        {
            return address?.ToString() ?? "";
        }
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString() : Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8));
    }

    /// <summary>The caller's whole address, as the audit log keeps it.</summary>
    internal static string Address(HttpContext context) =>
        context.Connection.RemoteIpAddress is not { } address ? ""
        : address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString()
        : address.ToString();

    private static RateLimitPartition<string> Partition(HttpContext context)
    {
        var request = context.Request;
        if (!context.RequestServices.GetRequiredService<AccessGate>().AddressesTell)
        {
            return RateLimitPartition.GetNoLimiter("");
        }
        var caller = Caller(context);
        if (ConnectionMiddleware.IsPage(context))
        {
            return Bucket($"page {caller}", burst: 200, perSecond: 20); // a page is drawn before it is sent
        }
        if (!request.Path.StartsWithSegments("/api"))
        {
            return RateLimitPartition.GetNoLimiter("");
        }
        var changes = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);
        if (request.Path.StartsWithSegments("/api/v1/uploads"))
        {
            return Bucket($"upload {caller}", burst: 300, perSecond: 50); // a fast line sends many chunks a second
        }
        return request.Path.StartsWithSegments("/api/v1/search")
            ? (changes ? Bucket($"image {caller}", burst: 10, perSecond: 2) : Bucket($"search {caller}", burst: 100, perSecond: 20))
            : (changes ? Bucket($"change {caller}", burst: 200, perSecond: 10) : Bucket($"look {caller}", burst: 300, perSecond: 50));
    }

    private static RateLimitPartition<string> Bucket(string key, int burst, int perSecond) =>
        RateLimitPartition.GetTokenBucketLimiter(
            key,
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = burst,
                TokensPerPeriod = perSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            }
        );
}
