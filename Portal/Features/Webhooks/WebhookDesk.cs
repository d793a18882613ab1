using CllClip.Portal.Access;
using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Webhooks;

/// <summary>Webhooks as the person at the page may use them: everybody who may look sees where messages go, those who may change also whole addresses.</summary>
public sealed class WebhookDesk(WebhookStore store, WebhookRegistrar registrar, WebhookOutbox outbox, IAccess access, PageText text)
{
    private const int MostDeliveries = 50;

    /// <summary>Whether the person may change anything.</summary>
    public bool MayChange => access.MayChange;

    /// <summary>The webhooks, each with what it was told last, newest first.</summary>
    internal async Task<IReadOnlyList<(WebhookResponse Webhook, IReadOnlyList<DeliveryResponse> Deliveries)>> ListAsync()
    {
        var list = new List<(WebhookResponse, IReadOnlyList<DeliveryResponse>)>();
        foreach (var webhook in await store.ListAsync())
        {
            var deliveries = await store.DeliveriesAsync(webhook.Id, MostDeliveries, default);
            list.Add((WebhookResponse.Of(webhook, access.MayChange), [.. deliveries.Select(DeliveryResponse.Of)]));
        }
        return list;
    }

    /// <summary>Registers a webhook.</summary>
    internal Task<WebhookRegistrar.Registered> RegisterAsync(WebhookRequest request) =>
        access.MayChange
            ? registrar.RegisterAsync(request)
            : Task.FromResult(new WebhookRegistrar.Registered(null, null, new Dictionary<string, string[]>(), Refused));

    /// <summary>Sends a message of no run, to try the receiver; null, or why not.</summary>
    public async Task<string?> PingAsync(string id) =>
        !access.MayChange ? Refused
        : await outbox.PingAsync(id) ? null
        : text["This webhook is not there any more."];

    /// <summary>Forgets a webhook; null, or why not.</summary>
    public async Task<string?> RemoveAsync(string id)
    {
        if (!access.MayChange)
        {
            return Refused;
        }
        await store.RemoveAsync(id, default);
        return null;
    }

    private string Refused =>
        text[
            "This portal is open for looking; changes need its token. Open the address with the token that stands on the server’s console."
        ];
}
