using System.Net;
using System.Net.Http.Headers;
using CllClip.Portal.Access;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Access;

/// <summary>The names by which a portal is called: behind a proxy on the same machine, and on an open address.</summary>
public sealed class HostsTests(HostsTests.ProxiedHost proxied, HostsTests.OpenHost open)
    : IClassFixture<HostsTests.ProxiedHost>,
        IClassFixture<HostsTests.OpenHost>
{
    public sealed class ProxiedHost() : PortalHost(new() { ["CllClip:Access:Hosts:0"] = "portal.example.org" });

    public sealed class OpenHost()
        : PortalHost(new() { ["CllClip:Access:Hosts:0"] = "portal.example.org" }, boundTo: "http://0.0.0.0:5080");

    [Theory]
    [InlineData("portal.example.org")]
    [InlineData("localhost")]
    public async Task Behind_a_proxy_anybody_may_look_and_changes_need_the_token(string host)
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(proxied, HttpMethod.Get, "/api/v1/methods", host));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(proxied, HttpMethod.Post, "/api/v1/runs", host));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(proxied, HttpMethod.Delete, "/api/v1/runs/1", host));
        var gate = proxied.Services.GetRequiredService<AccessGate>();
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(proxied, HttpMethod.Delete, "/api/v1/runs/1", host, gate.Token));
    }

    [Fact]
    public void Behind_a_proxy_the_token_that_was_made_is_told_with_the_proxys_address()
    {
        var gate = proxied.Services.GetRequiredService<AccessGate>();
        Assert.True(gate is { Loopback: true, TokenNeeded: true, TokenIsMade: true });
        Assert.Contains($"https://portal.example.org/?token={gate.Token}", gate.AddressesWithToken);
        Assert.Contains($"{proxied.Address.GetLeftPart(UriPartial.Authority)}/?token={gate.Token}", gate.AddressesWithToken);
    }

    [Theory]
    [InlineData("192.168.1.7")]
    [InlineData("other.example.org")]
    public async Task Behind_a_proxy_other_names_are_foreign(string host) =>
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(proxied, HttpMethod.Get, "/api/v1/methods", host));

    [Theory]
    [InlineData("192.168.1.7:5080")]
    [InlineData("[fe80::1]:5080")]
    [InlineData("localhost:5080")]
    [InlineData("PORTAL.example.org")]
    public async Task On_an_open_address_numbers_and_own_names_are_served(string host) =>
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(open, HttpMethod.Get, "/api/v1/methods", host));

    [Fact]
    public async Task On_an_open_address_the_machine_s_name_is_served() =>
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(open, HttpMethod.Get, "/api/v1/methods", Environment.MachineName + ":5080"));

    [Theory]
    [InlineData("attacker.example")]
    [InlineData("portal.example.org.attacker.example")]
    [InlineData("192.168.1.7.attacker.example")]
    public async Task On_an_open_address_a_foreign_name_is_refused_with_the_remedy(string host)
    {
        using var client = open.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/methods");
        request.Headers.Host = host;
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains(
            "CllClip:Access:Hosts",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    private static async Task<HttpStatusCode> StatusAsync(
        PortalHost portal,
        HttpMethod method,
        string path,
        string host,
        string? token = null
    )
    {
        using var client = portal.Client();
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Host = host;
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
