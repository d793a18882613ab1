using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Webhooks;

/// <summary>Writes a message for every webhook that wants it, in the transaction that ends a run.</summary>
public sealed class WebhookOutbox(WebhookStore webhooks, IDbContextFactory<PortalDbContext> contexts, TimeProvider time)
    : IRunEndings,
        IDisposable
{
    private readonly SemaphoreSlim _news = new(0, 1);

    public void Ended(PortalDbContext db, RunEntity run, DateTime at)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(run);
        if (WebhookEvents.Of(run.State) is not { } name)
        {
            return;
        }
        foreach (var (id, _) in webhooks.Within(db).Where(w => w.Events.Contains(name)))
        {
            var delivery = Guid.NewGuid().ToString();
            db.WebhookDeliveries.Add(
                new WebhookDeliveryEntity
                {
                    Id = delivery,
                    WebhookId = id,
                    Event = name,
                    RunId = run.Id,
                    Body = WebhookEvents.Body(name, run.ToView(), at, delivery),
                    CreatedAt = at,
                    DueAt = at,
                }
            );
        }
    }

    /// <summary>Writes a message of no run to one webhook; false if there is none of that id.</summary>
    internal async Task<bool> PingAsync(string id, CancellationToken stop = default)
    {
        if (!(await webhooks.ListAsync(stop)).Any(w => w.Id == id))
        {
            return false;
        }
        var (delivery, at) = (Guid.NewGuid().ToString(), time.GetUtcNow().UtcDateTime);
        await using (var db = await contexts.CreateDbContextAsync(stop))
        {
            db.WebhookDeliveries.Add(
                new WebhookDeliveryEntity
                {
                    Id = delivery,
                    WebhookId = id,
                    Event = WebhookEvents.Ping,
                    RunId = "",
                    Body = WebhookEvents.Body(WebhookEvents.Ping, null, at, delivery),
                    CreatedAt = at,
                    DueAt = at,
                }
            );
            await db.SaveChangesAsync(stop);
        }
        Stored();
        return true;
    }

    public void Stored()
    {
        if (_news.CurrentCount == 0)
        {
            try
            {
                _news.Release();
            }
            catch (SemaphoreFullException)
            {
                // somebody else said so just now
            }
        }
    }

    public void Dispose() => _news.Dispose();

    /// <summary>Waits for a new message, at most a while.</summary>
    internal Task WaitAsync(TimeSpan most, CancellationToken stop) => _news.WaitAsync(most, stop);
}
