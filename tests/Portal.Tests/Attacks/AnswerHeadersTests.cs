using System.Text;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Tests.Api;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>Every kind of answer carries the headers that bind a browser, and no error tells what the program is made of.</summary>
public sealed class AnswerHeadersTests(AttackedPortal portal) : IClassFixture<AttackedPortal>, IAsyncLifetime
{
    private const string Inside = "secret-inside-7f3a";

    public async ValueTask InitializeAsync() => await portal.ReadyAsync();

    public async ValueTask DisposeAsync() => await portal.IsUnharmedAsync();

    [Theory]
    // pages, whole and missing
    [InlineData("GET", "/", 200)]
    [InlineData("GET", "/runs", 200)]
    [InlineData("GET", "/search", 200)]
    [InlineData("GET", "/runs/no-such-run", 200)]
    [InlineData("GET", "/no-such-page", 404)]
    [InlineData("GET", "/error", 200)]
    [InlineData("HEAD", "/", 404)]
    [InlineData("POST", "/runs", 400)]
    // the API
    [InlineData("GET", "/api/v1/methods", 200)]
    [InlineData("GET", "/api/v1/runs?format=csv", 200)]
    [InlineData("GET", "/api/v1/leaderboard?format=html", 200)]
    [InlineData("GET", "/api/v1/leaderboard?format=latex", 200)]
    [InlineData("GET", "/api/v1/runs/no-such-run", 404)]
    [InlineData("GET", "/api/v1/no-such-thing", 404)]
    [InlineData("GET", "/api/no/such/version", 404)]
    [InlineData("GET", "/api/v1/runs?take=x", 400)]
    [InlineData("PUT", "/api/v1/runs", 405)]
    [InlineData("POST", "/api/v1/runs", 415)]
    [InlineData("POST", "/api/v1/search/image", 400)]
    [InlineData("OPTIONS", "/api/v1/uploads", 204)]
    [InlineData("DELETE", "/api/v1/runs/no-such-run", 404)]
    // the rest
    [InlineData("GET", "/css/portal.css", 200)]
    [InlineData("GET", "/js/portal.js", 200)]
    [InlineData("GET", "/favicon.svg", 200)]
    [InlineData("GET", "/css/no-such.css", 404)]
    [InlineData("GET", "/openapi/v1.json", 200)]
    [InlineData("GET", "/health/live", 200)]
    [InlineData("GET", "/metrics", 200)]
    [InlineData("GET", "/_blazor", 400)]
    [InlineData("GET", "/hubs/runs", 400)]
    [InlineData("POST", "/hubs/runs/negotiate?negotiateVersion=1", 200)]
    [InlineData("GET", "/language/no-such", 404)]
    [InlineData("GET", "/language/zh?back=/runs", 302)]
    public async Task They_are_there(string method, string target, int status)
    {
        var answer = await portal.AskAsync(method, target);
        Assert.True(answer.Status == status, $"{answer.Status} instead of {status} for {method} {target}: {answer.Body}");
        Bound(answer, $"{method} {target}");
    }

    [Fact]
    public async Task They_are_there_where_a_request_is_refused()
    {
        Bound(await portal.AskAsync("GET", "/", ["Host: attacker.example"]), "a foreign host");
        Bound(await portal.AskAsync("GET", "/", ["Origin: https://attacker.example"]), "a foreign origin");
        Bound(
            await portal.AskAsync(
                "POST",
                "/api/v1/runs",
                ["Content-Type: application/json"],
                Encoding.UTF8.GetBytes(new string(' ', 70_000))
            ),
            "a large body"
        );
        var etag = (await portal.AskAsync("GET", "/favicon.svg")).Header("ETag")!;
        var unchanged = await portal.AskAsync("GET", "/favicon.svg", [$"If-None-Match: {etag}"]);
        Assert.Equal(304, unchanged.Status);
        Bound(unchanged, "an unchanged file");
        Bound(await portal.AskAsync("GET", "/favicon.svg", ["Range: bytes=999999-"]), "a range beyond the end");

        using var guarded = new AttackedPortal(
            new() { ["CllClip:Access:Token"] = "right", ["CllClip:Access:AnonymousViewers"] = "false" },
            boundTo: "http://0.0.0.0:5080"
        );
        for (var i = 0; i < 22; i++)
        {
            var answer = await guarded.AskAsync("GET", "/?token=wrong");
            Assert.Equal(i < 20 ? 401 : 429, answer.Status);
            Bound(answer, "a wrong token");
        }
    }

    [Fact]
    public async Task Answers_in_JSON_and_CSV_are_nothing_else_to_a_browser()
    {
        foreach (
            var (target, type) in new[]
            {
                ("/api/v1/runs", "application/json"),
                ("/api/v1/runs/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "application/problem+json"),
                ("/api/v1/search?q=%3Cscript%3E&k=x", "application/problem+json"),
                ("/api/v1/runs?format=csv", "text/csv"),
                ("/api/v1/leaderboard?format=csv", "text/csv"),
                ("/openapi/v1.json", "application/json"),
                ("/metrics", "text/plain"),
                ("/health/ready", "application/json"),
            }
        )
        {
            var answer = await portal.AskAsync("GET", target, ["Accept: text/html"]);
            Assert.StartsWith(type, answer.Header("Content-Type"), StringComparison.Ordinal);
            Assert.DoesNotContain("<script", answer.Body, StringComparison.OrdinalIgnoreCase);
            Bound(answer, target);
        }
    }

    [Fact]
    public async Task A_picture_that_is_opened_by_itself_runs_nothing()
    {
        Assert.SkipUnless(PreparedData.IsThere, "npm ci brings Emoji36's packages");
        var images = (await ApiClient.AskAsync(portal, "GET", "/api/v1/datasets/emoji36/images?split=test&take=3")).Json;
        foreach (var image in images.GetProperty("images").EnumerateArray())
        {
            var answer = await portal.AskAsync("GET", image.GetProperty("url").GetString()!);
            Assert.Equal(200, answer.Status);
            Bound(answer, "a picture"); // an SVG is a document: the policy holds for it as for a page
            Assert.DoesNotContain("unsafe-inline", ScriptPolicy(answer), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_error_of_the_program_tells_nothing_of_it()
    {
        using var broken = new AttackedPortal(
            [],
            services: s => s.Replace(ServiceDescriptor.Scoped<ISearch>(_ => throw new InvalidOperationException(Inside)))
        );
        foreach (var target in new[] { "/api/v1/galleries", "/api/v1/checkpoints", "/search", "/api/v1/search?q=a" })
        {
            var answer = await broken.AskAsync("GET", target);
            Assert.True(answer.Status == 500, $"{answer.Status} for {target}: {answer.Body}");
            Assert.DoesNotContain(Inside, answer.Body, StringComparison.Ordinal);
            AttackedPortal.NothingInside(answer, target);
            Bound(answer, target);
        }
        await broken.ReadyAsync();
    }

    private static void Bound(WireAnswer answer, string asked)
    {
        AttackedPortal.NothingInside(answer, asked);
        var policy = answer.Header("Content-Security-Policy");
        Assert.True(policy is not null, $"No policy for {asked}");
        Assert.Single(answer.Head, l => l.StartsWith("Content-Security-Policy:", StringComparison.OrdinalIgnoreCase));
        foreach (
            var part in new[]
            {
                "default-src 'self'",
                "object-src 'none'",
                "base-uri 'self'",
                "form-action 'self'",
                "frame-ancestors 'none'",
            }
        )
        {
            Assert.Contains(part, policy, StringComparison.Ordinal);
        }
        var scripts = ScriptPolicy(answer);
        foreach (var loose in new[] { "unsafe-inline", "unsafe-eval", "unsafe-hashes", "http:", "https:", "data:", "blob:", "*" })
        {
            Assert.DoesNotContain(loose, scripts, StringComparison.Ordinal);
        }
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("DENY", answer.Header("X-Frame-Options"));
        Assert.Equal("no-referrer", answer.Header("Referrer-Policy"));
        Assert.Equal("same-origin", answer.Header("Cross-Origin-Resource-Policy"));
        Assert.Equal("same-origin", answer.Header("Cross-Origin-Opener-Policy"));
    }

    private static string ScriptPolicy(WireAnswer answer) =>
        answer.Header("Content-Security-Policy")!.Split(';').Single(p => p.Trim().StartsWith("script-src", StringComparison.Ordinal));
}
