using System.Net;
using System.Net.Sockets;

namespace CllClip.Portal.Features.Webhooks;

/// <summary>
/// Which addresses messages may be sent to. Who registers a webhook makes the portal's machine call an address; it must not become a way to what only that
/// machine can reach. Names are resolved first and the very address that was looked at is connected to, so that a name cannot answer differently in between.
/// </summary>
internal static class TargetNetworks
{
    private static readonly IPNetwork[] Private =
    [
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"), // shared by carriers
        IPNetwork.Parse("fc00::/7"),
    ];

    /// <summary>Never the address of a server that somebody wants told: this network, link-local (also of cloud metadata), multicast, reserved, documentation.</summary>
    private static readonly IPNetwork[] Never =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("198.18.0.0/15"),
        IPNetwork.Parse("198.51.100.0/24"),
        IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("224.0.0.0/4"),
        IPNetwork.Parse("240.0.0.0/4"),
        IPNetwork.Parse("::/128"),
        IPNetwork.Parse("2001:db8::/32"),
        IPNetwork.Parse("fe80::/10"),
        IPNetwork.Parse("fec0::/10"),
        IPNetwork.Parse("ff00::/8"),
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Teredo = IPNetwork.Parse("2001::/32");

    /// <summary>Why an address may not be told; null if it may.</summary>
    public static string? Refusal(IPAddress address, WebhookDeliveryOptions options)
    {
        address = Inner(address);
        return IPAddress.IsLoopback(address)
            ? options.AllowLoopback
                ? null
                : $"{address} is this machine itself, which {WebhookDeliveryOptions.Section}:AllowLoopback does not allow."
            : Private.Any(n => n.Contains(address))
                ? options.AllowPrivateNetworks
                    ? null
                    : $"{address} belongs to a private network, which {WebhookDeliveryOptions.Section}:AllowPrivateNetworks does not allow."
                : Never.Any(n => n.Contains(address)) || Teredo.Contains(address)
                    ? $"{address} is no address of a server that can be told."
                    : null;
    }

    /// <summary>Connects to the first address of a name that may be told.</summary>
    /// <exception cref="HttpRequestException">None may be, or none answers.</exception>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, WebhookDeliveryOptions options, CancellationToken stop)
    {
        var addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(target.Host, stop);
        string? refusal = null;
        Exception? failure = null;
        foreach (var address in addresses)
        {
            if (Refusal(address, options) is { } refused)
            {
                refusal ??= refused;
                continue;
            }
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, target.Port), stop);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception error)
            {
                socket.Dispose();
                if (error is OperationCanceledException)
                {
                    throw;
                }
                failure = error;
            }
        }
        throw failure is not null
            ? new HttpRequestException(failure.Message, failure)
            : new TargetRefusedException(refusal ?? $"The name {target.Host} has no address.");
    }

    /// <summary>The IPv4 address within an IPv6 one that stands for it: what is forbidden must not be reachable by another spelling.</summary>
    private static IPAddress Inner(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }
        var bytes = address.GetAddressBytes();
        return Nat64.Contains(address) ? new IPAddress(bytes.AsSpan(12))
            : SixToFour.Contains(address) ? new IPAddress(bytes.AsSpan(2, 4))
            : bytes.AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0 && !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.IPv6Any)
                ? new IPAddress(bytes.AsSpan(12)) // IPv4-compatible
            : address;
    }
}

/// <summary>An address that may not be told; the message says why.</summary>
internal sealed class TargetRefusedException(string message) : HttpRequestException(message);
