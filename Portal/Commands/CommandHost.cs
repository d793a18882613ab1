using CllClip.Portal.Access;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Features.Models;
using CllClip.Portal.Features.Pruning;
using CllClip.Portal.Features.Webhooks;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Commands;

/// <summary>The portal's parts without its server: the same storage, queue and worker.</summary>
internal static class CommandHost
{
    /// <param name="settings">Settings of the portal, for example <c>--CllClip:DataRoot=/data</c>.</param>
    /// <param name="shipped">Whether the runs that came with the program are brought in at the start.</param>
    /// <exception cref="Engine.EngineException">A setting is wrong.</exception>
    public static IHost Build(IReadOnlyList<string> settings, bool shipped = false)
    {
        var builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = [.. settings], ContentRootPath = PortalFolders.FindContentRoot() }
        );
        builder.AddPortalHosting(shipped);
        builder.Services.AddPortalStorage();
        builder.Services.AddPortalJobs();
        builder.Services.AddWebhookOutbox(); // the portal sends them when it is started next
        builder.Services.AddSingleton(ServerFolders.All);
        builder.Services.AddCorpora();
        builder.Services.AddModels();
        builder.Services.AddPruner();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>(); // a command minds Ctrl+C itself
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("CllClip", LogLevel.Warning);
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace); // the output is the command's
        return builder.Build();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
