using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace CllClip.Portal.Features.Diagnostics;

/// <summary>
/// The settings that concern the portal. Values are shown of those alone that are named here and look as they should: a setting that somebody adds tomorrow is struck out
/// until it is added.
/// </summary>
internal static partial class SettingsInForce
{
    public const string Set = "set";
    public const string NotSet = "not set";

    private static readonly string[] Sections = ["CllClip", "ConnectionStrings", "Logging", "Kestrel", "urls", "AllowedHosts"];

    public static IReadOnlyList<SettingLine> Of(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return
        [
            .. settings
                .AsEnumerable()
                .Where(s => Concerns(s.Key) && !settings.GetSection(s.Key).GetChildren().Any())
                .OrderBy(s => s.Key, StringComparer.OrdinalIgnoreCase)
                .Select(s => new SettingLine(s.Key, Shown(s.Key, s.Value), Source(settings, s.Key))),
        ];
    }

    private static bool Concerns(string name) =>
        Sections.Contains(name.Split(':')[0], StringComparer.OrdinalIgnoreCase)
        || name.StartsWith("OTEL_", StringComparison.OrdinalIgnoreCase);

    private static string Shown(string name, string? value) =>
        string.IsNullOrWhiteSpace(value) ? NotSet
        : IsPlain(name, value) ? value
        : Set;

    private static bool IsPlain(string name, string value) =>
        (Numbers().IsMatch(name) && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        || (Switches().IsMatch(name) && bool.TryParse(value, out _))
        || (Levels().IsMatch(name) && Enum.TryParse<LogLevel>(value, true, out _))
        || (Words().IsMatch(name) && Word().IsMatch(value))
        || (Folders().IsMatch(name) && value.AsSpan().IndexOfAny('\n', '\r') < 0)
        || (name.Equals("urls", StringComparison.OrdinalIgnoreCase) && Addresses().IsMatch(value));

    private static string Source(IConfiguration settings, string name)
    {
        var from = (settings as IConfigurationRoot)?.Providers.LastOrDefault(p => p.TryGet(name, out _));
        return from switch
        {
            FileConfigurationProvider { Source.Path: { } path } => Path.GetFileName(path),
            EnvironmentVariablesConfigurationProvider => "environment",
            CommandLineConfigurationProvider => "command line",
            _ => "program",
        };
    }

    private const RegexOptions AnyCase = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    [GeneratedRegex(
        "^CllClip:(Jobs:(CheckpointSeconds|ReserveMegabytes)|Limits:(Pages|PagesPerAddress|Listeners|ListenersPerAddress)|Audit:KeepDays|Uploads:(MaxBytes|MaxOpen|ExpireHours|MaxUnpackedBytes|MaxEntries)|WebhookDelivery:(TimeoutSeconds|MostAttempts|FirstWaitSeconds))$|^OTEL_BSP_[A-Z_]+$",
        AnyCase
    )]
    private static partial Regex Numbers();

    [GeneratedRegex(
        "^CllClip:(Access:AnonymousViewers|WebhookDelivery:(AllowPrivateNetworks|AllowLoopback))$|^OTEL_SDK_DISABLED$",
        AnyCase
    )]
    private static partial Regex Switches();

    [GeneratedRegex("^Logging:(Console:)?LogLevel:[A-Za-z0-9_.]+$", AnyCase)]
    private static partial Regex Levels();

    [GeneratedRegex(
        "^CllClip:(Device|Precision|Jobs:Store|Log:Format|Search:DefaultCheckpoint|Telemetry:OtlpProtocol|Access:Tokens:[0-9]+:Role)$|^OTEL_(EXPORTER_OTLP_PROTOCOL|TRACES_SAMPLER)$",
        AnyCase
    )]
    private static partial Regex Words();

    [GeneratedRegex("^CllClip:(DataRoot|ContentRoot|Access:ServerFolders:[0-9]+)$", AnyCase)]
    private static partial Regex Folders();

    [GeneratedRegex(@"^[A-Za-z0-9/:_.\-]{1,40}$")]
    private static partial Regex Word();

    [GeneratedRegex(@"^https?://[A-Za-z0-9.\-\[\]:*+]+(;https?://[A-Za-z0-9.\-\[\]:*+]+)*$")]
    private static partial Regex Addresses();
}
