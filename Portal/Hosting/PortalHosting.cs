using CllClip.Engine;
using CllClip.Portal.Access;
using CllClip.Portal.Commands;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Features.Uploads;
using CllClip.Portal.Telemetry;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Trace;

namespace CllClip.Portal.Hosting;

/// <summary>Settings, folders, the lock on the data root, and the engine.</summary>
public static partial class PortalHosting
{
    /// <summary>A builder whose content root is the repository or the folder of a published portal, whatever the working directory.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = args, ContentRootPath = PortalFolders.FindContentRoot() }
        );
        if (!PortalFolders.IsPublished)
        {
            builder.WebHost.UseStaticWebAssets(); // a build finds its static files in every environment
        }
        return builder;
    }

    /// <param name="builder">Of the portal, or of a command.</param>
    /// <param name="shipped">Whether the runs that came with the program are brought in at the start.</param>
    /// <exception cref="EngineException">A setting is wrong.</exception>
    public static IHostApplicationBuilder AddPortalHosting(this IHostApplicationBuilder builder, bool shipped = true)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = (builder.Configuration.GetSection(PortalOptions.Section).Get<PortalOptions>() ?? new()).Check();
        var folders = new PortalFolders(
            options.ContentRoot ?? PortalFolders.FindContentRoot(),
            options.DataRoot,
            builder.Configuration.GetConnectionString("Portal")
        );
        // Said in plain words by Program; the host's own log would add a stack trace.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Critical); // /health says it to those who ask
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error); // keys are as private as the data root
        builder.AddPortalLogs();
        builder.AddPortalTraces();
        builder.Services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(folders.Keys)).SetApplicationName("cll-clip");
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(folders);
        builder.Services.AddSingleton(_ => DataRootLock.Take(folders)); // made by the container, so that the container lets go of it
        builder.Services.AddSingleton<CorpusShelf>();
        builder.Services.TryAddSingleton<BaseModels>();
        builder.Services.AddUploadShelf(builder.Configuration);
        builder.Services.AddSingleton<EngineHost>();
        builder.Services.AddSingleton<IEngineHost>(s => s.GetRequiredService<EngineHost>());
        builder.Services.AddSingleton(s => new PreparationConsole(s.GetRequiredService<IEngineHost>(), ConsoleProgress.OnError()));
        builder.Services.AddHostedService(s => s.GetRequiredService<EngineHost>());
        if (shipped)
        {
            builder.Services.AddHostedService<ShippedRuns>();
        }
        return builder;
    }

    /// <summary>Takes the data root; comes before everything that writes. Says on the console where the portal is.</summary>
    /// <exception cref="EngineException">The data root cannot be written, or another portal uses it.</exception>
    public static IHost UsePortalHosting(this IHost app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var held = app.Services.GetRequiredService<DataRootLock>();
        app.Services.GetRequiredService<PreparationConsole>();
        app.Services.GetService<TracerProvider>(); // before the preparation begins, which is the first span
        KeyFiles.PutDamagedAside(
            app.Services.GetRequiredService<PortalFolders>(),
            app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(KeyFiles))
        );
        if (app.Services.GetService<IServer>() is { } server)
        {
            var folders = app.Services.GetRequiredService<PortalFolders>();
            var json = PortalLogs.IsJson(app.Services.GetRequiredService<IConfiguration>())
                ? app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(PortalHosting))
                : null;
            app.Services.GetRequiredService<IHostApplicationLifetime>()
                .ApplicationStarted.Register(() => Announce(server, held, folders, json));
        }
        return app;
    }

    private static void Announce(IServer server, DataRootLock held, PortalFolders folders, ILogger? json)
    {
        var addresses = string.Join(' ', server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        held.Write($"portal at {addresses}, process {Environment.ProcessId}");
        if (json is not null)
        {
            LogReady(json, addresses, folders.DataRoot); // a line of words would be none that a program reads
            return;
        }
        Console.WriteLine($"CLL-CLIP is at {addresses}   (data in {folders.DataRoot}; Ctrl+C ends it)");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "CLL-CLIP is at {Addresses} (data in {DataRoot})")]
    private static partial void LogReady(ILogger log, string addresses, string dataRoot);
}
