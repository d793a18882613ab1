using CllClip.Engine;
using OpenTelemetry.Exporter;

namespace CllClip.Portal.Telemetry;

/// <summary>Where traces go, if anywhere.</summary>
/// <param name="Endpoint">Address that spans are posted to; null: there are no traces.</param>
/// <param name="Protocol">How they are written.</param>
/// <param name="Service">Name of the portal among others that the collector hears from.</param>
public sealed record TelemetrySettings(Uri? Endpoint, OtlpExportProtocol Protocol, string Service)
{
    public const string EndpointSetting = "CllClip:Telemetry:OtlpEndpoint";
    public const string ProtocolSetting = "CllClip:Telemetry:OtlpProtocol";

    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string TracesVariable = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private const string ProtocolVariable = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const string Usual = "cll-clip";
    private const string SignalPath = "v1/traces";
    private const int GrpcPort = 4317;

    /// <summary>The portal's own settings, else the standard variables of OpenTelemetry.</summary>
    /// <exception cref="EngineException">A setting cannot be used; the message names it.</exception>
    public static TelemetrySettings Read(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var service = Given(settings, "OTEL_SERVICE_NAME") ?? Usual;
        var name = new[] { EndpointSetting, TracesVariable, EndpointVariable }.FirstOrDefault(n => Given(settings, n) is not null);
        if (name is null)
        {
            return new(null, OtlpExportProtocol.HttpProtobuf, service);
        }
        var address = Address(name, Given(settings, name)!);
        var protocol = ProtocolOf(settings, address);
        var whole = name == TracesVariable || protocol == OtlpExportProtocol.Grpc; // as it stands
        return new(whole ? address : WithPath(address), protocol, service);
    }

    private static Uri Address(string setting, string text)
    {
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https")
            || address.Host.Length == 0
        )
        {
            // Not said again: what is no address may be a token that came into the wrong line.
            throw new EngineException(
                $"The setting {setting} is no address of a collector. Write for example http://localhost:4318, or leave it out for no traces."
            );
        }
        return address.UserInfo.Length == 0
            ? address
            : throw new EngineException(
                $"The setting {setting} holds a name or password before the host. Give the collector's key with OTEL_EXPORTER_OTLP_HEADERS in the environment."
            );
    }

    private static OtlpExportProtocol ProtocolOf(IConfiguration settings, Uri address)
    {
        var name = Given(settings, ProtocolSetting) is not null ? ProtocolSetting : ProtocolVariable;
        return Given(settings, name) switch
        {
            null => address.Port == GrpcPort ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
            "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
            "grpc" => OtlpExportProtocol.Grpc,
            _ => throw new EngineException($"The setting {name} names no protocol that the portal speaks. Use http/protobuf or grpc."),
        };
    }

    private static Uri WithPath(Uri address) =>
        address.AbsolutePath.TrimEnd('/').EndsWith("/" + SignalPath, StringComparison.Ordinal)
            ? address
            : new UriBuilder(address) { Path = $"{address.AbsolutePath.TrimEnd('/')}/{SignalPath}" }.Uri;

    private static string? Given(IConfiguration settings, string name) =>
        settings[name] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;
}
