using System.Globalization;
using System.Text;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Webhooks;

/// <summary>
/// Sends what the outbox holds, with growing waits between attempts; what waits stands in the database, so a restart goes on. A message may come twice (the portal
/// ends between sending and storing): its delivery id is the same.
/// </summary>
public sealed partial class WebhookSender : BackgroundService
{
    private const int AtOnce = 4;
    private const int Batch = 32;
    private const int MostKept = 2000;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private readonly IDbContextFactory<PortalDbContext> _contexts;
    private readonly WebhookStore _webhooks;
    private readonly WebhookOutbox _outbox;
    private readonly WebhookDeliveryOptions _options;
    private readonly RunStore _runs;
    private readonly TimeProvider _time;
    private readonly ILogger<WebhookSender> _log;
    private readonly HttpClient _client;

    public WebhookSender(
        IDbContextFactory<PortalDbContext> contexts,
        WebhookStore webhooks,
        WebhookOutbox outbox,
        WebhookDeliveryOptions options,
        RunStore runs,
        TimeProvider time,
        ILogger<WebhookSender> log
    )
    {
        (_contexts, _webhooks, _outbox, _options, _runs, _time, _log) = (contexts, webhooks, outbox, options, runs, time, log);
        _client = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false, // a redirect could lead where the address may not
                UseCookies = false,
                UseProxy = false, // a proxy would connect to what was not looked at
                PooledConnectionLifetime = TimeSpan.Zero, // every attempt resolves anew
                ConnectCallback = (context, stop) => TargetNetworks.ConnectAsync(context.DnsEndPoint, options, stop),
            }
        )
        {
            Timeout = TimeSpan.FromSeconds(options.TimeoutSeconds),
        };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("CLL-CLIP-portal");
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _webhooks.CheckSettings();
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = Look;
            try
            {
                wait = await WorkAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return; // a start that failed, for example over a port in use, takes the services down at once
            }
            catch (Exception error)
            {
                LogRefused(_log, error); // the database is busy or its disk full; what waits stays there
            }
            await _outbox.WaitAsync(wait, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sends what is due; returns how long until there may be more.</summary>
    private async Task<TimeSpan> WorkAsync(CancellationToken stop)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        List<WebhookDeliveryEntity> due;
        DateTime? next;
        await using (var db = await _contexts.CreateDbContextAsync(stop))
        {
            var waiting = db.WebhookDeliveries.AsNoTracking().Where(d => d.State == DeliveryState.Waiting);
            due = await waiting.Where(d => d.DueAt <= now).OrderBy(d => d.DueAt).Take(Batch).ToListAsync(stop);
            next = due.Count > 0 ? now : await waiting.OrderBy(d => d.DueAt).Select(d => (DateTime?)d.DueAt).FirstOrDefaultAsync(stop);
        }
        if (due.Count > 0)
        {
            var webhooks = (await _webhooks.ListAsync(stop)).DistinctBy(w => w.Id).ToDictionary(w => w.Id);
            await Parallel.ForEachAsync(
                due,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop },
                async (delivery, ct) => await SendAsync(delivery, webhooks.GetValueOrDefault(delivery.WebhookId), ct)
            );
            await TidyAsync(stop);
            return TimeSpan.Zero;
        }
        return next is { } at && at - now < Look ? Max(at - now, TimeSpan.FromMilliseconds(20)) : Look;
    }

    private async Task SendAsync(WebhookDeliveryEntity delivery, Webhook? webhook, CancellationToken stop)
    {
        var (status, error, final) =
            webhook is null ? (null, "The webhook was removed.", true)
            : webhook.Secret is null ? (null, "Its secret cannot be read any more: the portal's keys were lost. Register it again.", true)
            : await TryAsync(delivery, webhook, webhook.Secret, stop);
        var now = _time.GetUtcNow().UtcDateTime;
        delivery.Attempts++;
        (delivery.TriedAt, delivery.Status, delivery.Error) = (now, status, error);
        delivery.State =
            error is null ? DeliveryState.Delivered
            : final || delivery.Attempts >= _options.MostAttempts ? DeliveryState.Failed
            : DeliveryState.Waiting;
        if (delivery.State == DeliveryState.Waiting)
        {
            delivery.DueAt = now + _options.WaitAfter(delivery.Attempts);
        }
        await using (var db = await _contexts.CreateDbContextAsync(stop))
        {
            await db
                .WebhookDeliveries.Where(d => d.Id == delivery.Id) // it may have been removed with its webhook
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(d => d.State, delivery.State)
                            .SetProperty(d => d.Attempts, delivery.Attempts)
                            .SetProperty(d => d.DueAt, delivery.DueAt)
                            .SetProperty(d => d.TriedAt, delivery.TriedAt)
                            .SetProperty(d => d.Status, delivery.Status)
                            .SetProperty(d => d.Error, delivery.Error),
                    stop
                );
        }
        Tell(delivery, webhook);
    }

    private async Task<(int? Status, string? Error, bool Final)> TryAsync(
        WebhookDeliveryEntity delivery,
        Webhook webhook,
        string secret,
        CancellationToken stop
    )
    {
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url);
        request.Content = new StringContent(delivery.Body, Encoding.UTF8, "application/json");
        request.Headers.Add(WebhookEvents.EventHeader, delivery.Event);
        request.Headers.Add(WebhookEvents.DeliveryHeader, delivery.Id);
        request.Headers.Add(WebhookEvents.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookEvents.SignatureHeader, WebhookEvents.Sign(secret, timestamp, delivery.Body));
        try
        {
            // What the receiver says besides its status is not read: it may be endless.
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            var status = (int)answer.StatusCode;
            return answer.IsSuccessStatusCode ? (status, null, false)
                : status is >= 300 and < 400 ? (status, $"It answered {status}: redirects are not followed.", false)
                : (status, $"It answered {status}.", false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"It did not answer within {_options.TimeoutSeconds} s."), false);
        }
        catch (HttpRequestException refused) when (Refusal(refused) is { } target)
        {
            return (null, target.Message, false); // the name may point elsewhere tomorrow, and the setting may change
        }
        catch (HttpRequestException failed)
        {
            return (null, $"It cannot be reached: {(failed.InnerException ?? failed).Message}", false);
        }
    }

    /// <summary>The handler wraps what the connecting throws.</summary>
    private static TargetRefusedException? Refusal(Exception? error)
    {
        while (error is not (null or TargetRefusedException))
        {
            error = error.InnerException;
        }
        return error as TargetRefusedException;
    }

    /// <summary>Says in the run's log what came of it: at the first failure, and at the end.</summary>
    private void Tell(WebhookDeliveryEntity delivery, Webhook? webhook)
    {
        if (delivery.RunId.Length == 0)
        {
            return; // a ping has no run, and whoever sent it looks at the page
        }
        var host = webhook is null ? "A removed webhook" : $"Webhook {new Uri(webhook.Url).Authority}";
        string? Words() =>
            delivery.State switch
            {
                DeliveryState.Delivered => $"{host} was told of {delivery.Event} ({delivery.Status}, attempt {delivery.Attempts}).",
                DeliveryState.Failed =>
                    $"{host} was not told of {delivery.Event}; given up after {delivery.Attempts} attempts. {delivery.Error}",
                _ when delivery.Attempts == 1 => $"{host} was not told of {delivery.Event} yet. {delivery.Error} The portal tries again.",
                _ => null,
            };
        if (Words() is not { } words)
        {
            return;
        }
        try
        {
            _runs.Log(delivery.RunId, delivery.State == DeliveryState.Delivered ? "info" : "warning", words);
        }
        catch (DbUpdateException)
        {
            // the run was deleted meanwhile
        }
    }

    /// <summary>Keeps the log of deliveries bounded.</summary>
    private async Task TidyAsync(CancellationToken stop)
    {
        await using var db = await _contexts.CreateDbContextAsync(stop);
        var ended = db.WebhookDeliveries.Where(d => d.State != DeliveryState.Waiting);
        if (await ended.CountAsync(stop) > MostKept)
        {
            var oldest = ended.OrderByDescending(d => d.CreatedAt).Skip(MostKept).Select(d => d.Id);
            await db.WebhookDeliveries.Where(d => oldest.Contains(d.Id)).ExecuteDeleteAsync(stop);
        }
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhooks could not be told; they are tried again")]
    private static partial void LogRefused(ILogger log, Exception error);
}
