using System.Net;
using CllClip.Portal.Access;
using Xunit;

namespace CllClip.Portal.Tests.Access;

public sealed class LoopbackTests(PortalHost portal) : IClassFixture<PortalHost>
{
    [Theory]
    [InlineData("http://localhost:5080", true)]
    [InlineData("http://127.0.0.1:0", true)]
    [InlineData("http://127.9.9.9:80", true)]
    [InlineData("https://[::1]:5081", true)]
    [InlineData("http://0.0.0.0:5080", false)]
    [InlineData("http://[::]:5080", false)]
    [InlineData("http://*:5080", false)]
    [InlineData("http://+:5080", false)]
    [InlineData("http://192.168.1.7:5080", false)]
    [InlineData("http://localhost.example.org:5080", false)]
    [InlineData("http://127.0.0.1.example.org", false)]
    public void An_address_is_loopback_only_if_no_other_machine_can_reach_it(string address, bool loopback) =>
        Assert.Equal(loopback, LoopbackAddress.IsLoopback(address));

    [Theory]
    [InlineData("attacker.example")]
    [InlineData("attacker.example:5080")]
    [InlineData("localhost.attacker.example")]
    [InlineData("192.168.1.7")]
    public async Task A_foreign_host_is_refused_as_a_rebound_name(string host)
    {
        using var answer = await Send(HttpMethod.Get, "/api/v1/methods", r => r.Headers.Host = host);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("localhost:5080")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:5080")]
    public async Task The_machine_s_own_names_are_served(string host)
    {
        using var answer = await Send(HttpMethod.Get, "/api/v1/methods", r => r.Headers.Host = host);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("POST", "/api/v1/runs", "https://attacker.example")]
    [InlineData("DELETE", "/api/v1/runs/1", "http://localhost.attacker.example")]
    [InlineData("POST", "/hubs/runs/negotiate?negotiateVersion=1", "null")]
    [InlineData("POST", "/_blazor/negotiate?negotiateVersion=1", "http://127.0.0.1:1")]
    [InlineData("GET", "/_blazor", "https://attacker.example")]
    [InlineData("GET", "/hubs/runs", "https://attacker.example")]
    public async Task A_foreign_origin_is_refused(string method, string path, string origin)
    {
        using var answer = await Send(new HttpMethod(method), path, r => r.Headers.Add("Origin", origin));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_change_that_a_browser_says_comes_from_another_site_is_refused_without_an_origin_too()
    {
        using var answer = await Send(HttpMethod.Post, "/api/v1/runs", r => r.Headers.Add("Sec-Fetch-Site", "cross-site"));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task The_portal_s_own_origin_is_served()
    {
        using var answer = await Send(
            HttpMethod.Post,
            "/_blazor/negotiate?negotiateVersion=1",
            r => r.Headers.Add("Origin", portal.Address.GetLeftPart(UriPartial.Authority))
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/methods")]
    [InlineData("/no-such-page")]
    [InlineData("/css/portal.css")]
    public async Task Every_answer_carries_the_security_headers(string path)
    {
        using var answer = await Send(HttpMethod.Get, path, _ => { });
        var policy = string.Join(";", answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task The_page_s_inline_script_carries_the_nonce_of_its_policy()
    {
        using var answer = await Send(HttpMethod.Get, "/", _ => { });
        var policy = string.Join(";", answer.Headers.GetValues("Content-Security-Policy"));
        var nonce = policy.Split("'nonce-")[1].Split('\'')[0];
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Contains($"nonce=\"{nonce}\"", page, StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> Send(HttpMethod method, string path, Action<HttpRequestMessage> change)
    {
        using var client = portal.Client();
        using var request = new HttpRequestMessage(method, path);
        change(request);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
