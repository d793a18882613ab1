namespace CllClip.Portal.Storage;

/// <summary>An address that is told of the end of runs.</summary>
public sealed class WebhookEntity
{
    public required string Id { get; set; }
    public required string Url { get; set; }

    /// <summary>What messages are signed with, protected by the portal's keys.</summary>
    public required string ProtectedSecret { get; set; }

    /// <summary>Events that it is told of.</summary>
    public required IReadOnlyList<string> Events { get; set; }
    public DateTime CreatedAt { get; set; }
}

/// <summary>Where a message stands.</summary>
public enum DeliveryState
{
    /// <summary>Waits for its first or next attempt.</summary>
    Waiting,

    /// <summary>The receiver took it.</summary>
    Delivered,

    /// <summary>Given up.</summary>
    Failed,
}

/// <summary>A message to one webhook: written with the run's end in one transaction, so that none is lost whenever the process ends.</summary>
public sealed class WebhookDeliveryEntity
{
    public required string Id { get; set; }
    public required string WebhookId { get; set; }
    public required string Event { get; set; }
    public required string RunId { get; set; }

    /// <summary>The raw body, the same for every attempt.</summary>
    public required string Body { get; set; }
    public DeliveryState State { get; set; }
    public int Attempts { get; set; }
    public DateTime CreatedAt { get; set; }

    /// <summary>When it is tried next.</summary>
    public DateTime DueAt { get; set; }

    /// <summary>When it was tried last.</summary>
    public DateTime? TriedAt { get; set; }

    /// <summary>HTTP status of the last attempt; null without an answer.</summary>
    public int? Status { get; set; }

    /// <summary>Why the last attempt failed.</summary>
    public string? Error { get; set; }
}
