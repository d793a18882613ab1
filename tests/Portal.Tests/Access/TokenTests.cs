using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Runs;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
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
    [InlineData("correct horse & battery/staplee")]
    [InlineData("Correct horse & battery/staple")]
    [InlineData("correct%20horse%20%26%20battery%2Fstaple")]
    public async Task A_change_without_the_token_is_refused(string? bearer)
    {
        using var client = portal.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs");
        if (bearer is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + bearer);
        }
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task A_change_with_the_token_passes_the_gate()
    {
        using var client = portal.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs/none/stop");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
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

        using var change = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/runs/none");
        change.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var passed = await client.SendAsync(change, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, passed.StatusCode);
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
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
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

    [Fact]
    public async Task After_many_wrong_tokens_not_even_the_right_one_is_looked_at()
    {
        using var other = new PortalHost(new() { ["CllClip:Access:Token"] = "1234" }, boundTo: "http://*:5080");
        using var client = other.Client();
        var codes = new List<int>();
        for (var i = 0; i < 30; i++)
        {
            using var answer = await client.GetAsync($"/?token={i}", TestContext.Current.CancellationToken);
            codes.Add((int)answer.StatusCode);
        }
        Assert.Equal([401, 429], codes.Distinct());
        using var right = await client.GetAsync("/?token=1234", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, right.StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "1234");
        using var change = await client.PostAsync("/api/v1/runs", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, change.StatusCode);
        using var look = await client.GetAsync("/api/v1/methods", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, look.StatusCode); // looking goes on
    }

    [Fact]
    public async Task A_cookie_of_an_earlier_start_is_taken_back()
    {
        using var client = portal.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Cookie", $"{AccessGate.CookieName}=0123");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(answer.Headers.GetValues("Set-Cookie"), c => c.StartsWith(AccessGate.CookieName + "=;", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_caller_from_afar_who_asks_too_often_is_told_to_wait()
    {
        using var other = new PortalHost(new() { ["CllClip:Access:Token"] = Token }, boundTo: "http://*:5080");
        using var client = other.Client();
        for (var i = 0; i < 1000; i++)
        {
            using var answer = await client.GetAsync("/api/v1/no-such-thing", TestContext.Current.CancellationToken);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Assert.NotNull(answer.Headers.RetryAfter);
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
                return;
            }
        }
        Assert.Fail("A thousand requests in a row were all answered.");
    }

    [Fact]
    public async Task A_page_s_buttons_are_guarded_by_the_same_rule()
    {
        using var scope = portal.Services.CreateScope();
        var caller = (IHostEnvironmentAuthenticationStateProvider)scope.ServiceProvider.GetRequiredService<AuthenticationStateProvider>();
        void Be(ClaimsPrincipal user) => caller.SetAuthenticationState(Task.FromResult(new AuthenticationState(user)));
        var desk = scope.ServiceProvider.GetRequiredService<IRunDesk>();
        Be(new Caller(Caller.Anonymous, Role.Viewer, "10.0.0.7").ToPrincipal());
        Assert.Contains("token", await desk.StopAsync("none", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var refused = await desk.SubmitAsync(
            [new RunRequest { Method = "zero-shot", Languages = ["en"] }],
            TestContext.Current.CancellationToken
        );
        Assert.Equal(["access"], refused.Errors.Keys);
        Assert.NotNull(await desk.ListAsync(new RunFilter(), TestContext.Current.CancellationToken));
        Be(new Caller("admin", Role.Admin, "10.0.0.7").ToPrincipal());
        Assert.Contains("There is no run", await desk.StopAsync("none", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private async Task<HttpStatusCode> Status(HttpMethod method, string path)
    {
        using var client = portal.Client();
        using var request = new HttpRequestMessage(method, path);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
