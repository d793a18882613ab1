using System.ComponentModel;
using System.Text.Json;
using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using RequestSizeLimitAttribute = Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute;

namespace CllClip.Portal.Features.Webhooks;

/// <summary>Webhooks over HTTP, and their services.</summary>
public static class WebhooksApi
{
    private const int LargestRequest = 64 * 1024;
    private const int MostDeliveries = 200;
    private const int UsualDeliveries = 50;
    private const string IdHelp = "Id of the webhook";

    /// <summary>Stores messages for the end of runs; whoever sends them may be another process.</summary>
    public static IServiceCollection AddWebhookOutbox(this IServiceCollection services)
    {
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<WebhookRegistrar>();
        services.AddSingleton<WebhookOutbox>();
        return services.AddSingleton<IRunEndings>(s => s.GetRequiredService<WebhookOutbox>());
    }

    /// <summary>Outbox and sender; comes after the jobs.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services, IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton((settings.GetSection(WebhookDeliveryOptions.Section).Get<WebhookDeliveryOptions>() ?? new()).Check());
        services.AddWebhookOutbox();
        services.AddScoped<WebhookDesk>();
        services.AddHostedService<WebhookSender>();
        return services;
    }

    /// <summary>Maps <c>/api/v1/webhooks</c>.</summary>
    public static IEndpointRouteBuilder MapWebhooksApi(this IEndpointRouteBuilder app)
    {
        var webhooks = app.MapGroup("/api/v1/webhooks").WithTags("Webhooks");
        webhooks
            .MapGet("", ListAsync)
            .Does(Acts.Look)
            .WithName("ListWebhooks")
            .WithSummary("The webhooks, without their secrets; whole addresses only for admins")
            .Produces<IReadOnlyList<WebhookResponse>>();
        webhooks
            .MapPost("", AddAsync)
            .Does(Acts.AddWebhook)
            .WithName("AddWebhook")
            .WithSummary("Has an address told of the end of runs; the answer is the only one that shows the secret")
            .WithDescription(
                "Messages are signed: X-CllClip-Signature is sha256= and the HMAC-SHA256 of timestamp, a dot and the raw body, keyed with the secret. "
                    + "Addresses of this machine and of private networks are told only where the settings allow it."
            )
            .Accepts<WebhookRequest>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(LargestRequest))
            .Produces<WebhookResponse>(StatusCodes.Status201Created)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        webhooks
            .MapDelete("/{id}", RemoveAsync)
            .Does(Acts.RemoveWebhook)
            .WithName("RemoveWebhook")
            .WithSummary("Forgets a webhook with its deliveries; those of the settings stay")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        webhooks
            .MapPost("/{id}/ping", PingAsync)
            .Does(Acts.PingWebhook)
            .WithName("PingWebhook")
            .WithSummary("Sends a message of no run, to try the receiver; its deliveries say what came of it")
            .Produces<WebhookResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound);
        webhooks
            .MapGet("/{id}/deliveries", DeliveriesAsync)
            .Does(Acts.Look)
            .WithName("ListDeliveries")
            .WithSummary("What a webhook was told, newest first: state, attempts, last answer")
            .Produces<IReadOnlyList<DeliveryResponse>>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound);
        return app;
    }

    private static async Task<IResult> ListAsync(WebhookStore store, HttpContext http, CancellationToken stop) =>
        TypedResults.Ok<IReadOnlyList<WebhookResponse>>([
            .. (await store.ListAsync(stop)).Select(w => WebhookResponse.Of(w, whole: Caller.Of(http.User).May(Acts.AddWebhook))),
        ]);

    private static async Task<IResult> AddAsync(HttpRequest http, WebhookRegistrar registrar, CancellationToken stop)
    {
        if (!http.HasJsonContentType())
        {
            return Problem.NotJson();
        }
        WebhookRequest? request;
        try
        {
            request = await JsonSerializer.DeserializeAsync<WebhookRequest>(http.Body, Strict, stop);
        }
        catch (JsonException error)
        {
            return Problem.Fields(
                new Dictionary<string, string[]>
                {
                    [error.Path?.TrimStart('$', '.') is { Length: > 0 } field ? field : "body"] =
                    [
                        "This is not as expected: an object with url (text), events (list of texts, may be left out) and secret (text, may be left out).",
                    ],
                }
            );
        }
        var made = await registrar.RegisterAsync(request, stop);
        if (made.Errors.Count > 0)
        {
            return Problem.Fields(made.Errors);
        }
        if (made.Webhook is not { } webhook)
        {
            return Problem.Conflict(made.Refused!);
        }
        http.HttpContext.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created(
            $"/api/v1/webhooks/{webhook.Id}/deliveries",
            WebhookResponse.Of(webhook, whole: true) with
            {
                Secret = made.Secret,
            }
        );
    }

    private static async Task<IResult> RemoveAsync([Description(IdHelp)] string id, WebhookStore store, CancellationToken stop) =>
        (await store.ListAsync(stop)).Any(w => w.Id == id && w.OfSettings)
            ? Problem.Conflict("This webhook stands in the portal's settings (CllClip:Webhooks). Remove it there.")
        : await store.RemoveAsync(id, stop) ? TypedResults.NoContent()
        : Problem.NotFound("webhook", id);

    private static async Task<IResult> PingAsync(
        [Description(IdHelp)] string id,
        WebhookStore store,
        WebhookOutbox outbox,
        CancellationToken stop
    ) =>
        (await store.ListAsync(stop)).FirstOrDefault(w => w.Id == id) is { } webhook && await outbox.PingAsync(id, stop)
            ? TypedResults.Accepted($"/api/v1/webhooks/{id}/deliveries", WebhookResponse.Of(webhook, whole: true))
            : Problem.NotFound("webhook", id);

    private static async Task<IResult> DeliveriesAsync(
        [Description(IdHelp)] string id,
        WebhookStore store,
        CancellationToken stop,
        [Description("Most deliveries in the answer, 1 to 200; 50 if left out")] string? take = null
    )
    {
        var most = UsualDeliveries;
        if (!string.IsNullOrEmpty(take) && (!int.TryParse(take, out most) || most is < 1 or > MostDeliveries))
        {
            return Problem.Fields(new Dictionary<string, string[]> { ["take"] = [$"Must be a whole number from 1 to {MostDeliveries}."] });
        }
        return (await store.ListAsync(stop)).Any(w => w.Id == id)
            ? TypedResults.Ok<IReadOnlyList<DeliveryResponse>>([
                .. (await store.DeliveriesAsync(id, most, stop)).Select(DeliveryResponse.Of),
            ])
            : Problem.NotFound("webhook", id);
    }

    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        PropertyNameCaseInsensitive = false,
    };
}

/// <summary>An address that is to be told of the end of runs.</summary>
public sealed record WebhookRequest
{
    /// <summary>Address that is told by POST, http or https.</summary>
    public string? Url { get; init; }

    /// <summary>What messages are signed with, 16 to 200 characters; made if left out. Shown in this answer and never again.</summary>
    public string? Secret { get; init; }

    /// <summary><c>run.completed</c>, <c>run.failed</c>, <c>run.stopped</c>; all if left out.</summary>
    public IReadOnlyList<string>? Events { get; init; }
}

/// <summary>A webhook.</summary>
public sealed record WebhookResponse
{
    /// <summary>Opaque identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Address that is told; for those who may not add webhooks only its scheme and host.</summary>
    public required string Url { get; init; }

    /// <summary>Events that it is told of.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>When it was registered (UTC); null if it stands in the settings.</summary>
    public DateTime? CreatedAt { get; init; }

    /// <summary>Whether it stands in the settings and can only be removed there.</summary>
    public bool OfSettings { get; init; }

    /// <summary>The secret, in the answer to registering alone.</summary>
    public string? Secret { get; init; }

    internal static WebhookResponse Of(Webhook webhook, bool whole) =>
        new()
        {
            Id = webhook.Id,
            Url = whole ? webhook.Url : new Uri(webhook.Url).GetLeftPart(UriPartial.Authority),
            Events = webhook.Events,
            CreatedAt = webhook.CreatedAt,
            OfSettings = webhook.OfSettings,
        };
}

/// <summary>What came of a message.</summary>
public sealed record DeliveryResponse
{
    /// <summary>The message's <c>deliveryId</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What it is of.</summary>
    public required string Event { get; init; }

    /// <summary>The run; empty of a ping.</summary>
    public required string RunId { get; init; }

    /// <summary><c>waiting</c>, <c>delivered</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>Attempts so far.</summary>
    public int Attempts { get; init; }

    /// <summary>When the run ended (UTC).</summary>
    public DateTime CreatedAt { get; init; }

    /// <summary>When it was tried last (UTC); null before the first attempt.</summary>
    public DateTime? TriedAt { get; init; }

    /// <summary>When it is tried next (UTC); null if it is not.</summary>
    public DateTime? NextAt { get; init; }

    /// <summary>HTTP status of the last attempt; null without an answer.</summary>
    public int? Status { get; init; }

    /// <summary>Why the last attempt failed; null if it did not.</summary>
    public string? Error { get; init; }

    internal static DeliveryResponse Of(WebhookDeliveryEntity delivery) =>
        new()
        {
            Id = delivery.Id,
            Event = delivery.Event,
            RunId = delivery.RunId,
            State = delivery.State.ToString().ToLowerInvariant(),
            Attempts = delivery.Attempts,
            CreatedAt = delivery.CreatedAt,
            TriedAt = delivery.TriedAt,
            NextAt = delivery.State == DeliveryState.Waiting ? delivery.DueAt : null,
            Status = delivery.Status,
            Error = delivery.Error,
        };
}
