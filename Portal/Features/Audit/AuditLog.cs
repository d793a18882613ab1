using System.Net;
using System.Threading.RateLimiting;
using CllClip.Portal.Access;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Audit;

/// <summary>Writes down who did what.</summary>
public interface IAuditLog
{
    /// <summary>Names of runs by their ids, to be asked for before they are gone.</summary>
    Task<IReadOnlyDictionary<string, string>> NamesAsync(IReadOnlyCollection<string> runs);

    /// <summary>Writes that something was done or failed, one line for each thing. Never throws: what was done is done.</summary>
    Task WriteAsync(
        Caller caller,
        Act act,
        AuditOutcome outcome,
        IReadOnlyCollection<string> targets,
        IReadOnlyDictionary<string, string>? names = null
    );

    /// <summary>Writes that somebody tried what he may not; a few a minute, so that nobody fills the disk by trying.</summary>
    Task RefusedAsync(Caller caller, Act act, IReadOnlyCollection<string> targets);
}

/// <summary>The audit log in the portal's database.</summary>
internal sealed partial class AuditLog(IDbContextFactory<PortalDbContext> contexts, TimeProvider time, ILogger<AuditLog> log)
    : IAuditLog,
        IDisposable
{
    private const int LongestText = 200;
    private const int RefusedOfOne = 20;
    private const int RefusedOfAll = 60;

    private readonly PartitionedRateLimiter<Caller> _refused = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<Caller, string>(caller =>
            A(IPAddress.TryParse(caller.Address, out var a) ? RateLimits.Network(a) : "", RefusedOfOne)
        ),
        PartitionedRateLimiter.Create<Caller, string>(_ => A("", RefusedOfAll))
    );

    public async Task<IReadOnlyDictionary<string, string>> NamesAsync(IReadOnlyCollection<string> runs)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync();
            return await NamesAsync(db, runs);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e);
            return new Dictionary<string, string>();
        }
    }

    public async Task WriteAsync(
        Caller caller,
        Act act,
        AuditOutcome outcome,
        IReadOnlyCollection<string> targets,
        IReadOnlyDictionary<string, string>? names = null
    )
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(act);
        ArgumentNullException.ThrowIfNull(targets);
        try
        {
            await using var db = await contexts.CreateDbContextAsync();
            names ??= act.OnRun ? await NamesAsync(db, targets) : new Dictionary<string, string>();
            var now = time.GetUtcNow().UtcDateTime;
            db.Audit.AddRange(
                (targets.Count > 0 ? targets : [""]).Select(target => new AuditEntity
                {
                    At = now,
                    Who = caller.Name,
                    Role = RoleNames.Of(caller.Role),
                    Address = caller.Address,
                    What = act.Name,
                    Target = OneLine(target),
                    TargetName = names.TryGetValue(target, out var name) ? OneLine(name) : null,
                    Outcome = outcome,
                })
            );
            await db.SaveChangesAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e);
        }
    }

    public async Task RefusedAsync(Caller caller, Act act, IReadOnlyCollection<string> targets)
    {
        using var free = _refused.AttemptAcquire(caller);
        if (free.IsAcquired)
        {
            await WriteAsync(caller, act, AuditOutcome.Refused, [.. targets.Take(1)]);
        }
    }

    public void Dispose() => _refused.Dispose();

    /// <summary>A text that stays in its line, whatever its writer wanted.</summary>
    internal static string OneLine(string text)
    {
        var cut = text.Length > LongestText ? string.Concat(text.AsSpan(0, LongestText - 1), "…") : text;
        return string.Create(
            cut.Length,
            cut,
            (line, from) =>
            {
                for (var i = 0; i < line.Length; i++)
                {
                    line[i] =
                        char.IsControl(from[i]) || char.IsSurrogate(from[i]) && !IsPair(from, i) || from[i] is '\u2028' or '\u2029'
                            ? ' '
                            : from[i];
                }
            }
        );
    }

    private static bool IsPair(string text, int i) =>
        (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) || (i > 0 && char.IsSurrogatePair(text[i - 1], text[i]));

    private static async Task<IReadOnlyDictionary<string, string>> NamesAsync(PortalDbContext db, IReadOnlyCollection<string> runs)
    {
        var ids = runs.Where(RunIds.IsWellFormed).ToList();
        return ids.Count == 0
            ? new Dictionary<string, string>()
            : await db.Runs.AsNoTracking().Where(r => ids.Contains(r.Id)).ToDictionaryAsync(r => r.Id, r => r.Name);
    }

    private static RateLimitPartition<string> A(string key, int aMinute) =>
        RateLimitPartition.GetFixedWindowLimiter(
            key,
            _ => new FixedWindowRateLimiterOptions { PermitLimit = aMinute, Window = TimeSpan.FromMinutes(1) }
        );

    [LoggerMessage(Level = LogLevel.Error, Message = "The audit log could not be written.")]
    private partial void LogFailed(Exception error);
}
