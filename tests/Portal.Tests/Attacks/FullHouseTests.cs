using System.Net;
using System.Net.WebSockets;
using CllClip.Engine;
using CllClip.Portal.Access;
using CllClip.Portal.Tests.Api;
using Xunit;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>Beyond its limits the portal says that it is full; whoever is in stays in, and what needs no place goes on.</summary>
public sealed class FullHouseTests
{
    private const string Elsewhere = "http://0.0.0.0:5080"; // where addresses count

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/_blazor", "/hubs/runs")]
    [InlineData("/_BLAZOR/", "/hubs/runs/")]
    [InlineData("/hubs/runs", "/_blazor")]
    public async Task Sockets_beyond_the_limit_are_refused_until_one_goes(string door, string other)
    {
        using var portal = Portal(3, 100);
        var inside = new List<ClientWebSocket>();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                inside.Add(await InAsync(portal, door));
            }
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await RefusedAsync(portal, door));
            using (await InAsync(portal, other)) { } // has room of its own
            Assert.All(inside, s => Assert.Equal(WebSocketState.Open, s.State));
            (await ApiClient.AskAsync(portal, "POST", $"{door.TrimEnd('/')}/negotiate?negotiateVersion=1", "")).Problem(503);
            Assert.Equal(200, (await ApiClient.AskAsync(portal, "GET", "/api/v1/runs")).Code);
            Assert.Equal(200, (await ApiClient.AskAsync(portal, "GET", "/health/ready")).Code);
            Assert.Equal(200, (await ApiClient.AskAsync(portal, "GET", "/css/portal.css")).Code);
            inside[0].Abort();
            for (var end = DateTime.UtcNow + Patience; ; await Task.Delay(50, Stop))
            {
                using var socket = new ClientWebSocket();
                if (await StatusAsync(portal, door, socket) is null)
                {
                    break;
                }
                Assert.True(DateTime.UtcNow < end, "the place of one that went is never free again");
            }
        }
        finally
        {
            inside.ForEach(s => s.Dispose());
        }
    }

    [Fact]
    public async Task What_would_stay_open_without_a_place_is_refused()
    {
        using var portal = Portal(100, 100);
        foreach (var method in new[] { "GET", "POST", "DELETE" })
        {
            (await ApiClient.AskAsync(portal, method, "/_blazor?id=made-up", method == "POST" ? "" : null)).Problem(400);
        }
        using var client = portal.Client();
        using var half = new HttpRequestMessage(HttpMethod.Get, "/_blazor?id=made-up"); // looks like a socket, and is none
        half.Headers.Connection.Add("Upgrade");
        half.Headers.Upgrade.Add(new("h2c"));
        using var answer = await client.SendAsync(half, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var hub = await ApiClient.AskAsync(portal, "POST", "/hubs/runs/negotiate?negotiateVersion=1", "");
        Assert.DoesNotContain("LongPolling", hub.Text, StringComparison.Ordinal);
        Assert.Contains("WebSockets", hub.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_says_that_the_portal_is_full_and_comes_again_by_itself()
    {
        using var portal = Portal(1, 100);
        Assert.Equal(200, (await ApiClient.AskAsync(portal, "GET", "/runs")).Code);
        using var inside = await InAsync(portal, "/_blazor");
        using var client = portal.Client();
        foreach (var path in new[] { "/", "/runs", "/search", "/runs/none" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Accept", "text/html");
            using var answer = await client.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(30), answer.Headers.RetryAfter!.Delta);
            var text = await answer.Content.ReadAsStringAsync(Stop);
            Assert.Contains("The portal is full", text, StringComparison.Ordinal);
            Assert.Contains("<meta http-equiv=\"refresh\" content=\"30\">", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/_blazor")]
    [InlineData("/hubs/runs")]
    public async Task One_address_gets_its_share_and_no_more(string door)
    {
        using var portal = Portal(100, 2, Elsewhere);
        using (await InAsync(portal, door))
        using (await InAsync(portal, door))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, await RefusedAsync(portal, door));
            (await ApiClient.AskAsync(portal, "POST", $"{door}/negotiate?negotiateVersion=1", "")).Problem(429);
            Assert.Equal(200, (await ApiClient.AskAsync(portal, "GET", "/api/v1/runs")).Code);
        }
        using var loopback = Portal(100, 1);
        using (await InAsync(loopback, door))
        using (await InAsync(loopback, door)) { } // there is only this machine, so it counts no addresses
    }

    [Fact]
    public async Task A_flood_of_sockets_gets_in_as_many_as_there_is_room_for()
    {
        const int Room = 20;
        using var portal = Portal(Room, 100);
        var sockets = Enumerable.Range(0, 10 * Room).Select(_ => new ClientWebSocket()).ToList();
        try
        {
            var answers = await Task.WhenAll(sockets.Select(s => StatusAsync(portal, "/_blazor", s)));
            Assert.Equal(Room, answers.Count(a => a is null));
            Assert.All(answers, a => Assert.True(a is null or HttpStatusCode.ServiceUnavailable, $"{a}"));
            Assert.Equal(200, (await ApiClient.AskAsync(portal, "GET", "/health/ready")).Code);
        }
        finally
        {
            sockets.ForEach(s => s.Dispose());
        }
    }

    [Fact]
    public async Task Pages_asked_for_without_end_are_refused_in_words_and_the_api_goes_on()
    {
        using var portal = Portal(100, 100, Elsewhere);
        using var client = portal.Client();
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 400)
                .Select(async _ =>
                {
                    using var answer = await client.GetAsync("/about", Stop);
                    return (answer.StatusCode, Text: await answer.Content.ReadAsStringAsync(Stop));
                })
        );
        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, $"{a.StatusCode}"));
        var refused = answers.Where(a => a.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, r => Assert.Contains("<h1>Too many requests</h1>", r.Text, StringComparison.Ordinal));
        Assert.Equal(200, (await ApiClient.AskAsync(portal, "GET", "/api/v1/runs")).Code);
        Assert.Equal(200, (await ApiClient.AskAsync(portal, "GET", "/css/portal.css")).Code);
    }

    [Theory]
    [InlineData("Pages", 0)]
    [InlineData("PagesPerAddress", -1)]
    [InlineData("Listeners", 100_001)]
    [InlineData("ListenersPerAddress", 0)]
    public void A_limit_that_is_none_ends_the_start(string name, int value)
    {
        var options = new LimitOptions();
        typeof(LimitOptions).GetProperty(name)!.SetValue(options, value);
        Assert.Contains(
            $"CllClip:Limits:{name} is {value}",
            Assert.Throws<EngineException>(options.Check).Message,
            StringComparison.Ordinal
        );
    }

    private static PortalHost Portal(int all, int each, string? boundTo = null) =>
        new(
            new()
            {
                ["CllClip:Limits:Pages"] = $"{all}",
                ["CllClip:Limits:Listeners"] = $"{all}",
                ["CllClip:Limits:PagesPerAddress"] = $"{each}",
                ["CllClip:Limits:ListenersPerAddress"] = $"{each}",
            },
            boundTo
        );

    private static async Task<ClientWebSocket> InAsync(PortalHost portal, string door)
    {
        var socket = new ClientWebSocket();
        Assert.Null(await StatusAsync(portal, door, socket));
        return socket;
    }

    private static async Task<HttpStatusCode?> RefusedAsync(PortalHost portal, string door)
    {
        using var socket = new ClientWebSocket();
        return await StatusAsync(portal, door, socket);
    }

    /// <summary>Null where the socket is open.</summary>
    private static async Task<HttpStatusCode?> StatusAsync(PortalHost portal, string door, ClientWebSocket socket)
    {
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{portal.Address.Authority}{door}"), Stop);
            return null;
        }
        catch (WebSocketException)
        {
            return socket.HttpStatusCode;
        }
    }
}
