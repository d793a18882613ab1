using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Components.Endpoints;

namespace CllClip.Portal.Access;

/// <summary>What stays open as long as somebody is there.</summary>
internal enum OpenKind
{
    /// <summary>A page in a browser.</summary>
    Page,

    /// <summary>A program at the hub.</summary>
    Listener,
}

/// <summary>Counts what is open, in all and by address, and says when there is no room for more.</summary>
internal sealed partial class OpenConnections : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly AccessGate _gate;
    private readonly TimeProvider _time;
    private readonly ILogger<OpenConnections> _log;
    private readonly Dictionary<OpenKind, (ConcurrencyLimiter All, PartitionedRateLimiter<string> Each, int Most)> _rooms;
    private long _told;

    public OpenConnections(LimitOptions options, AccessGate gate, TimeProvider time, ILogger<OpenConnections> log)
    {
        (_gate, _time, _log) = (gate, time, log);
        _rooms = new()
        {
            [OpenKind.Page] = (new(At(options.Pages)), Each(options.PagesPerAddress), options.Pages),
            [OpenKind.Listener] = (new(At(options.Listeners)), Each(options.ListenersPerAddress), options.Listeners),
        };
    }

    /// <summary>Takes a place; to be given back by disposing. Null where there is none, and then the status of the answer.</summary>
    /// <param name="kind">What is to stay open.</param>
    /// <param name="address">Whose it is.</param>
    /// <param name="refusal">503 where the portal is full, 429 where this address has enough.</param>
    public IDisposable? Enter(OpenKind kind, string address, out int refusal)
    {
        refusal = 0;
        var (all, each, most) = _rooms[kind];
        var place = all.AttemptAcquire();
        if (!place.IsAcquired)
        {
            place.Dispose();
            refusal = StatusCodes.Status503ServiceUnavailable;
            Tell(kind, most);
            return null;
        }
        if (!_gate.AddressesTell)
        {
            return place;
        }
        var own = each.AttemptAcquire(address);
        if (!own.IsAcquired)
        {
            own.Dispose();
            place.Dispose();
            refusal = StatusCodes.Status429TooManyRequests;
            return null;
        }
        return new Both(place, own);
    }

    public void Dispose()
    {
        foreach (var (all, each, _) in _rooms.Values)
        {
            all.Dispose();
            each.Dispose();
        }
    }

    private void Tell(OpenKind kind, int most)
    {
        var (now, told) = (_time.GetTimestamp(), Interlocked.Read(ref _told));
        if ((told == 0 || _time.GetElapsedTime(told, now) > Quiet) && Interlocked.CompareExchange(ref _told, now, told) == told)
        {
            LogFull(most, kind == OpenKind.Page ? "pages" : "listeners", $"{LimitOptions.Section}:{kind}s");
        }
    }

    private static ConcurrencyLimiterOptions At(int most) => new() { PermitLimit = most, QueueLimit = 0 };

    private static PartitionedRateLimiter<string> Each(int most) =>
        PartitionedRateLimiter.Create<string, string>(address => RateLimitPartition.GetConcurrencyLimiter(address, _ => At(most)));

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Most} {What} are open, as many as {Setting} allows: others are refused")]
    private partial void LogFull(int most, string what, string setting);

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            second.Dispose();
            first.Dispose();
        }
    }
}

/// <summary>Keeps a place for every connection that stays open, and refuses pages before they are drawn where none is free for theirs.</summary>
internal sealed class ConnectionMiddleware(RequestDelegate next, OpenConnections open)
{
    private const string Circuits = "/_blazor";
    private const string Hub = "/hubs/runs";
    private const string Negotiate = "/negotiate";

    /// <summary>Whether a request asks for a page, or for the connection of one.</summary>
    public static bool IsPage(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null
        || Plain(context.Request).Equals(Circuits + Negotiate, StringComparison.OrdinalIgnoreCase);

    public async Task InvokeAsync(HttpContext context)
    {
        if (KindOf(context) is not ({ } kind, var stays))
        {
            await next(context);
            return;
        }
        if (stays && kind == OpenKind.Page && !context.WebSockets.IsWebSocketRequest)
        {
            // Between two long polls a page would be kept without a place.
            await AccessAnswers.AnswerAsync(
                context,
                400,
                "A WebSocket is needed",
                "Pages are connected by WebSockets alone; have the proxy pass them."
            );
            return;
        }
        using var place = open.Enter(kind, RateLimits.Caller(context), out var refusal);
        if (place is null)
        {
            await RefuseAsync(context, kind, refusal);
            return;
        }
        if (!stays)
        {
            place.Dispose(); // there is room; the connection that follows takes it
        }
        await next(context);
    }

    private static (OpenKind? Kind, bool Stays) KindOf(HttpContext context)
    {
        var path = Plain(context.Request);
        return path.Equals(Circuits, StringComparison.OrdinalIgnoreCase) ? (OpenKind.Page, true)
            : path.Equals(Hub, StringComparison.OrdinalIgnoreCase) && !HttpMethods.IsPost(context.Request.Method)
                ? (OpenKind.Listener, true)
            : path.Equals(Hub + Negotiate, StringComparison.OrdinalIgnoreCase) ? (OpenKind.Listener, false)
            : IsPage(context) ? (OpenKind.Page, false)
            : (null, false);
    }

    /// <summary>The path as routing takes it, which does not mind a slash at the end.</summary>
    private static string Plain(HttpRequest request) => (request.Path.Value ?? "").TrimEnd('/');

    private static Task RefuseAsync(HttpContext context, OpenKind kind, int status)
    {
        context.Response.Headers.RetryAfter = "30";
        var (things, full) = (kind == OpenKind.Page ? "pages" : "listeners", status == StatusCodes.Status503ServiceUnavailable);
        return AccessAnswers.AnswerAsync(
            context,
            status,
            full ? "The portal is full" : "Too many at once",
            full
                ? $"As many {things} are open as the portal keeps. Try again in half a minute (a browser does so by itself); search, scores and downloads of the API go on meanwhile."
                : $"From your address as many {things} are open as one address may have. Close some, then try again."
        );
    }
}
