using CllClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Audit;

/// <summary>Removes lines that are older than the settings keep them, at the start and every few hours.</summary>
internal sealed partial class AuditRetention(
    IDbContextFactory<PortalDbContext> contexts,
    AuditOptions options,
    TimeProvider time,
    ILogger<AuditRetention> log
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    /// <summary>Removes what is too old; the number of lines removed.</summary>
    public async Task<int> RemoveAsync(CancellationToken stop)
    {
        if (options.KeepDays == 0)
        {
            return 0;
        }
        var first = time.GetUtcNow().UtcDateTime - TimeSpan.FromDays(options.KeepDays);
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db.Audit.Where(l => l.At < first).ExecuteDeleteAsync(stop);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await RemoveAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(e); // the next round tries again
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Old lines of the audit log could not be removed.")]
    private partial void LogFailed(Exception error);
}
