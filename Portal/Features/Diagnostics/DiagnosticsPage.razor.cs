using System.Globalization;
using System.Text.Json;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Shared.Runs;
using Microsoft.JSInterop;

namespace CllClip.Portal.Features.Diagnostics;

/// <summary>How the portal does. What takes a moment, the check of the database, comes after the rest is shown.</summary>
public sealed partial class DiagnosticsPage
{
    private static readonly (string Key, string Text)[] LogColumns =
    [
        ("at", PageText.Key("When (UTC)")),
        ("level", PageText.Key("Level")),
        ("source", PageText.Key("Source")),
        ("run", PageText.Key("Run")),
        ("message", PageText.Key("Message")),
    ];

    private static readonly (string Key, string Text)[] SettingColumns =
    [
        ("name", PageText.Key("Name")),
        ("value", PageText.Key("Value")),
        ("source", PageText.Key("Source")),
    ];

    private static readonly (string Key, string Text)[] ThingColumns =
    [
        ("kind", PageText.Key("Kind")),
        ("name", PageText.Key("Name")),
        ("state", PageText.Key("State")),
    ];

    private readonly CancellationTokenSource _gone = new();
    private DiagnosticsReport? _report;
    private string? _error;
    private bool _loading;
    private bool _copied;

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    protected override Task OnInitializedAsync() => Desk.MaySee ? LoadAsync() : Task.CompletedTask;

    private async Task LoadAsync()
    {
        (_loading, _copied) = (true, false);
        try
        {
            _report = await Desk.CollectAsync(check: false, _gone.Token);
            _error = null;
            StateHasChanged();
            _report = await Desk.CollectAsync(check: true, _gone.Token);
        }
        catch (OperationCanceledException)
        {
            // the page is gone
        }
        catch (Exception e)
        {
            _error = L["The diagnostics could not be read: {0}", e.Message];
        }
        finally
        {
            _loading = false;
        }
    }

    private async Task CopyAsync() =>
        _copied = await Js.InvokeAsync<bool>("portal.copy", JsonSerializer.Serialize(_report, CleanReport.Json));

    /// <summary>Names of libraries are the same in every language; what is no library's has a word.</summary>
    private string VersionOf(string name) =>
        name switch
        {
            "portal" => L["Portal"],
            "system" => L["Operating system"],
            "runtime" => L["Runtime"],
            _ => name,
        };

    private IEnumerable<(string Title, IReadOnlyList<(string Name, string Text)> Lines)> Cards(DiagnosticsReport r)
    {
        yield return (L["Versions"], [.. r.Versions.Select(v => (VersionOf(v.Name), v.Text))]);
        yield return (
            L["Process and machine"],
            [
                (L["Up for"], Formats.Duration(r.Machine.UptimeSeconds)),
                (L["Device"], r.Machine.Device is { } device ? $"{r.Machine.DeviceSetting} ({device})" : r.Machine.DeviceSetting ?? "–"),
                (L["Processors"], $"{r.Machine.Cpus}, {r.Machine.Architecture}"),
                (L["Garbage collection"], r.Machine.Gc),
                (L["Memory, managed"], Formats.Bytes(r.Memory.Managed)),
                (L["Memory, resident"], Formats.Bytes(r.Memory.Resident)),
                (L["Memory, native"], Formats.Bytes(r.Memory.Native)),
                (L["Memory to be had"], Formats.Bytes(r.Memory.Available)),
            ]
        );
        if (r.Disk is { } disk)
        {
            yield return (
                L["Disk"],
                [
                    (L["Data root"], disk.Folder),
                    (L["Free"], $"{Formats.Bytes(disk.FreeBytes)} / {Formats.Bytes(disk.TotalBytes)}"),
                    (L["Kept free"], Formats.Bytes(disk.ReserveBytes)),
                    (L["State"], disk.Low ? L["low: runs are paused"] : L["enough room"]),
                ]
            );
        }
        if (r.Database is { } database)
        {
            yield return (
                L["Database"],
                [
                    (L["File"], database.File),
                    (L["Size"], Formats.Bytes(database.Bytes)),
                    (L["Write-ahead log"], Formats.Bytes(database.WalBytes)),
                    (L["Schema"], database.Schema ?? "–"),
                    (L["Journal"], database.Journal ?? "–"),
                    (L["Integrity"], database.Integrity ?? L["being checked"]),
                ]
            );
        }
        if (r.Activity is { } activity)
        {
            yield return (
                L["Connections and queue"],
                [
                    (L["Open pages"], $"{activity.Circuits} ({activity.ConnectedCircuits})"),
                    (L["Hub connections"], $"{activity.HubConnections}"),
                    (L["Listeners to runs"], $"{activity.Subscribers}"),
                    (L["Runs that wait"], $"{activity.Queue}"),
                ]
            );
        }
        yield return (
            L["Runs by state"],
            [.. r.Runs.Select(c => (Enum.TryParse<RunState>(c.Name, out var s) ? RunStateNames.Of(s, L) : c.Name, $"{c.Count}"))]
        );
        if (r.Search is { } search)
        {
            yield return (
                L["Search engine"],
                [(L["State"], search.Error ?? (search.Ready ? L["ready"] : L[search.Phase])), (L["Galleries"], $"{search.Galleries}")]
            );
        }
    }

    private static List<string[]> LogRows(DiagnosticsReport report) =>
        [
            .. report
                .Log.Reverse()
                .Select(l =>
                    (string[])
                        [
                            l.At.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                            l.Level,
                            l.Category,
                            l.RunId ?? "",
                            l.Error is null ? l.Message : $"{l.Message}\n{l.Error}",
                        ]
                ),
        ];

    private static List<string[]> SettingRows(DiagnosticsReport report) =>
        [.. report.Settings.Select(s => (string[])[s.Name, s.Value, s.Source])];

    private List<string[]> ThingRows(DiagnosticsReport report) =>
        [
            .. report.Datasets.Select(d => (string[])[L["data set"], d.Name, d.Text]),
            .. report.Models.Select(m => (string[])[L["base model"], m.Name, m.Text]),
        ];
}
