using System.Net;
using System.Net.Http.Headers;
using Xunit;

namespace CllClip.Portal.Tests.Access;

/// <summary>A portal that other machines can reach.</summary>
public sealed class TokenTests(TokenTests.OpenHost portal) : IClassFixture<TokenTests.OpenHost>
{
    private const string Token = "correct horse & battery/staple";

    public sealed class OpenHost() : PortalHost(new() { ["CllClip:Access:Token"] = Token }, boundTo: "http://0.0.0.0:5080");

    [Fact]
    public async Task Anybody_may_look()
    {
        Assert.Equal(HttpStatusCode.OK, await Status(HttpMethod.Get, "/api/v1/methods"));
        Assert.Equal(HttpStatusCode.OK, await Status(HttpMethod.Get, "/"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData("correct horse & battery/stapl")]
    [InlineData("correct horse & battery/staple ☃")]
    public async Task A_change_without_the_token_is_refused(string? bearer)
    {
        using var client = portal.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs");
        if (bearer is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + Uri.EscapeDataString(bearer));
        }
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task A_change_with_the_token_passes_the_gate()
    {
        using var client = portal.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/no-such-thing");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.NotEqual(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task The_address_with_the_token_gives_a_strict_cookie_and_goes_on_without_the_token()
    {
        using var client = portal.Client();
        using var answer = await client.GetAsync(
            $"/runs?state=Running&token={Uri.EscapeDataString(Token)}",
            TestContext.Current.CancellationToken
        );
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("/runs?state=Running", answer.Headers.Location?.OriginalString);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("horse", cookie, StringComparison.Ordinal);

        using var change = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/no-such-thing");
        change.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var passed = await client.SendAsync(change, TestContext.Current.CancellationToken);
        Assert.NotEqual(HttpStatusCode.Unauthorized, passed.StatusCode);
    }

    [Fact]
    public async Task The_address_with_the_token_never_leads_to_another_host()
    {
        using var client = portal.Client();
        using var answer = await client.GetAsync(
            new Uri(portal.Address.GetLeftPart(UriPartial.Authority) + "//attacker.example/?token=" + Uri.EscapeDataString(Token)),
            TestContext.Current.CancellationToken
        );
        Assert.Equal("/attacker.example/", answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_wrong_token_in_the_address_gives_no_cookie()
    {
        using var client = portal.Client();
        using var answer = await client.GetAsync("/?token=wrong", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Where_anonymous_viewers_are_not_wanted_nothing_but_health_is_shown()
    {
        using var other = new PortalHost(
            new() { ["CllClip:Access:Token"] = Token, ["CllClip:Access:AnonymousViewers"] = "false" },
            boundTo: "http://[::]:5080"
        );
        using var client = other.Client();
        foreach (var path in new[] { "/", "/api/v1/methods", "/openapi/v1.json", "/_blazor", "/hubs/runs", "/metrics" })
        {
            using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
        using var alive = await client.GetAsync("/health/live", TestContext.Current.CancellationToken);
        Assert.NotEqual(HttpStatusCode.Unauthorized, alive.StatusCode);
    }

    [Fact]
    public async Task Without_a_token_in_the_settings_one_is_made_and_a_guess_does_not_pass()
    {
        using var other = new PortalHost([], boundTo: "http://*:5080");
        using var client = other.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "");
        using var answer = await client.PostAsync("/api/v1/runs", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private async Task<HttpStatusCode> Status(HttpMethod method, string path)
    {
        using var client = portal.Client();
        using var request = new HttpRequestMessage(method, path);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
