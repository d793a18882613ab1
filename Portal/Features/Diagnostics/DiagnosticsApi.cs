using System.Globalization;
using CllClip.Portal.Access;

namespace CllClip.Portal.Features.Diagnostics;

/// <summary>Diagnostics over HTTP, and their services.</summary>
public static class DiagnosticsApi
{
    public static IServiceCollection AddDiagnosticsPages(this IServiceCollection services)
    {
        services.AddSingleton<Diagnostics>();
        services.AddSingleton<LiveBundle>();
        return services.AddScoped<IDiagnosticsDesk, DiagnosticsDesk>();
    }

    /// <summary>Maps <c>/api/v1/diagnostics</c>.</summary>
    public static IEndpointRouteBuilder MapDiagnosticsApi(this IEndpointRouteBuilder app)
    {
        app.MapGet(
                "/api/v1/diagnostics",
                async (Diagnostics diagnostics, CancellationToken stop) => await diagnostics.CollectAsync(true, stop)
            )
            .WithTags("Diagnostics")
            .Does(Acts.SeeDiagnostics)
            .WithName("GetDiagnostics")
            .WithSummary("How the portal does: versions, memory, disk, database, queue, settings, the last warnings; no secrets")
            .Produces<DiagnosticsReport>();
        app.MapGet("/api/v1/diagnostics/bundle", BundleAsync)
            .WithTags("Diagnostics")
            .Does(Acts.TakeDiagnostics)
            .WithName("GetDiagnosticsBundle")
            .WithSummary("The same with log, metrics, health and the list of runs as one zip, for somebody who is to help; no secrets")
            .Produces<byte[]>(StatusCodes.Status200OK, "application/zip");
        return app;
    }

    private static async Task<IResult> BundleAsync(LiveBundle bundle, TimeProvider time, CancellationToken stop) =>
        TypedResults.File(
            await bundle.WriteAsync(stop),
            "application/zip",
            string.Create(CultureInfo.InvariantCulture, $"cll-clip-diagnostics-{time.GetUtcNow():yyyyMMdd-HHmmss}.zip")
        );
}
