using CllClip.Engine;
using CllClip.Portal.Features.Diagnostics;
using CllClip.Portal.Health;
using CllClip.Portal.Hosting;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Storage;
using CllClip.Portal.Telemetry;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Commands;

/// <summary>
/// <c>diagnostics</c>: the bundle without the portal. It only reads and holds no lock, so it works beside a portal that runs, and also where none can start: a part that
/// fails is named in the report.
/// </summary>
internal static class DiagnosticsCommand
{
    private const string Out = "--out";

    public static readonly IReadOnlyList<Switch> Switches =
    [
        new(Out, "FILE", "the zip to write, for example diagnostics.zip; must not exist"),
    ];

    public static async Task<int> WriteAsync(string[] args)
    {
        var given = Commands.Switches.Read(args, Switches);
        given.Errors.AddRange(given.Words.Select(w => $"'{w}' is not understood; the file stands behind {Out}."));
        if (given[Out] is not { Length: > 0 })
        {
            given.Errors.Add($"{Out}: name the file to write: diagnostics {Out} diagnostics.zip");
        }
        if (given.Errors.Count > 0)
        {
            throw new WrongCommandException(given.Errors);
        }
        var target = Path.GetFullPath(given[Out]!);
        var settings = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = [.. given.Settings], ContentRootPath = PortalFolders.FindContentRoot() }
        ).Configuration;
        var bundle = await BundleAsync(settings);
        try
        {
            await using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
            await file.WriteAsync(bundle);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException && StartupError.Explain(error) is null)
        {
            throw new EngineException(
                File.Exists(target)
                    ? $"{target} exists already. Choose another name with {Out}."
                    : $"{target} cannot be written: {error.Message}",
                error
            );
        }
        Console.WriteLine(
            $"Diagnostics are in {target} ({Formats.Bytes(bundle.Length)}), without secrets; README.txt in it says what is there. Log and metrics only the running portal has: GET /api/v1/diagnostics/bundle."
        );
        return CommandLine.Done;
    }

    private static async Task<byte[]> BundleAsync(ConfigurationManager settings)
    {
        var parts = new Parts();
        var options = parts.Try("settings", () => settings.GetSection(PortalOptions.Section).Get<PortalOptions>() ?? new());
        parts.Try("settings", () => options?.Check());
        var folders = options is null
            ? null
            : parts.Try(
                "folders",
                () =>
                    new PortalFolders(
                        options.ContentRoot ?? PortalFolders.FindContentRoot(),
                        options.DataRoot,
                        settings.GetConnectionString("Portal")
                    )
            );
        var scrubber = new Scrubber(KnownSecrets.Of(settings), KnownSecrets.Folders(folders));
        var csv = folders is null || !File.Exists(folders.Database) ? null : await parts.TryAsync("runs", () => RunsAsync(folders));
        var report = new DiagnosticsReport
        {
            At = DateTime.UtcNow,
            Live = false,
            Versions = parts.Try("versions", Facts.Versions) ?? [],
            Machine = Facts.Machine(options, name => parts.Try("device", () => Facts.Device(name))),
            Memory = ProcessMemory.Now(),
            Disk = folders is null ? null : parts.Try("disk", () => Facts.Disk(folders, options!.Jobs.ReserveMegabytes * 1_000_000L, null)),
            Database = folders is null ? null : parts.Try("database", () => Facts.Database(folders.Database, check: true)),
            Datasets = folders is null ? [] : parts.Try("data sets", () => Prepared(folders)) ?? [],
            Models = folders is null ? [] : parts.Try("models", () => Models(new BaseModels(folders))) ?? [],
            Settings = SettingsInForce.Of(settings),
            Problems = parts.Problems,
        };
        return DiagnosticsBundle.Write(CleanReport.Of(report, scrubber), csv is null ? [] : [("runs.csv", csv)], scrubber);
    }

    private static async Task<string> RunsAsync(PortalFolders folders)
    {
        var connection = new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder
        {
            DataSource = folders.Database,
            Mode = Microsoft.Data.Sqlite.SqliteOpenMode.ReadOnly,
            Pooling = false,
        };
        await using var db = new PortalDbContext(new DbContextOptionsBuilder<PortalDbContext>().UseSqlite(connection.ToString()).Options);
        return await RunLines.CsvAsync(db);
    }

    private static List<NamedText> Prepared(PortalFolders folders) =>
        Path.GetDirectoryName(folders.Dataset("any")) is { } all && Directory.Exists(all)
            ?
            [
                .. Directory
                    .EnumerateDirectories(all)
                    .Order(StringComparer.Ordinal)
                    .Select(d => new NamedText(Path.GetFileName(d), "there")),
            ]
            : [];

    private static List<NamedText> Models(BaseModels models) =>
        [.. models.Ids.Select(id => new NamedText(id, models.Find(id)?.Error ?? "usable"))];
}
