using CllClip.Engine.Training;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CllClip.Portal.Telemetry;

/// <summary>Traces, where the settings name a collector.</summary>
public static class TelemetryHosting
{
    private const int ExportMs = 3_000; // the end of the portal waits for the last spans no longer

    private static readonly string[] Untraced =
    [
        "/health",
        "/metrics",
        "/_blazor",
        "/_framework",
        "/_content",
        "/css",
        "/js",
        "/fonts",
        "/lib",
    ];

    /// <exception cref="Engine.EngineException">A setting is wrong.</exception>
    public static IHostApplicationBuilder AddPortalTraces(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = TelemetrySettings.Read(builder.Configuration);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<PortalTraces>();
        if (settings.Endpoint is { } endpoint)
        {
            builder
                .Services.AddOpenTelemetry()
                .ConfigureResource(resource => resource.AddService(settings.Service, serviceVersion: RunProvenance.CodeVersion))
                .WithTracing(tracing =>
                    tracing
                        .AddSource(PortalTraces.SourceName)
                        .AddAspNetCoreInstrumentation(requests =>
                        {
                            requests.Filter = IsTraced;
                            requests.EnableRazorComponentsSupport = false; // every press of a key would be a span
                            requests.EnableAspNetCoreSignalRSupport = false;
                        })
                        .AddProcessor(new PlainRequests())
                        .AddOtlpExporter(otlp =>
                            (otlp.Endpoint, otlp.Protocol, otlp.TimeoutMilliseconds) = (endpoint, settings.Protocol, ExportMs)
                        )
                );
        }
        return builder;
    }

    private static bool IsTraced(HttpContext context) =>
        !Array.Exists(Untraced, p => context.Request.Path.StartsWithSegments(p, StringComparison.OrdinalIgnoreCase));
}
