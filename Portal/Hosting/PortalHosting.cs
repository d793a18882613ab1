using CllClip.Engine;
using Microsoft.AspNetCore.DataProtection;

namespace CllClip.Portal.Hosting;

/// <summary>Settings, folders, the lock on the data root, and the engine.</summary>
public static class PortalHosting
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

    /// <exception cref="EngineException">A setting is wrong, the data root cannot be written, or another portal uses it.</exception>
    public static WebApplicationBuilder AddPortalHosting(this WebApplicationBuilder builder)
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
        builder.Services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(folders.Keys)).SetApplicationName("cll-clip");
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error); // keys are as private as the data root
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(folders);
        // Made by the container, so that the container lets go of it; taken before anything is written (see Program).
        builder.Services.AddSingleton(_ => DataRootLock.Take(folders));
        builder.Services.AddSingleton<EngineHost>();
        builder.Services.AddSingleton<IEngineHost>(s => s.GetRequiredService<EngineHost>());
        builder.Services.AddHostedService(s => s.GetRequiredService<EngineHost>());
        return builder;
    }

    /// <summary>Takes the data root; comes before everything that writes.</summary>
    public static WebApplication UsePortalHosting(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Services.GetRequiredService<DataRootLock>();
        return app;
    }
}
