using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Features.Webhooks;

/// <summary>Writes a message for every webhook that wants it, in the transaction that ends a run.</summary>
public sealed class WebhookOutbox(WebhookStore webhooks) : IRunEndings, IDisposable
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
