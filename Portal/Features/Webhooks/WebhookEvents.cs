using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Webhooks;

/// <summary>What webhooks are told of, and how a message is signed.</summary>
public static class WebhookEvents
{
    public const string SignatureHeader = "X-CllClip-Signature";
    public const string TimestampHeader = "X-CllClip-Timestamp";
    public const string EventHeader = "X-CllClip-Event";
    public const string DeliveryHeader = "X-CllClip-Delivery";

    public const string Completed = "run.completed";
    public const string Failed = "run.failed";
    public const string Stopped = "run.stopped";

    /// <summary>A message of no run, sent when somebody tries a webhook; it is not among those that are chosen.</summary>
    public const string Ping = "ping";

    /// <summary>All events.</summary>
    public static IReadOnlyList<string> All { get; } = [Completed, Failed, Stopped];

    /// <summary>The event of a state that ends a run; null for states that do not.</summary>
    public static string? Of(RunState state) =>
        state switch
        {
            RunState.Completed => Completed,
            RunState.Failed => Failed,
            RunState.Stopped => Stopped,
            _ => null,
        };

    /// <summary>
    /// The signature header's value: HMAC-SHA256 over timestamp, a dot and the raw body, keyed with the secret. The timestamp is signed too, so that an old message
    /// cannot be sent again as a new one.
    /// </summary>
    /// <param name="secret">The webhook's secret, as UTF-8.</param>
    /// <param name="timestamp">Seconds since 1970, as in the timestamp header.</param>
    /// <param name="body">The raw body.</param>
    public static string Sign(string secret, long timestamp, string body) =>
        "sha256="
        + Convert.ToHexStringLower(
            HMACSHA256.HashData(
                Encoding.UTF8.GetBytes(secret),
                Encoding.UTF8.GetBytes(timestamp.ToString(CultureInfo.InvariantCulture) + "." + body)
            )
        );

    /// <summary>The body of a message.</summary>
    internal static string Body(string name, RunView? run, DateTime at, string deliveryId) =>
        JsonSerializer.Serialize(new WebhookMessage(name, run, at, deliveryId), JsonSerializerOptions.Web);
}

/// <summary>The body of a message, as it is sent.</summary>
/// <param name="Event"><c>run.completed</c>, <c>run.failed</c>, <c>run.stopped</c> or <c>ping</c>.</param>
/// <param name="Run">The run, as <c>GET /api/v1/runs/{id}</c> gives it; null of a ping.</param>
/// <param name="At">When it ended (UTC).</param>
/// <param name="DeliveryId">Equal for every attempt of one message: a receiver takes each once.</param>
public sealed record WebhookMessage(string Event, RunView? Run, DateTime At, string DeliveryId);
