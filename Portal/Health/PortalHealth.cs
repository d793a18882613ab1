using CllClip.Portal.Access;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
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
            .AddCheck<DatabaseCheck>("database", tags: [ReadyTag]);
        services.AddSingleton<PortalMetrics>();
        services.AddHostedService<FeedMetrics>();
        return services;
    }

    /// <summary>Has the time of every search measured; comes after whatever adds search.</summary>
    public static IServiceCollection AddSearchMetrics(this IServiceCollection services) =>
        services.AddSingleton<ISearch>(s => new MeteredSearch(
            s.GetRequiredService<SearchService>(),
            s.GetRequiredService<PortalMetrics>()
        ));

    public static WebApplication MapPortalHealth(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var none = new Dictionary<HealthStatus, int>
        {
            [HealthStatus.Healthy] = StatusCodes.Status200OK,
            [HealthStatus.Degraded] = StatusCodes.Status503ServiceUnavailable,
            [HealthStatus.Unhealthy] = StatusCodes.Status503ServiceUnavailable,
        };
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync })
            .Does(Acts.CheckHealth);
        app.MapHealthChecks(
                "/health/ready",
                new HealthCheckOptions
                {
                    Predicate = check => check.Tags.Contains(ReadyTag),
                    ResultStatusCodes = none,
                    ResponseWriter = WriteAsync,
                }
            )
            .Does(Acts.CheckHealth);
        app.MapMetrics(settings => settings.Registry = app.Services.GetRequiredService<PortalMetrics>().Registry, "/metrics")
            .Does(Acts.Look);
        return app;
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        if (report.Status != HealthStatus.Healthy)
        {
            context.Response.Headers.RetryAfter = "1";
        }
        return context.Response.WriteAsJsonAsync(
            new
            {
                status = report.Status == HealthStatus.Healthy ? "ok" : "unavailable",
                checks = report.Entries.ToDictionary(
                    e => e.Key,
                    e => new
                    {
                        ok = e.Value.Status == HealthStatus.Healthy,
                        e.Value.Description,
                        e.Value.Data,
                    }
                ),
            }
        );
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
