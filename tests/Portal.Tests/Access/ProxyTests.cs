using System.Net;
using CllClip.Engine;
using CllClip.Portal.Access;
using CllClip.Portal.Tests.Api;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Access;

/// <summary>Proxies that the settings name tell who calls; nobody else does.</summary>
public sealed class ProxyTests
{
    private const string Wrong = "a token that is nobody's";

    [Fact]
    public async Task Wrong_tokens_of_one_caller_keep_no_other_out()
    {
        using var portal = Portal("127.0.0.1");
        for (var i = 0; i < 25; i++)
        {
            await AskAsync(portal, "203.0.113.7", Wrong);
        }
        Assert.Equal(429, await AskAsync(portal, "203.0.113.7", GuardedPortal.Admin));
        Assert.Equal(200, await AskAsync(portal, "203.0.113.8", GuardedPortal.Admin));
        Assert.Equal(200, await AskAsync(portal, "2001:db8::1", GuardedPortal.Admin));
        Assert.Equal(429, await AskAsync(portal, "203.0.113.8, 203.0.113.7", GuardedPortal.Admin)); // what a caller claims stands before what the proxy saw
        var log = (await portal.AskAsync("GET", "/api/v1/audit?k=100", change: As("203.0.113.9", GuardedPortal.Admin))).Text;
        Assert.Contains("203.0.113.7", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_else_is_believed()
    {
        foreach (var proxy in new[] { null, "10.0.0.0/8" })
        {
            using var portal = Portal(proxy);
            for (var i = 0; i < 25; i++)
            {
                await AskAsync(portal, $"203.0.113.{i}", Wrong);
            }
            Assert.Equal(429, await AskAsync(portal, "203.0.113.100", GuardedPortal.Admin));
        }
    }

    [Fact]
    public async Task The_cookie_is_for_https_alone_where_the_proxy_says_so()
    {
        using var portal = Portal("127.0.0.0/8");
        Assert.Contains("secure", await CookieAsync(portal, "https"), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("secure", await CookieAsync(portal, "http"), StringComparison.OrdinalIgnoreCase);
        using var unnamed = Portal(null);
        Assert.DoesNotContain("secure", await CookieAsync(unnamed, "https"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Whoever_is_signed_in_stays_so_whatever_others_try_from_the_same_address()
    {
        using var portal = Portal(null);
        var cookie = (await CookieAsync(portal, "http")).Split(';')[0];
        for (var i = 0; i < 25; i++)
        {
            await AskAsync(portal, "203.0.113.7", Wrong);
        }
        var audit = await portal.AskAsync("GET", "/api/v1/audit", change: r => r.Headers.Add("Cookie", cookie));
        Assert.True(audit.Code == 200, audit.Text);
        Assert.Equal(429, await AskAsync(portal, "203.0.113.7", GuardedPortal.Admin));
    }

    [Fact]
    public async Task A_proxy_says_that_others_than_this_machine_come()
    {
        using var portal = new PortalHost(new() { ["CllClip:Access:Proxies:0"] = "127.0.0.1" });
        Assert.True(portal.Services.GetRequiredService<AccessGate>().TokenNeeded);
        (await portal.AskAsync("GET", "/api/v1/audit")).Problem(401);
    }

    [Theory]
    [InlineData("proxy.example.org")]
    [InlineData("10.0.0.0/33")]
    [InlineData("")]
    public void What_is_no_address_and_no_network_ends_the_start(string proxy)
    {
        var options = new AccessOptions();
        options.Proxies.Add(proxy);
        var error = Assert.Throws<EngineException>(() => new ServiceCollection().AddTrustedProxies(options));
        Assert.Contains("CllClip:Access:Proxies", error.Message, StringComparison.Ordinal);
    }

    private static PortalHost Portal(string? proxy)
    {
        var settings = GuardedPortal.Settings(viewers: true);
        if (proxy is not null)
        {
            settings["CllClip:Access:Proxies:0"] = proxy;
        }
        return new(settings);
    }

    private static Action<HttpRequestMessage> As(string address, string token) =>
        request =>
        {
            GuardedPortal.As(token)(request);
            request.Headers.Add("X-Forwarded-For", address);
        };

    private static async Task<int> AskAsync(PortalHost portal, string address, string token) =>
        (await portal.AskAsync("GET", "/api/v1/audit", change: As(address, token))).Code;

    private static async Task<string> CookieAsync(PortalHost portal, string scheme)
    {
        using var client = portal.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/?token={Uri.EscapeDataString(GuardedPortal.Admin)}");
        request.Headers.Add("X-Forwarded-Proto", scheme);
        request.Headers.Add("X-Forwarded-For", "203.0.113.5");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return Assert.Single(answer.Headers.GetValues("Set-Cookie"), c => c.StartsWith(AccessGate.CookieName, StringComparison.Ordinal));
    }
}
