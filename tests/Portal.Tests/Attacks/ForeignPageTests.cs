using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>
/// What a page of another site can have a browser send: requests under a rebound name, forms, sockets. Extends LoopbackTests by every endpoint that changes
/// something, real upgrades, and heads that no client library would send.
/// </summary>
public sealed class ForeignPageTests(AttackedPortal portal) : IClassFixture<AttackedPortal>, IAsyncLifetime
{
    private static readonly string[] _upgrade =
    [
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];

    public async ValueTask InitializeAsync() => await portal.ReadyAsync();

    public async ValueTask DisposeAsync() => await portal.IsUnharmedAsync();

    [Theory]
    [InlineData("attacker.example")]
    [InlineData("127.0.0.1.attacker.example")]
    [InlineData("localhost.attacker.example")]
    [InlineData("127-0-0-1.attacker.example")]
    [InlineData("[::1].attacker.example")]
    [InlineData("[::1]attacker.example")]
    [InlineData("localhost:80@attacker.example")]
    [InlineData("localhost@attacker.example")]
    [InlineData("attacker.example#localhost")]
    [InlineData("attacker.example:80:localhost")]
    [InlineData("localhost,attacker.example")]
    [InlineData("localhost attacker.example")]
    [InlineData("localhost%00.attacker.example")]
    [InlineData("localhost/attacker.example")]
    [InlineData("localhost.")]
    [InlineData("0.0.0.0")] // some browsers let every page reach it
    [InlineData("192.168.0.1")]
    [InlineData("[::ffff:192.168.0.1]")]
    [InlineData("xn--lcalhost-54a")]
    [InlineData("null")]
    [InlineData("*")]
    [InlineData("")]
    public async Task A_host_that_is_none_of_the_portal_s_reaches_nothing(string host)
    {
        foreach (var (method, target, headers) in Doors())
        {
            var answer = await portal.AskAsync(method, target, [$"Host: {host}", .. headers]);
            AttackedPortal.Harmless(answer, $"{method} {target} of {host}");
            Assert.True(answer.Status is 400 or 403, $"{answer.Status} for {method} {target} of {host}");
        }
    }

    [Fact]
    public async Task A_request_without_a_host_or_with_two_reaches_nothing()
    {
        var own = $"Host: {portal.Address.Authority}";
        Assert.Equal(400, (await portal.AskAsync("GET", "/api/v1/methods", ["-Host"])).Status);
        Assert.Equal(400, (await portal.AskAsync("GET", "/api/v1/methods", [own, "Host: attacker.example"])).Status);
        Assert.Equal(400, (await portal.AskAsync("GET", "/api/v1/methods", [own, own])).Status);
        Assert.Equal(400, (await portal.AskAsync("GET", "http://attacker.example/api/v1/methods", [own])).Status);
        // HTTP/1.0 knows no Host
        foreach (var target in new[] { "/", "/api/v1/methods", "/health/ready" })
        {
            var old = await portal.SendAsync("GET", Encoding.ASCII.GetBytes($"GET {target} HTTP/1.0\r\n\r\n"));
            Assert.Equal(403, old.Status);
            AttackedPortal.Harmless(old, "HTTP/1.0 " + target);
        }
    }

    [Theory]
    [InlineData("X-Forwarded-Host: attacker.example")]
    [InlineData("X-Host: attacker.example")]
    [InlineData("X-Original-Host: attacker.example")]
    [InlineData("Forwarded: host=attacker.example;proto=https;for=127.0.0.1")]
    [InlineData("X-Original-URL: /api/v1/uploads")]
    [InlineData("X-Rewrite-URL: /api/v1/uploads")]
    public async Task What_a_header_says_in_the_host_s_place_changes_nothing(string header)
    {
        foreach (var target in new[] { "/", "/runs", "/api/v1/methods", "/api/v1/leaderboard?format=html", "/no-such-page" })
        {
            var answer = await portal.AskAsync("GET", target, [header]);
            Assert.True(answer.Status is 200 or 404, $"{answer.Status} for {target}");
            Assert.DoesNotContain("attacker.example", string.Join('\n', answer.Head) + answer.Body, StringComparison.Ordinal);
        }
        var foreign = await portal.AskAsync("GET", "/api/v1/methods", ["Host: attacker.example", "X-Forwarded-Host: localhost", header]);
        Assert.Equal(403, foreign.Status);
    }

    [Theory]
    [InlineData("https://attacker.example")]
    [InlineData("http://localhost.attacker.example")]
    [InlineData("http://127.0.0.1.attacker.example")]
    [InlineData("http://127.0.0.1")] // another port is another site
    [InlineData("http://127.0.0.1:1")]
    [InlineData("null")]
    [InlineData("file://")]
    [InlineData("chrome-extension://abcdefghijklmnop")]
    [InlineData("data:text/html,x")]
    [InlineData("OWN,https://attacker.example")]
    [InlineData("OWN https://attacker.example")]
    [InlineData("OWN.attacker.example")]
    [InlineData("https://attacker.example/OWN")]
    [InlineData("https://attacker.example#OWN")]
    [InlineData("about:blank")]
    [InlineData("*")]
    public async Task A_page_of_another_site_opens_no_door(string origin)
    {
        origin = origin.Replace("OWN", portal.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
        foreach (var (method, target, headers) in Doors())
        {
            var answer = await portal.AskAsync(method, target, [$"Origin: {origin}", .. headers]);
            AttackedPortal.Harmless(answer, $"{method} {target} from {origin}");
            Assert.True(answer.Status == 403, $"{answer.Status} for {method} {target} from {origin}");
            Assert.Null(answer.Header("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task The_doors_are_open_to_the_portal_s_own_pages()
    {
        foreach (var (method, target, headers) in Doors())
        {
            var answer = await portal.AskAsync(method, target, [$"Origin: {portal.Address.GetLeftPart(UriPartial.Authority)}", .. headers]);
            var expected = headers.Length > 0 ? 101 : 200;
            Assert.True(answer.Status == expected, $"{answer.Status} for {method} {target}");
        }
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("text/plain; application/json")]
    public async Task No_form_of_another_site_changes_anything(string type)
    {
        var body = type.StartsWith("multipart", StringComparison.Ordinal)
            ? "--x\r\nContent-Disposition: form-data; name=\"method\"\r\n\r\nzero-shot\r\n--x--\r\n"
            : "{\"method\":\"zero-shot\",\"languages\":[\"en\"],\"x\":\"=\"}";
        foreach (var (method, target) in Changes())
        {
            foreach (
                var told in new string[][]
                {
                    ["Origin: https://attacker.example"],
                    ["Origin: null"],
                    ["Origin: http://127.0.0.1:1", "Sec-Fetch-Site: same-site"],
                    ["Sec-Fetch-Site: cross-site"],
                    ["Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors"],
                    ["Sec-Fetch-Site: Cross-Site"],
                }
            )
            {
                var answer = await portal.AskAsync(method, target, [$"Content-Type: {type}", .. told], Encoding.UTF8.GetBytes(body));
                var asked = $"{method} {target} with {string.Join(", ", told)}";
                AttackedPortal.Harmless(answer, asked);
                Assert.True(answer.Status == 403, $"{answer.Status} for {asked}: {answer.Body}");
            }
            // An old browser that says nothing of where it comes from: what a form can send is not what the API takes.
            if (method == "POST" && HasBody(target))
            {
                var silent = await portal.AskAsync(method, target, [$"Content-Type: {type}"], Encoding.UTF8.GetBytes(body));
                AttackedPortal.Harmless(silent, $"{method} {target} as {type}");
                Assert.True(silent.Status is >= 400 and < 500, $"{silent.Status} for {method} {target} as {type}: {silent.Body}");
            }
        }
    }

    [Theory]
    [InlineData("X-HTTP-Method-Override: DELETE")]
    [InlineData("X-HTTP-Method: DELETE")]
    [InlineData("X-Method-Override: DELETE")]
    public async Task A_method_is_what_stands_in_the_first_line(string header)
    {
        portal.AddRun($"kept-{header.Length}", CllClip.Shared.Runs.RunState.Queued);
        foreach (var method in new[] { "GET", "POST" })
        {
            var answer = await portal.AskAsync(method, $"/api/v1/runs/kept-{header.Length}?_method=DELETE", [header]);
            Assert.True(answer.Status is 200 or 405, $"{answer.Status} for {method}");
        }
        Assert.Equal(200, (await portal.AskAsync("GET", $"/api/v1/runs/kept-{header.Length}")).Status);
    }

    [Fact]
    public async Task Asking_beforehand_from_another_site_allows_nothing()
    {
        foreach (var (method, target) in Changes())
        {
            var answer = await portal.AskAsync(
                "OPTIONS",
                target,
                [
                    "Origin: https://attacker.example",
                    $"Access-Control-Request-Method: {method}",
                    "Access-Control-Request-Headers: content-type",
                    "Access-Control-Request-Private-Network: true",
                ]
            );
            Assert.Equal(403, answer.Status);
            Assert.DoesNotContain(answer.Head, l => l.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        }
    }

    /// <summary>One address of each kind that a browser can reach; those with headers are upgrades to a socket.</summary>
    private static IEnumerable<(string Method, string Target, string[] Headers)> Doors() =>
        [
            ("GET", "/", []),
            ("GET", "/runs", []),
            ("GET", "/api/v1/methods", []),
            ("GET", "/css/portal.css", []),
            ("GET", "/metrics", []),
            ("GET", "/openapi/v1.json", []),
            ("POST", "/hubs/runs/negotiate?negotiateVersion=1", []),
            ("POST", "/_blazor/negotiate?negotiateVersion=1", []),
            ("GET", "/hubs/runs", _upgrade),
            ("GET", "/_blazor", _upgrade),
        ];

    /// <summary>Everything that may change something, by the endpoints.</summary>
    private IEnumerable<(string Method, string Target)> Changes() =>
        from endpoint in portal.Endpoints
        let methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["POST"]
        from method in methods
        where !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method))
        select (
            method,
            "/"
                + string.Join(
                    '/',
                    endpoint.RoutePattern.PathSegments.Select(s =>
                        string.Concat(
                            s.Parts.Select(p => p is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart l ? l.Content : "x")
                        )
                    )
                )
        );

    private static bool HasBody(string target) =>
        new[]
        {
            "/api/v1/runs",
            "/api/v1/sweeps",
            "/api/v1/datasets",
            "/api/v1/models",
            "/api/v1/webhooks",
            "/api/v1/storage/rule",
            "/api/v1/runs/import",
            "/api/v1/runs/x/move",
        }.Contains(target);
}
