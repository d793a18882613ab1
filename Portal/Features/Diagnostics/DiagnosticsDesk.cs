using System.Text;
using System.Text.Json;
using CllClip.Portal.Access;
using CllClip.Portal.Health;
using CllClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CllClip.Portal.Features.Diagnostics;

/// <summary>Diagnostics as the person at a page may see them.</summary>
public interface IDiagnosticsDesk
{
    /// <summary>Whether the person may see them.</summary>
    bool MaySee { get; }

    /// <summary>How the portal does; null for those who may not know.</summary>
    /// <param name="check">Whether the database is checked too, which may take a while.</param>
    /// <param name="stop">Ends it.</param>
    Task<DiagnosticsReport?> CollectAsync(bool check, CancellationToken stop = default);
}

/// <summary>The desk over the portal's own diagnostics.</summary>
internal sealed class DiagnosticsDesk(Diagnostics diagnostics, IAccess access) : IDiagnosticsDesk
{
    public bool MaySee => access.May(Acts.SeeDiagnostics);

    public async Task<DiagnosticsReport?> CollectAsync(bool check, CancellationToken stop = default) =>
        MaySee ? await diagnostics.CollectAsync(check, stop) : null;
}

/// <summary>Makes the bundle of the running portal.</summary>
internal sealed class LiveBundle(
    Diagnostics diagnostics,
    PortalMetrics metrics,
    HealthCheckService health,
    IDbContextFactory<PortalDbContext> contexts
)
{
    public async Task<byte[]> WriteAsync(CancellationToken stop)
    {
        var parts = new Parts();
        var others = new List<(string, string)>();
        async Task AddAsync(string name, Func<Task<string>> read)
        {
            if (await parts.TryAsync(name, read) is { } text)
            {
                others.Add((name, text));
            }
        }
        await AddAsync("metrics.txt", () => MetricsAsync(stop));
        await AddAsync(
            "health.json",
            async () => JsonSerializer.Serialize(PortalHealth.Answer(await health.CheckHealthAsync(stop)), CleanReport.Json)
        );
        await AddAsync(
            "runs.csv",
            async () =>
            {
                await using var db = await contexts.CreateDbContextAsync(stop);
                return await RunLines.CsvAsync(db, stop);
            }
        );
        var scrubber = await diagnostics.ScrubberAsync(stop);
        var report = await diagnostics.CollectAsync(check: true, stop);
        report = report with { Problems = [.. report.Problems, .. CleanReport.Of(parts.Problems, scrubber)] };
        return DiagnosticsBundle.Write(report, others, scrubber);
    }

    private async Task<string> MetricsAsync(CancellationToken stop)
    {
        using var text = new MemoryStream();
        await metrics.Registry.CollectAndExportAsTextAsync(text, stop);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
