using CllClip.Engine;

namespace CllClip.Portal.Features.Webhooks;

/// <summary>A webhook of the settings (<c>CllClip:Webhooks:0:Url</c> and so on).</summary>
public sealed class WebhookSetting
{
    /// <summary>Address that is told, http or https.</summary>
    public string Url { get; set; } = "";

    /// <summary>What messages are signed with; at least 16 characters.</summary>
    public string Secret { get; set; } = "";

    /// <summary>Events it is told of; all if empty.</summary>
    public IList<string> Events { get; } = [];
}

/// <summary>The settings <c>CllClip:WebhookDelivery</c>: where messages may go, and how long the portal tries.</summary>
public sealed class WebhookDeliveryOptions
{
    public const string Section = "CllClip:WebhookDelivery";
    public const string WebhooksSection = "CllClip:Webhooks";

    /// <summary>Whether addresses of private networks (10.x, 172.16.x, 192.168.x, 100.64.x, fc00::) may be told. They are what the portal's machine can reach and its users perhaps cannot.</summary>
    public bool AllowPrivateNetworks { get; set; }

    /// <summary>Whether the portal's own machine may be told.</summary>
    public bool AllowLoopback { get; set; }

    /// <summary>Seconds until an attempt without an answer has failed.</summary>
    public double TimeoutSeconds { get; set; } = 10;

    /// <summary>Attempts until a message is given up.</summary>
    public int MostAttempts { get; set; } = 8;

    /// <summary>Seconds until the second attempt; each further wait is four times as long, at most six hours.</summary>
    public double FirstWaitSeconds { get; set; } = 10;

    /// <exception cref="EngineException">A setting cannot be used; the message names it.</exception>
    public WebhookDeliveryOptions Check() =>
        TimeoutSeconds is < 0.1 or > 60 ? throw new EngineException($"The setting {Section}:TimeoutSeconds must be between 0.1 and 60.")
        : MostAttempts is < 1 or > 20 ? throw new EngineException($"The setting {Section}:MostAttempts must be between 1 and 20.")
        : FirstWaitSeconds is < 0.1 or > 3600
            ? throw new EngineException($"The setting {Section}:FirstWaitSeconds must be between 0.1 and 3600.")
        : this;

    /// <summary>How long to wait after an attempt that failed.</summary>
    /// <param name="attempts">Attempts so far, from 1.</param>
    public TimeSpan WaitAfter(int attempts) =>
        TimeSpan.FromSeconds(Math.Min(FirstWaitSeconds * Math.Pow(4, attempts - 1), TimeSpan.FromHours(6).TotalSeconds));
}
