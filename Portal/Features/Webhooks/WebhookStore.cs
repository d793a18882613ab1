using System.Security.Cryptography;
using System.Text;
using CllClip.Portal.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Webhooks;

/// <summary>A webhook with what it needs to be told.</summary>
/// <param name="Id">Opaque id.</param>
/// <param name="Url">Address that is told.</param>
/// <param name="Secret">What messages are signed with; null if the portal's keys were lost.</param>
/// <param name="Events">Events it is told of.</param>
/// <param name="CreatedAt">When it was registered (UTC); null of the settings.</param>
internal sealed record Webhook(string Id, string Url, string? Secret, IReadOnlyList<string> Events, DateTime? CreatedAt)
{
    public bool OfSettings => CreatedAt is null;
}

/// <summary>The webhooks there are: those of the settings, and those registered over the API, whose secrets are stored protected and never shown again.</summary>
public sealed class WebhookStore(
    IDbContextFactory<PortalDbContext> contexts,
    IDataProtectionProvider protection,
    IConfiguration settings,
    TimeProvider time
)
{
    /// <summary>Most webhooks that can be registered.</summary>
    public const int Most = 50;

    private readonly IDataProtector _protector = protection.CreateProtector("webhook secrets");
    private readonly Lazy<IReadOnlyList<Webhook>> _ofSettings = new(() => OfSettings(settings));

    internal async Task<IReadOnlyList<Webhook>> ListAsync(CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var rows = await db.Webhooks.AsNoTracking().OrderBy(w => w.CreatedAt).ToListAsync(stop);
        return [.. _ofSettings.Value, .. rows.Select(w => new Webhook(w.Id, w.Url, Reveal(w.ProtectedSecret), w.Events, w.CreatedAt))];
    }

    /// <summary>Ids and events, within a transaction of the caller's.</summary>
    internal IEnumerable<(string Id, IReadOnlyList<string> Events)> Within(PortalDbContext db) =>
        [.. _ofSettings.Value.Select(w => (w.Id, w.Events)), .. db.Webhooks.AsNoTracking().AsEnumerable().Select(w => (w.Id, w.Events))];

    /// <summary>Stores a webhook that was checked.</summary>
    internal async Task<Webhook> AddAsync(string url, string secret, IReadOnlyList<string> events, CancellationToken stop)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var row = new WebhookEntity
        {
            Id = Jobs.RunIds.New(),
            Url = url,
            ProtectedSecret = _protector.Protect(secret),
            Events = events,
            CreatedAt = time.GetUtcNow().UtcDateTime,
        };
        db.Webhooks.Add(row);
        await db.SaveChangesAsync(stop);
        return new Webhook(row.Id, url, secret, events, row.CreatedAt);
    }

    /// <summary>Forgets a webhook with its deliveries; false if there is none of that id.</summary>
    internal async Task<bool> RemoveAsync(string id, CancellationToken stop)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var removed = await db.Webhooks.Where(w => w.Id == id).ExecuteDeleteAsync(stop);
        await db.WebhookDeliveries.Where(d => d.WebhookId == id).ExecuteDeleteAsync(stop);
        await transaction.CommitAsync(stop);
        return removed > 0;
    }

    /// <summary>The latest deliveries to a webhook, newest first.</summary>
    internal async Task<IReadOnlyList<WebhookDeliveryEntity>> DeliveriesAsync(string id, int most, CancellationToken stop)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db
            .WebhookDeliveries.AsNoTracking()
            .Where(d => d.WebhookId == id)
            .OrderByDescending(d => d.CreatedAt)
            .Take(most)
            .ToListAsync(stop);
    }

    private string? Reveal(string stored)
    {
        try
        {
            return _protector.Unprotect(stored);
        }
        catch (CryptographicException)
        {
            return null; // the folder of keys was lost or moved
        }
    }

    /// <exception cref="Engine.EngineException">A webhook of the settings is wrong; the message names it.</exception>
    private static List<Webhook> OfSettings(IConfiguration settings)
    {
        var found = settings.GetSection(WebhookDeliveryOptions.WebhooksSection).Get<List<WebhookSetting>>() ?? [];
        return
        [
            .. found.Select(
                (w, i) =>
                {
                    var errors = WebhookCheck.Errors(w.Url, w.Secret, w.Events);
                    return errors.Count > 0
                        ? throw new Engine.EngineException(
                            $"The setting {WebhookDeliveryOptions.WebhooksSection}:{i} is wrong. {string.Join(' ', errors.SelectMany(e => e.Value))}"
                        )
                        : new Webhook(
                            "settings-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(w.Url)))[..10],
                            w.Url,
                            w.Secret,
                            w.Events.Count > 0 ? [.. w.Events] : WebhookEvents.All,
                            null
                        );
                }
            ),
        ];
    }

    /// <summary>Looks at the webhooks of the settings, at the start rather than at the end of the first run.</summary>
    internal void CheckSettings() => _ = _ofSettings.Value;
}

/// <summary>What a webhook must be like.</summary>
internal static class WebhookCheck
{
    public const int ShortestSecret = 16;

    /// <summary>Every wrong field with its messages.</summary>
    public static SortedDictionary<string, string[]> Errors(string? url, string? secret, IEnumerable<string?>? events)
    {
        var errors = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        if (
            url is null or { Length: > 2000 }
            || !Uri.TryCreate(url, UriKind.Absolute, out var parsed)
            || parsed.Scheme is not ("http" or "https")
            || parsed.Host.Length == 0
        )
        {
            errors["url"] = ["Write the whole address, with https:// in front, at most 2000 characters."];
        }
        else if (parsed.UserInfo.Length > 0)
        {
            errors["url"] = ["Leave user name and password out: messages are signed with the secret."];
        }
        if (secret is { Length: < ShortestSecret or > 200 })
        {
            errors["secret"] = [$"The secret has {ShortestSecret} to 200 characters. Leave it out to have one made."];
        }
        var unknown = (events ?? []).Where(e => !WebhookEvents.All.Contains(e)).ToList();
        if (unknown.Count > 0)
        {
            errors["events"] =
            [
                $"Unknown event '{Import.ScoreRows.Shorten(unknown[0] ?? "null")}'. Choose among: {string.Join(", ", WebhookEvents.All)}.",
            ];
        }
        return errors;
    }
}
