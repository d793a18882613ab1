using CllClip.Portal.Layout.Components;
using CllClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Audit;

/// <summary>Which lines are wanted, and in what order.</summary>
public sealed record AuditFilter
{
    public const string Usual = "at";

    /// <summary>Names of the columns that lines can be sorted by.</summary>
    public static IReadOnlyList<string> Sorts { get; } = [Usual, "who", "address", "what", "target", "outcome"];

    /// <summary>Name of a caller.</summary>
    public string? Who { get; init; }

    /// <summary>Name of an act, or the first words of several: <c>run</c> for all that is done to runs.</summary>
    public string? What { get; init; }

    /// <summary>What came of it.</summary>
    public AuditOutcome? Outcome { get; init; }

    /// <summary>Id of what it was done to, or a part of its name.</summary>
    public string? Target { get; init; }

    /// <summary>First moment (UTC).</summary>
    public DateTime? Since { get; init; }

    /// <summary>One of <see cref="Sorts"/>.</summary>
    public string Sort { get; init; } = Usual;
    public bool Descending { get; init; } = true;
    public int Skip { get; init; }
    public int Take { get; init; } = 50;
}

/// <summary>A line of the audit log.</summary>
public sealed record AuditLine
{
    /// <summary>Number, in the order of writing.</summary>
    public required long Id { get; init; }

    /// <summary>When (UTC).</summary>
    public required DateTime At { get; init; }

    /// <summary>Name of the token; <c>anonymous</c>, or <c>this machine</c> where none is needed.</summary>
    public required string Who { get; init; }

    /// <summary>Role that it had: <c>none</c>, <c>viewer</c>, <c>runner</c> or <c>admin</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Address that the request came from; empty if unknown.</summary>
    public required string Address { get; init; }

    /// <summary>What was done or tried, for example <c>run.launch</c>.</summary>
    public required string What { get; init; }

    /// <summary>Id of what it was done to; empty of none.</summary>
    public required string Target { get; init; }

    /// <summary>Name that the run had then.</summary>
    public string? TargetName { get; init; }

    /// <summary><c>done</c>, <c>refused</c>, <c>invalid</c>, <c>missing</c>, <c>conflict</c> or <c>failed</c>.</summary>
    public required string Outcome { get; init; }

    internal static AuditLine Of(AuditEntity line) =>
        new()
        {
            Id = line.Id,
            At = line.At,
            Who = line.Who,
            Role = line.Role,
            Address = line.Address,
            What = line.What,
            Target = line.Target,
            TargetName = line.TargetName,
            Outcome = line.Outcome.ToString().ToLowerInvariant(),
        };

    /// <summary>Lines as a table.</summary>
    internal static TableFile Table(IEnumerable<AuditLine> lines) =>
        new(
            ["id", "at", "who", "role", "address", "what", "target", "targetName", "outcome"],
            lines.Select(l => (IReadOnlyList<object?>)[l.Id, l.At, l.Who, l.Role, l.Address, l.What, l.Target, l.TargetName, l.Outcome])
        );
}

/// <summary>A page of the audit log.</summary>
/// <param name="Items">The lines.</param>
/// <param name="Total">Number of lines on all pages.</param>
public sealed record AuditPageOfLines(IReadOnlyList<AuditLine> Items, int Total);

/// <summary>Reads the audit log.</summary>
public sealed class AuditQueries(IDbContextFactory<PortalDbContext> contexts)
{
    /// <summary>A page of the lines that fit.</summary>
    public async Task<AuditPageOfLines> ListAsync(AuditFilter filter, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        await using var db = await contexts.CreateDbContextAsync(stop);
        var lines = Fitting(db.Audit.AsNoTracking(), filter);
        return new(
            [.. (await Sorted(lines, filter).Skip(filter.Skip).Take(filter.Take).ToListAsync(stop)).Select(AuditLine.Of)],
            await lines.CountAsync(stop)
        );
    }

    /// <summary>Every caller and every act that the log knows.</summary>
    public async Task<(IReadOnlyList<string> Who, IReadOnlyList<string> What)> NamesAsync(CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return (
            await db.Audit.Select(l => l.Who).Distinct().OrderBy(w => w).ToListAsync(stop),
            await db.Audit.Select(l => l.What).Distinct().OrderBy(w => w).ToListAsync(stop)
        );
    }

    private static IQueryable<AuditEntity> Fitting(IQueryable<AuditEntity> lines, AuditFilter filter)
    {
        if (filter.Who is { } who)
        {
            lines = lines.Where(l => l.Who == who);
        }
        if (filter.What is { } what)
        {
            lines = lines.Where(l => l.What == what || l.What.StartsWith(what + "."));
        }
        if (filter.Outcome is { } outcome)
        {
            lines = lines.Where(l => l.Outcome == outcome);
        }
        if (filter.Target is { } target)
        {
            lines = lines.Where(l => l.Target == target || (l.TargetName != null && l.TargetName.Contains(target)));
        }
        return filter.Since is { } since ? lines.Where(l => l.At >= since) : lines;
    }

    private static IQueryable<AuditEntity> Sorted(IQueryable<AuditEntity> lines, AuditFilter filter)
    {
        var down = filter.Descending;
        var sorted = filter.Sort switch
        {
            "who" => down ? lines.OrderByDescending(l => l.Who) : lines.OrderBy(l => l.Who),
            "address" => down ? lines.OrderByDescending(l => l.Address) : lines.OrderBy(l => l.Address),
            "what" => down ? lines.OrderByDescending(l => l.What) : lines.OrderBy(l => l.What),
            "target" => down ? lines.OrderByDescending(l => l.Target) : lines.OrderBy(l => l.Target),
            "outcome" => down ? lines.OrderByDescending(l => l.Outcome) : lines.OrderBy(l => l.Outcome),
            _ => down ? lines.OrderByDescending(l => l.At) : lines.OrderBy(l => l.At),
        };
        return down || filter.Sort != AuditFilter.Usual ? sorted.ThenByDescending(l => l.Id) : sorted.ThenBy(l => l.Id);
    }
}
