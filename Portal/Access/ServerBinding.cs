using System.Net;
using System.Net.NetworkInformation;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace CllClip.Portal.Access;

/// <summary>The addresses that the server listens on; known once it has started.</summary>
public interface IServerBinding
{
    IReadOnlyCollection<string> Addresses { get; }

    /// <summary>Whether the server has started, so that no address is yet to come.</summary>
    bool Complete { get; }
}

/// <summary>The addresses as the server reports them (one that says none is taken to be reachable).</summary>
internal sealed class ServerBinding(IServer server, IHostApplicationLifetime lifetime) : IServerBinding
{
    public IReadOnlyCollection<string> Addresses => [.. server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []];

    public bool Complete => lifetime.ApplicationStarted.IsCancellationRequested;
}

internal static class LoopbackAddress
{
    /// <summary>Whether an address such as <c>http://localhost:5080</c> can be reached from this machine only. Wildcards, names and sockets count as reachable.</summary>
    public static bool IsLoopback(string address) =>
        BindingAddress.Parse(address) is { IsUnixPipe: false, IsNamedPipe: false } parsed && IsLoopbackHost(parsed.Host);

    /// <summary>Whether a host name, without its port, means this machine itself.</summary>
    public static bool IsLoopbackHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.AsSpan().Trim("[]"), out var address) && IPAddress.IsLoopback(address));

    /// <summary>Whether a host, without its port, is an IP address and no name.</summary>
    public static bool IsNumber(string host) => IPAddress.TryParse(host.AsSpan().Trim("[]"), out _);

    /// <summary>Whether a host, without its port, is this machine's own name: bare, in its domain, or in the link's (<c>.local</c>).</summary>
    public static bool IsThisMachine(string host)
    {
        var name = Environment.MachineName;
        return new[] { name, $"{name}.local", $"{name}.{Domain.Value}" }.Contains(host, StringComparer.OrdinalIgnoreCase);
    }

    private static readonly Lazy<string> Domain = new(() => IPGlobalProperties.GetIPGlobalProperties().DomainName);
}
