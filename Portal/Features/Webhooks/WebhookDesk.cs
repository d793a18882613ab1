using CllClip.Portal.Access;
using CllClip.Portal.Localization;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Features.Webhooks;

/// <summary>Webhooks as the person at the page may use them: everybody who may look sees where messages go, admins also whole addresses.</summary>
public sealed class WebhookDesk(WebhookStore store, WebhookRegistrar registrar, WebhookOutbox outbox, Door door, PageText text)
{
    private const int MostDeliveries = 50;

    /// <summary>Whether the person may change webhooks.</summary>
    public bool MayChange => door.May(Acts.AddWebhook);

    /// <summary>The webhooks, each with what it was told last, newest first.</summary>
    internal async Task<IReadOnlyList<(WebhookResponse Webhook, IReadOnlyList<DeliveryResponse> Deliveries)>> ListAsync()
    {
        var list = new List<(WebhookResponse, IReadOnlyList<DeliveryResponse>)>();
        foreach (var webhook in await store.ListAsync())
        {
            var deliveries = await store.DeliveriesAsync(webhook.Id, MostDeliveries, default);
            list.Add((WebhookResponse.Of(webhook, MayChange), [.. deliveries.Select(DeliveryResponse.Of)]));
        }
        return list;
    }

    /// <summary>Registers a webhook.</summary>
    internal Task<WebhookRegistrar.Registered> RegisterAsync(WebhookRequest request) =>
        door.DoAsync(
            Acts.AddWebhook,
            [],
            () => registrar.RegisterAsync(request),
            words => new WebhookRegistrar.Registered(null, null, new Dictionary<string, string[]>(), words),
            result =>
                result.Webhook is not null ? AuditOutcome.Done
                : result.Errors.Count > 0 ? AuditOutcome.Invalid
                : AuditOutcome.Conflict,
            result => [result.Webhook!.Id]
        );

    /// <summary>Sends a message of no run, to try the receiver; null, or why not.</summary>
    public Task<string?> PingAsync(string id) =>
        door.DoAsync(Acts.PingWebhook, id, async () => await outbox.PingAsync(id) ? null : text["This webhook is not there any more."]);

    /// <summary>Forgets a webhook; null, or why not.</summary>
    public Task<string?> RemoveAsync(string id) =>
        door.DoAsync(
            Acts.RemoveWebhook,
            id,
            async () =>
            {
                await store.RemoveAsync(id, default);
                return null;
            }
        );
}
