using System.Text;
using System.Text.Json.Nodes;
using CllClip.Portal.Tests.Api;
using CllClip.Portal.Tests.Features.Import;
using Xunit;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>Line breaks and other bytes in whatever comes back in a header: locations, cookies, file names, metadata of uploads (CWE-113, CWE-601).</summary>
public sealed class HeaderInjectionTests(AttackedPortal portal) : IClassFixture<AttackedPortal>, IAsyncLifetime
{
    private const string Injected = "X-Injected";

    private static readonly string[] _breaks =
    [
        "%0d%0a",
        "%0a",
        "%0d",
        "%0D%0A%20",
        "%00%0d%0a",
        "%e5%98%8a%e5%98%8d", // characters whose lower bytes are CR and LF
        "%c4%8d%c4%8a",
        "%e2%80%a8",
        "%c2%85",
        "%250d%250a",
    ];

    public async ValueTask InitializeAsync() => await portal.ReadyAsync();

    public async ValueTask DisposeAsync() => await portal.IsUnharmedAsync();

    [Fact]
    public async Task A_line_break_in_an_address_makes_no_header()
    {
        string[] addresses =
        [
            "/language/de?back=/runs",
            "/language/zh?back=/runs",
            "/language/zh?back=/",
            "/language/",
            "/runs?q=",
            "/runs/",
            "/datasets/",
            "/api/v1/runs?format=csv&q=",
            "/api/v1/leaderboard?format=latex&dataset=",
            "/api/v1/leaderboard?format=csv&languages=",
            "/api/v1/leaderboard?format=html&text=",
            "/api/v1/runs/x/checkpoint?stage=",
            "/api/v1/images/emoji36/",
            "/api/v1/datasets/",
            "/",
        ];
        foreach (var address in addresses)
        {
            foreach (var end in _breaks)
            {
                var target = $"{address}{end}{Injected}:%20yes{end}{end}<script>";
                var answer = await portal.AskAsync("GET", target);
                NotInjected(answer, target);
            }
        }
    }

    [Theory]
    [InlineData("//attacker.example")]
    [InlineData("/\\attacker.example")]
    [InlineData("/%5cattacker.example")]
    [InlineData("/%2fattacker.example")]
    [InlineData("/%09/attacker.example")] // browsers drop tabs and line breaks in addresses
    [InlineData("/%0a/attacker.example")]
    [InlineData("/%0d%0a/attacker.example")]
    [InlineData("%09//attacker.example")]
    [InlineData("%20//attacker.example")]
    [InlineData("https://attacker.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("\\\\attacker.example")]
    [InlineData("/%00/attacker.example")]
    [InlineData("@attacker.example")]
    [InlineData(".attacker.example")]
    [InlineData("~/attacker.example")]
    public async Task The_way_back_after_the_choice_of_a_language_stays_in_the_portal(string back)
    {
        var answer = await portal.AskAsync("GET", "/language/zh?back=" + back);
        NotInjected(answer, back);
        Assert.Equal(302, answer.Status);
        var location = answer.Header("Location")!;
        Assert.True(location == "/" || location.StartsWith("/%", StringComparison.Ordinal), location);
        Assert.Equal(portal.Address.Authority, new Uri(portal.Address, location).Authority);
    }

    [Theory]
    [InlineData("/runs?q=雪だるま")]
    [InlineData("/search?q=%D8%AB%D9%84%D8%AC&lang=ar")]
    [InlineData("/datasets/größe")]
    public async Task The_way_back_to_a_page_in_any_script_is_found(string back)
    {
        using var client = portal.Client();
        using var answer = await client.GetAsync(
            "/language/zh?back=" + Uri.EscapeDataString(Uri.UnescapeDataString(back)),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(302, (int)answer.StatusCode);
        var location = answer.Headers.Location!.OriginalString;
        Assert.All(location, c => Assert.True(c is > ' ' and < '\u007f', location));
        Assert.Equal(Uri.UnescapeDataString(back), Uri.UnescapeDataString(location));
    }

    [Fact]
    public async Task The_token_s_cookie_comes_without_a_header_that_the_address_brought()
    {
        using var guarded = new AttackedPortal(new() { ["CllClip:Access:Token"] = "the right token" }, boundTo: "http://0.0.0.0:5080");
        foreach (var path in new[] { "/", "/runs", "//attacker.example/", "/%5cattacker.example/", "/%09/attacker.example/" })
        {
            foreach (var end in _breaks)
            {
                foreach (var site in new[] { "none", "cross-site" })
                {
                    var target = $"{path}{end}{Injected}:%20yes?next=%22%3E%3Cscript%3E{end}{Injected}:%20yes&token=the%20right%20token";
                    var answer = await guarded.AskAsync("GET", target, [$"Sec-Fetch-Site: {site}"]);
                    NotInjected(answer, target);
                    if (answer.Status == 400 && target.Contains("%00", StringComparison.Ordinal))
                    {
                        continue; // the server itself takes no path with it
                    }
                    Assert.Single(answer.Head, l => l.StartsWith("Set-Cookie:", StringComparison.OrdinalIgnoreCase));
                    Assert.False(answer.Header("Location")?.StartsWith("//", StringComparison.Ordinal) == true, target);
                    Assert.DoesNotContain("<script>", answer.Body, StringComparison.Ordinal);
                    Assert.DoesNotContain("token", answer.Header("Location") ?? "", StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public async Task An_upload_s_name_and_metadata_come_back_as_nothing_else()
    {
        static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        string[] metadata =
        [
            $"filename {Base64("a\r\nX-Injected: yes.zip")}",
            $"filename {Base64("a\0.zip")}",
            $"filename {Base64("../../evil.zip")}",
            $"filename {Base64("\"; filename=evil.exe;.zip")}",
            $"filename {Base64("<img src=x onerror=alert(1)>.zip")}",
            $"filename {Base64("雪だるま.zip")}",
            $"filename {Base64("a.zip")},note é",
            $"filename {Base64("a.zip")},雪 YQ==",
            $"filename {Base64("a.zip")},note \u0001",
            $"filename {Base64("a.zip")},note \u007f",
            "filename not-base64!",
            $"filename {Convert.ToBase64String([0xff, 0xfe, 0x2e])}",
        ];
        foreach (var said in metadata)
        {
            // As bytes: a client library would not send some of these.
            var head =
                $"POST /api/v1/uploads HTTP/1.1\r\nHost: {portal.Address.Authority}\r\nTus-Resumable: 1.0.0\r\nUpload-Length: 100\r\nUpload-Metadata: {said}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
            var made = await portal.SendAsync("POST", Encoding.UTF8.GetBytes(head));
            NotInjected(made, said);
            Assert.True(made.Status is 201 or 400, $"{made.Status} for {said}: {made.Body}");
            if (made.Status == 201)
            {
                var address = made.Header("Location")!;
                foreach (var method in new[] { "HEAD", "GET", "DELETE" })
                {
                    var answer = await portal.AskAsync(method, address, ["Tus-Resumable: 1.0.0"]);
                    NotInjected(answer, $"{method} of an upload with {said}");
                    Assert.True(answer.Status is 200 or 204, $"{answer.Status} for {method} of an upload with {said}: {answer.Body}");
                }
            }
        }
    }

    [Fact]
    public async Task Names_with_line_breaks_are_refused_and_others_make_safe_file_names()
    {
        var import = await ApiClient.AskAsync(
            portal,
            "POST",
            "/api/v1/runs/import?method=er&source=Somebody&seed=77",
            ImportBench.Csv("en", "fi"),
            "text/csv"
        );
        Assert.True(import.Code == 201, import.Text);
        foreach (var name in new[] { "a\r\nX-Injected: yes", "a\nb", "a\rb", "a\u0085b", "a\u2028b", "a\0b" })
        {
            foreach (
                var change in new[]
                {
                    new JsonObject { ["name"] = name },
                    new JsonObject { ["tags"] = new JsonArray(name) },
                }
            )
            {
                var answer = await ApiClient.AskAsync(portal, "PATCH", import.Location!, change.ToJsonString());
                Assert.True(
                    answer.Code is 400 || (answer.Code == 200 && name.Contains('\u2028', StringComparison.Ordinal)),
                    $"{answer.Code} for {change}"
                );
            }
        }
        var odd = await ApiClient.AskAsync(
            portal,
            "PATCH",
            import.Location!,
            """{"name":"\"; filename=evil.exe; x=\"../雪","tags":["a;b\"c"]}"""
        );
        Assert.True(odd.Code == 200, odd.Text);
        foreach (
            var file in new[]
            {
                $"{import.Location}/scores.csv",
                $"{import.Location}/steps.csv",
                $"{import.Location}/mlflow",
                "/api/v1/runs?format=csv",
                "/api/v1/leaderboard?format=csv",
            }
        )
        {
            var answer = await portal.AskAsync("GET", file);
            NotInjected(answer, file);
            Assert.Equal(200, answer.Status);
            Assert.DoesNotContain("evil.exe", answer.Header("Content-Disposition") ?? "", StringComparison.Ordinal);
            Assert.Contains("attachment", answer.Header("Content-Disposition") ?? "", StringComparison.Ordinal);
        }
    }

    private static void NotInjected(WireAnswer answer, string asked)
    {
        AttackedPortal.Harmless(answer, asked);
        Assert.False(answer.Head.Any(l => l.StartsWith(Injected, StringComparison.OrdinalIgnoreCase)), $"A header was injected by {asked}");
        Assert.All(
            answer.Head,
            l => Assert.True(l.IndexOf(':', StringComparison.Ordinal) > 0 && l.All(c => c is >= ' ' and < '\u007f'), $"'{l}' for {asked}")
        );
    }
}
