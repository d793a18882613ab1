using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Features.Models;
using CllClip.Portal.Features.Schedule;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Features.Sweeps;
using CllClip.Portal.Hubs;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Json;

namespace CllClip.Portal.Api;

/// <summary>The HTTP API under <c>/api/v1</c>, for scripts; the pages do not use it.</summary>
public static class PortalApi
{
    private const long LargestHubMessage = 8 * 1024;

    public static IServiceCollection AddPortalApi(this IServiceCollection services)
    {
        services.AddProblemDetails(options =>
            options.CustomizeProblemDetails = context => context.ProblemDetails.Instance = context.HttpContext.Request.Path
        );
        // Text of all scripts stays legible in the answers; <, > and & are still escaped.
        var encoder = JavaScriptEncoder.Create(UnicodeRanges.All);
        services.Configure<JsonOptions>(options =>
        {
            options.SerializerOptions.Encoder = encoder;
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddSingleton<HubMeter>();
        services
            .AddSignalR()
            .AddHubOptions<RunsHub>(options => options.MaximumReceiveMessageSize = LargestHubMessage)
            .AddJsonProtocol(options => options.PayloadSerializerOptions.Encoder = encoder);
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddPortalDocument();
        return services;
    }

    /// <summary>Gives the API's errors as problem details, also those that no endpoint answers.</summary>
    public static WebApplication UsePortalApi(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase),
            api =>
            {
                api.UseExceptionHandler(
                    new ExceptionHandlerOptions
                    {
                        ExceptionHandler = Explain,
                        SuppressDiagnosticsCallback = c =>
                            c.Exception is BadHttpRequestException or OperationCanceledException || IsChunkTooLarge(c.Exception),
                    }
                );
                api.UseStatusCodePages();
            }
        );
        return app;
    }

    public static WebApplication MapPortalApi(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapOpenApi().Does(Acts.Look);
        var api = app.MapGroup("/api/v1");
        api.MapCatalog();
        api.MapDatasets();
        api.MapModels();
        api.MapRuns();
        api.MapSweeps();
        api.MapSchedule();
        // Not long polling: between two polls a listener would be kept without a place.
        app.MapHub<RunsHub>("/hubs/runs", hub => hub.Transports = HttpTransportType.WebSockets | HttpTransportType.ServerSentEvents)
            .Does(Acts.Look);
        api.MapSearchApi();
        return app;
    }

    /// <summary>What the server throws for the size of a chunk that is no number it can hold: an error of reading like a disk's, but the caller's.</summary>
    private static bool IsChunkTooLarge(Exception error) => error is IOException { InnerException: OverflowException };

    private static Task Explain(HttpContext context)
    {
        var problem = context.Features.Get<IExceptionHandlerFeature>()?.Error switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problem.Of(413, "The body is too large"),
            BadHttpRequestException bad => Problem.Of(bad.StatusCode, "The request cannot be read", bad.Message),
            { } error when IsChunkTooLarge(error) => Problem.Of(
                400,
                "The request cannot be read",
                "A chunk says that it has more bytes than there are numbers."
            ),
            _ => Problem.Of(500, "The portal met an error", "It stands in the server's log."),
        };
        return problem.ExecuteAsync(context);
    }
}
