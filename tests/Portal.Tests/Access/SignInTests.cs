using System.Net;
using CllClip.Portal.Access;
using CllClip.Portal.Tests.Api;
using Xunit;

namespace CllClip.Portal.Tests.Access;

/// <summary>The cookie that a token becomes.</summary>
public sealed class SignInTests(GuardedPortal portal) : IClassFixture<GuardedPortal>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_cookie_is_that_token_s_and_does_not_tell_it()
    {
        var cookie = await CookieAsync(portal, GuardedPortal.Runner);
        Assert.DoesNotContain(Convert.ToHexString(TokenRing.DigestOf(GuardedPortal.Runner)), cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("rob", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(404, await StatusAsync(portal, "POST", "/api/v1/runs/none/stop", cookie));
        Assert.Equal(403, await StatusAsync(portal, "DELETE", "/api/v1/runs/none", cookie));
        Assert.Equal(404, await StatusAsync(portal, "DELETE", "/api/v1/runs/none", await CookieAsync(portal, GuardedPortal.Admin)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123")]
    [InlineData("CfDJ8AAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_forged_cookie_is_nobody_s(string value)
    {
        Assert.Equal(401, await StatusAsync(portal, "POST", "/api/v1/runs/none/stop", $"{AccessGate.CookieName}={value}"));
        var right = await CookieAsync(portal, GuardedPortal.Runner);
        var bent = right[..^1] + (right[^1] == 'A' ? 'B' : 'A');
        Assert.Equal(401, await StatusAsync(portal, "POST", "/api/v1/runs/none/stop", bent[..^8] + bent[^4..]));
    }

    [Fact]
    public async Task A_token_that_the_settings_do_not_name_any_more_opens_nothing()
    {
        var before = new Dictionary<string, byte[]>();
        string cookie;
        using (var old = new GuardedPortal())
        {
            cookie = await CookieAsync(old, GuardedPortal.Runner);
            foreach (var key in Directory.GetFiles(Path.Combine(old.DataRoot, "keys")))
            {
                before[Path.GetFileName(key)] = await File.ReadAllBytesAsync(key, Stop);
            }
        }
        Assert.NotEmpty(before);
        var settings = GuardedPortal.Settings(viewers: true);
        using (var same = new PortalHost(settings, fill: Fill))
        {
            Assert.Equal(404, await StatusAsync(same, "POST", "/api/v1/runs/none/stop", cookie)); // signed in still
        }
        settings["CllClip:Access:Tokens:1:Token"] = "another token of rob";
        using var next = new PortalHost(settings, fill: Fill);
        Assert.Equal(401, await StatusAsync(next, "POST", "/api/v1/runs/none/stop", cookie));
        Assert.Equal(401, (await next.AskAsync("POST", "/api/v1/runs/none/stop", change: GuardedPortal.As(GuardedPortal.Runner))).Code);

        void Fill(string root)
        {
            Directory.CreateDirectory(Path.Combine(root, "keys"));
            foreach (var (name, bytes) in before)
            {
                File.WriteAllBytes(Path.Combine(root, "keys", name), bytes);
            }
        }
    }

    [Fact]
    public async Task Two_tokens_of_one_browser_follow_each_other()
    {
        Assert.NotEqual(await CookieAsync(portal, GuardedPortal.Viewer), await CookieAsync(portal, GuardedPortal.Admin));
        using var client = portal.Client();
        using var wrong = await client.GetAsync("/?token=wrong", Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
    }

    private static async Task<string> CookieAsync(PortalHost host, string token)
    {
        using var client = host.Client();
        using var answer = await client.GetAsync($"/?token={Uri.EscapeDataString(token)}", Stop);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return Assert.Single(answer.Headers.GetValues("Set-Cookie")).Split(';')[0];
    }

    private static async Task<int> StatusAsync(PortalHost host, string method, string path, string cookie) =>
        (await host.AskAsync(method, path, change: r => r.Headers.Add("Cookie", cookie))).Code;
}
