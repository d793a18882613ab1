using CllClip.Portal.Health;
using CllClip.Portal.Telemetry;

namespace CllClip.Portal.Features.Diagnostics;

/// <summary>How the portal does: what somebody who is to help asks first. Secrets and people's folders are struck out.</summary>
public sealed record DiagnosticsReport
{
    /// <summary>When it was made (UTC).</summary>
    public required DateTime At { get; init; }

    /// <summary>Whether the portal itself made it; the command line knows less.</summary>
    public required bool Live { get; init; }

    /// <summary>Versions of portal, .NET, libraries and system.</summary>
    public IReadOnlyList<NamedText> Versions { get; init; } = [];

    public required MachineFacts Machine { get; init; }

    public required ProcessMemory Memory { get; init; }

    public DiskFacts? Disk { get; init; }

    public DatabaseFacts? Database { get; init; }

    public ActivityFacts? Activity { get; init; }

    /// <summary>Number of runs in each state.</summary>
    public IReadOnlyList<NamedCount> Runs { get; init; } = [];

    public SearchFacts? Search { get; init; }

    /// <summary>Data sets and how far each is.</summary>
    public IReadOnlyList<NamedText> Datasets { get; init; } = [];

    /// <summary>Base models and whether each can be used.</summary>
    public IReadOnlyList<NamedText> Models { get; init; } = [];

    /// <summary>Settings in force; of what may be secret only whether it is set.</summary>
    public IReadOnlyList<SettingLine> Settings { get; init; } = [];

    /// <summary>The last warnings and errors, the oldest first.</summary>
    public IReadOnlyList<LogEntry> Log { get; init; } = [];

    /// <summary>What could not be found out, and why.</summary>
    public IReadOnlyList<NamedText> Problems { get; init; } = [];
}

/// <summary>A text under a name.</summary>
public sealed record NamedText(string Name, string Text);

/// <summary>A number under a name.</summary>
public sealed record NamedCount(string Name, int Count);

/// <summary>The machine as the process sees it.</summary>
/// <param name="Cpus">Processors that it may use.</param>
/// <param name="Architecture">Of the process.</param>
/// <param name="Gc">How .NET collects garbage: <c>server</c> or <c>workstation</c>, <c>concurrent</c> or not.</param>
/// <param name="DeviceSetting">Device of the settings; null where they cannot be read.</param>
/// <param name="Device">Device that it stands for here; null while unknown.</param>
/// <param name="StartedAt">When the process began (UTC).</param>
/// <param name="UptimeSeconds">Seconds since.</param>
public sealed record MachineFacts(
    int Cpus,
    string Architecture,
    string Gc,
    string? DeviceSetting,
    string? Device,
    DateTime StartedAt,
    double UptimeSeconds
);

/// <summary>The disk of the data root.</summary>
/// <param name="Folder">The data root, without the folders above a person's own.</param>
/// <param name="FreeBytes">Free for this account; null where the system does not say.</param>
/// <param name="TotalBytes">Size; null where the system does not say.</param>
/// <param name="ReserveBytes">Bytes that are kept free; runs pause before.</param>
/// <param name="Low">Whether the reserve is being used up.</param>
public sealed record DiskFacts(string Folder, long? FreeBytes, long? TotalBytes, long ReserveBytes, bool Low);

/// <summary>The database.</summary>
/// <param name="File">Its file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="WalBytes">Size of the log beside it.</param>
/// <param name="Schema">The last migration that it has.</param>
/// <param name="Journal">How it keeps its journal; <c>wal</c> where all is well.</param>
/// <param name="Integrity"><c>ok</c>, or what is wrong; null where nobody looked.</param>
public sealed record DatabaseFacts(string File, long Bytes, long WalBytes, string? Schema, string? Journal, string? Integrity);

/// <summary>Who is connected, and what waits.</summary>
/// <param name="Circuits">Open pages.</param>
/// <param name="ConnectedCircuits">Of them with a connection at the moment.</param>
/// <param name="HubConnections">Connections of the hub.</param>
/// <param name="Subscribers">Listeners to runs: pages, hub, metrics.</param>
/// <param name="Queue">Runs that wait for a device.</param>
public sealed record ActivityFacts(int Circuits, int ConnectedCircuits, int HubConnections, int Subscribers, int Queue);

/// <summary>The search engine.</summary>
/// <param name="Ready">Whether it answers.</param>
/// <param name="Phase">What the start is doing.</param>
/// <param name="Error">Why it cannot go on; null if it can.</param>
/// <param name="Galleries">Galleries to choose among.</param>
public sealed record SearchFacts(bool Ready, string Phase, string? Error, int Galleries);

/// <summary>A setting in force.</summary>
/// <param name="Name">With its colons.</param>
/// <param name="Value">Its value; <c>set</c> or <c>not set</c> where it may be secret.</param>
/// <param name="Source">Where it was set: a file, the environment, the command line.</param>
public sealed record SettingLine(string Name, string Value, string Source);
