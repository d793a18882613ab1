using System.Net;
using CllClip.Engine;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace CllClip.Portal.Access;

/// <summary>Reverse proxies that are believed when they say who calls: those that the settings name, one step back, and nobody else.</summary>
internal static class TrustedProxies
{
    /// <exception cref="EngineException">The settings name one that is no address and no network.</exception>
    public static IServiceCollection AddTrustedProxies(this IServiceCollection services, AccessOptions options)
    {
        var networks = options.Proxies.Select(Network).ToList();
        return services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.KnownProxies.Clear(); // loopback is not trusted by itself
            forwarded.KnownIPNetworks.Clear();
            networks.ForEach(forwarded.KnownIPNetworks.Add);
            forwarded.ForwardLimit = 1;
            // A foreign host stays foreign: the name is the proxy's to pass on as Host.
            forwarded.ForwardedHeaders =
                networks.Count > 0 ? ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto : ForwardedHeaders.None;
        });
    }

    private static IPNetwork Network(string proxy)
    {
        var text = proxy.Trim();
        return IPNetwork.TryParse(text, out var network) ? network
            : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new EngineException(
                $"The setting {AccessOptions.Section}:Proxies names '{proxy}'. Write the address of a proxy, such as 10.0.0.5, or a network, such as 10.0.0.0/24."
            );
    }
}
