using CllClip.Portal.Access;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Portal.Telemetry;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Prometheus;

namespace CllClip.Portal.Health;

/// <summary>Whether the portal lives and can work, and its figures for Prometheus. Names no path and no setting: anybody may ask.</summary>
public static class PortalHealth
{
    private const string ReadyTag = "ready";

    public static IServiceCollection AddPortalHealth(this IServiceCollection services)
    {
        services
            .AddHealthChecks()
            .AddCheck<PreparationCheck>("preparation", tags: [ReadyTag])
            .AddCheck<DatabaseCheck>("database", tags: [ReadyTag])
            .AddCheck<DiskCheck>("disk", tags: [ReadyTag])
            .AddCheck<PausedRunsCheck>("pausedRuns", tags: [ReadyTag]);
        services.AddSingleton<CircuitMeter>();
        services.AddScoped<CircuitHandler, CircuitMeter.Handler>();
        services.AddSingleton<PortalMetrics>();
        services.AddHostedService<FeedMetrics>();
        return services;
    }

    /// <summary>Has the time of every search measured; comes after whatever adds search.</summary>
    public static IServiceCollection AddSearchMetrics(this IServiceCollection services) =>
        services.AddSingleton<ISearch>(s => new MeteredSearch(
            s.GetRequiredService<SearchService>(),
            s.GetRequiredService<PortalMetrics>(),
            s.GetService<PortalTraces>()
        ));

    public static WebApplication MapPortalHealth(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var statuses = new Dictionary<HealthStatus, int>
        {
            [HealthStatus.Healthy] = StatusCodes.Status200OK,
            [HealthStatus.Degraded] = StatusCodes.Status200OK, // it works, but somebody should look
            [HealthStatus.Unhealthy] = StatusCodes.Status503ServiceUnavailable,
        };
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync })
            .Does(Acts.CheckHealth);
        app.MapHealthChecks(
                "/health/ready",
                new HealthCheckOptions
                {
                    Predicate = check => check.Tags.Contains(ReadyTag),
                    ResultStatusCodes = statuses,
                    ResponseWriter = WriteAsync,
                }
            )
            .Does(Acts.CheckHealth);
        app.MapMetrics(settings => settings.Registry = app.Services.GetRequiredService<PortalMetrics>().Registry, "/metrics")
            .Does(Acts.Look);
        return app;
    }

    /// <summary>A report as <c>/health/ready</c> gives it.</summary>
    internal static object Answer(HealthReport report) =>
        new
        {
            status = Word(report.Status),
            checks = report.Entries.ToDictionary(
                e => e.Key,
                e => new
                {
                    ok = e.Value.Status == HealthStatus.Healthy,
                    status = Word(e.Value.Status),
                    e.Value.Description,
                    e.Value.Data,
                }
            ),
        };

    private static string Word(HealthStatus status) =>
        status switch
        {
            HealthStatus.Healthy => "ok",
            HealthStatus.Degraded => "degraded",
            _ => "unavailable",
        };

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        if (report.Status == HealthStatus.Unhealthy)
        {
            context.Response.Headers.RetryAfter = "1";
        }
        return context.Response.WriteAsJsonAsync(Answer(report));
    }

    private sealed class PreparationCheck(IEngineHost engine) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var now = engine.Preparation;
            var data = new Dictionary<string, object> { ["fraction"] = Math.Round(now.Fraction, 3) };
            if (now.SecondsLeft is { } left && double.IsFinite(left))
            {
                data["secondsLeft"] = Math.Round(left, 1);
            }
            return Task.FromResult(
                now.Error is not null ? HealthCheckResult.Unhealthy("The preparation failed; the home page and the console say why.")
                : now.Ready ? HealthCheckResult.Healthy(now.Phase)
                : HealthCheckResult.Unhealthy(now.Phase, data: data)
            );
        }
    }

    /// <summary>Little room stops runs, not the portal: pages, search and downloads go on.</summary>
    private sealed class DiskCheck(DiskRoom room) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            room.Look();
            return Task.FromResult(
                room.IsLow
                    ? HealthCheckResult.Degraded("Little room is left on the disk; runs are paused until there is more.")
                    : HealthCheckResult.Healthy()
            );
        }
    }

    /// <summary>How many runs wait for room; they go on by themselves.</summary>
    private sealed class PausedRunsCheck(RunQueries runs) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                var paused = (await runs.CountAsync(cancellationToken)).GetValueOrDefault(RunState.Paused);
                var data = new Dictionary<string, object> { ["count"] = paused };
                return paused > 0
                    ? HealthCheckResult.Degraded("Runs are paused until there is room on the disk.", data: data)
                    : HealthCheckResult.Healthy(data: data);
            }
            catch (Exception error) when (error is System.Data.Common.DbException or InvalidOperationException)
            {
                return HealthCheckResult.Degraded("Unknown: the database cannot be read."); // whose own check says that it is no use
            }
        }
    }

    private sealed class DatabaseCheck(IDbContextFactory<PortalDbContext> contexts) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var db = await contexts.CreateDbContextAsync(cancellationToken);
                await db.Runs.AnyAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception error) when (error is System.Data.Common.DbException or InvalidOperationException)
            {
                return HealthCheckResult.Unhealthy("The database cannot be read; the console says why.");
            }
        }
    }
}
