using System.Runtime.InteropServices;
using CllClip.Portal.Hosting;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Storage;
using CllClip.Portal.Storage.Backups;
using CllClip.Portal.Telemetry;
using Microsoft.EntityFrameworkCore;
using OpenTelemetry.Trace;

namespace CllClip.Portal.Commands;

/// <summary><c>backup</c> and <c>restore</c>: everything of a data root that cannot be made again, as one file.</summary>
internal static class BackupCommands
{
    private const string Out = "--out";

    public static readonly IReadOnlyList<Switch> BackupSwitches =
    [
        new(Out, "FILE", "the archive to write, for example portal.zip; must not exist"),
    ];

    /// <summary>Only reads the data root, so it may work beside a running portal.</summary>
    public static int Backup(string[] args)
    {
        var given = Switches.Read(args, BackupSwitches);
        given.Errors.AddRange(given.Words.Select(w => $"'{w}' is not understood; the file stands behind {Out}."));
        if (given[Out] is not { Length: > 0 })
        {
            given.Errors.Add($"{Out}: name the file to write: backup {Out} portal.zip");
        }
        Check(given);
        using var host = CommandHost.Build(given.Settings);
        var target = Path.GetFullPath(given[Out]!);
        return Work(
            (report, stop) =>
            {
                var writer = new BackupWriter(
                    host.Services.GetRequiredService<PortalFolders>(),
                    Migrations(host.Services),
                    TimeProvider.System
                );
                host.Services.GetService<TracerProvider>(); // nothing else starts it here; what it holds goes out as the host ends
                var span = host.Services.GetRequiredService<PortalTraces>().StartRoot("backup");
                var made = span.During(() => writer.Write(target, report, stop));
                return $"{made.Runs} runs, {made.Files.Count} files, {Formats.Bytes(made.Files.Sum(f => f.Bytes))} are in {target} ({Formats.Bytes(new FileInfo(target).Length)}). It holds the portal's keys: keep it as private as the data root.";
            }
        );
    }

    public static int Restore(string[] args)
    {
        var given = Switches.Read(args, []);
        if (given.Words.Count != 1)
        {
            given.Errors.Add("Name one backup: restore FILE --CllClip:DataRoot=FOLDER");
        }
        Check(given);
        using var host = CommandHost.Build(given.Settings);
        var folders = host.Services.GetRequiredService<PortalFolders>();
        return Work(
            (report, stop) =>
            {
                var restored = new BackupRestore(folders, Migrations(host.Services)).Restore(
                    Path.GetFullPath(given.Words[0]),
                    report,
                    stop
                );
                return $"{restored.Runs} runs of {restored.CreatedAt:yyyy-MM-dd HH:mm} UTC are in {folders.DataRoot}, every file checked. Start the portal with --CllClip:DataRoot={folders.DataRoot}; runs that were queued or running go on by themselves.";
            }
        );
    }

    /// <summary>Works with a bar on the error stream; Ctrl+C ends it and leaves nothing behind.</summary>
    private static int Work(Func<Action<double, string, double?>, CancellationToken, string> work)
    {
        var console = ConsoleProgress.OnError();
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            var words = work(console.Report, stop.Token);
            console.End();
            Console.WriteLine(words);
            return CommandLine.Done;
        }
        catch (OperationCanceledException)
        {
            console.Line("Stopped; nothing is left of it.");
            return CommandLine.Interrupted;
        }
        finally
        {
            console.End();
        }
    }

    /// <summary>Migrations that this program knows.</summary>
    private static List<string> Migrations(IServiceProvider services)
    {
        using var db = services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContext();
        return [.. db.Database.GetMigrations()];
    }

    private static void Check(Switches given)
    {
        if (given.Errors.Count > 0)
        {
            throw new WrongCommandException(given.Errors);
        }
    }
}
