using System.Security.Cryptography;

namespace CllClip.Portal.Features.Webhooks;

/// <summary>Registers webhooks for the API and the page.</summary>
public sealed class WebhookRegistrar(WebhookStore store)
{
    /// <summary>Checks a request and stores it.</summary>
    /// <returns>The webhook with its secret, which is never shown again; or every wrong field by its name; or why none can be added.</returns>
    internal async Task<Registered> RegisterAsync(WebhookRequest? request, CancellationToken stop = default)
    {
        var errors = WebhookCheck.Errors(request?.Url, request?.Secret, request?.Events);
        if (errors.Count > 0)
        {
            return new Registered(null, null, errors, null);
        }
        if ((await store.ListAsync(stop)).Count(w => !w.OfSettings) >= WebhookStore.Most)
        {
            return new Registered(null, null, errors, $"There are {WebhookStore.Most} webhooks. Remove one first.");
        }
        var secret = request!.Secret ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        string[] events = request.Events is { Count: > 0 } some ? [.. some.Distinct()] : [.. WebhookEvents.All];
        return new Registered(await store.AddAsync(request.Url!, secret, events, stop), secret, errors, null);
    }

    /// <summary>What came of a registration.</summary>
    internal sealed record Registered(Webhook? Webhook, string? Secret, IReadOnlyDictionary<string, string[]> Errors, string? Refused);
}
