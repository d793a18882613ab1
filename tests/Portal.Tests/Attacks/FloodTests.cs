using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using CllClip.Portal.Tests.Hubs;
using Microsoft.AspNetCore.SignalR.Client;
using Xunit;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>Many sockets, frames of rubbish, and guesses of the token: whoever does so loses a connection or a minute, others lose nothing.</summary>
public sealed class FloodTests(AttackedPortal portal) : IClassFixture<AttackedPortal>, IAsyncLifetime
{
    private const int Many = 200;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await portal.ReadyAsync();

    public async ValueTask DisposeAsync() => await portal.IsUnharmedAsync();

    [Theory]
    [InlineData("/hubs/runs")]
    [InlineData("/_blazor")]
    public async Task Frames_of_rubbish_end_their_own_socket_and_no_other(string door)
    {
        portal.AddRun($"watched-{door.Length}");
        await using var ear = await Ear.ConnectAsync(portal);
        await ear.Hub.InvokeAsync("Watch", $"watched-{door.Length}", Stop);
        byte[][] frames =
        [
            [],
            [0],
            "\u001e"u8.ToArray(),
            "{}\u001e{}\u001e{}\u001e"u8.ToArray(),
            "{\"protocol\":\"no-such\",\"version\":1}\u001e"u8.ToArray(),
            "{\"protocol\":\"json\",\"version\":2147483647}\u001e"u8.ToArray(),
            "{\"protocol\":\"json\",\"version\":1}\u001e{\"type\":1,\"target\":\"ToString\",\"arguments\":[]}\u001e"u8.ToArray(),
            "{\"protocol\":\"json\",\"version\":1}\u001e{\"type\":1,\"invocationId\":\"1\",\"target\":\"Watch\",\"arguments\":[{\"a\":1},2,3]}\u001e"u8.ToArray(),
            "{\"protocol\":\"json\",\"version\":1}\u001e{\"type\":1,\"invocationId\":\"1\",\"target\":\"Watch\",\"arguments\":[\"../../etc/passwd\"]}\u001e"u8.ToArray(),
            "{\"protocol\":\"json\",\"version\":1}\u001e{\"type\":99}\u001e{\"type\":1}\u001e"u8.ToArray(),
            [.. "{\"protocol\":\"json\",\"version\":1}\u001e"u8, .. Encoding.UTF8.GetBytes(new string('[', 7_000)), 0x1e],
            [
                .. "{\"protocol\":\"json\",\"version\":1}\u001e{\"type\":1,\"target\":\""u8,
                .. Encoding.UTF8.GetBytes(new string('a', 100_000)),
                .. "\"}\u001e"u8,
            ],
            [.. "{\"protocol\":\"blazorpack\",\"version\":1}\u001e"u8, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xc1],
            [.. "{\"protocol\":\"blazorpack\",\"version\":1}\u001e"u8, 0x05, 0x95, 0x01, 0x80, 0xc0, 0xa1],
            [0xff, 0xfe, 0xc0, 0xaf, 0x1e],
            RandomNumberGenerator.GetBytes(4 << 20),
        ];
        foreach (var frame in frames)
        {
            foreach (var kind in new[] { WebSocketMessageType.Text, WebSocketMessageType.Binary })
            {
                using var socket = new ClientWebSocket();
                await socket.ConnectAsync(new Uri($"ws://{portal.Address.Authority}{door}"), Stop);
                var told = await SayAsync(socket, frame, kind);
                foreach (var inside in new[] { "   at ", "System.", "Microsoft.", "root:" })
                {
                    Assert.DoesNotContain(inside, told, StringComparison.Ordinal);
                }
            }
        }
        // the one who was there before hears on
        portal.Store().Log($"watched-{door.Length}", "info", "still here");
        await ear.UntilAsync(e => e.Lines.Any(l => l.GetProperty("text").GetString() == "still here"));
    }

    [Fact]
    public async Task Many_sockets_that_say_nothing_leave_room_for_others_and_are_closed()
    {
        var sockets = new List<ClientWebSocket>();
        try
        {
            for (var i = 0; i < Many; i++)
            {
                var socket = new ClientWebSocket();
                sockets.Add(socket);
                await socket.ConnectAsync(new Uri($"ws://{portal.Address.Authority}{(i % 2 == 0 ? "/hubs/runs" : "/_blazor")}"), Stop);
            }
            await AnsweredAtOnceAsync(portal);
            await using (var ear = await Ear.ConnectAsync(portal))
            {
                await ear.Hub.InvokeAsync("WatchAll", Stop);
            }
            // Whoever does not even greet is shown out (SignalR's limit for the greeting is 15 seconds).
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            limit.CancelAfter(TimeSpan.FromSeconds(40));
            foreach (var socket in sockets)
            {
                await UntilClosedAsync(socket, limit.Token);
            }
        }
        finally
        {
            sockets.ForEach(s => s.Dispose());
        }
    }

    [Fact]
    public async Task Whoever_watches_everything_again_and_again_is_no_burden_to_others()
    {
        var ears = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Ear.ConnectAsync(portal)));
        try
        {
            var asking = ears.Select(async e =>
                {
                    for (var i = 0; i < 5; i++)
                    {
                        await e.Hub.InvokeAsync("WatchAll", Stop);
                        await e
                            .Hub.InvokeAsync("Watch", $"no-such-run-{i}-{new string('x', 2_000)}", Stop)
                            .ContinueWith(_ => { }, TaskScheduler.Default);
                    }
                })
                .ToList();
            await AnsweredAtOnceAsync(portal);
            await Task.WhenAll(asking);
        }
        finally
        {
            foreach (var ear in ears)
            {
                await ear.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Many_requests_at_once_are_all_answered()
    {
        using var client = portal.Client();
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 400)
                .Select(async i =>
                {
                    using var answer = await client.GetAsync(
                        i % 4 == 0 ? "/runs"
                            : i % 4 == 1 ? "/no-such-page"
                            : "/api/v1/methods",
                        Stop
                    );
                    return answer.StatusCode;
                })
        );
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.NotFound], answers.Distinct().Order());
    }

    [Fact]
    public async Task A_guessed_token_is_slowed_and_always_told_the_same_and_another_caller_s_right_one_still_holds()
    {
        const string Right = "the right token";
        using var guarded = new AttackedPortal(new() { ["CllClip:Access:Token"] = Right }, boundTo: "http://0.0.0.0:5080");
        using var guesser = guarded.Client();
        var told = new HashSet<(HttpStatusCode, string)>();
        for (var i = 0; i < 60; i++)
        {
            // some are the right one but for a letter, one is longer than any buffer
            var guess = i switch
            {
                0 => Right[..^1],
                1 => Right + "x",
                2 => new string('a', 6_000),
                3 => "%ff%fe%00",
                4 => "' OR '1'='1",
                _ => $"guess-{i}",
            };
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs");
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + guess);
            using var answer = await guesser.SendAsync(request, Stop);
            var text = await answer.Content.ReadAsStringAsync(Stop);
            told.Add((answer.StatusCode, text[..text.IndexOf("\"traceId\"", StringComparison.Ordinal)])); // which is each request's own
        }
        Assert.Equal(2, told.Count); // one text for wrong, one for too many
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests], told.Select(t => t.Item1).Order());
        Assert.All(told, t => Assert.DoesNotContain("guess", t.Item2, StringComparison.Ordinal));

        // From then on the guesser is told nothing, by any door: bearer, address, cookie.
        guesser.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Right);
        using (var late = await guesser.PostAsync("/api/v1/runs", null, Stop))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, late.StatusCode);
        }
        guesser.DefaultRequestHeaders.Authorization = null;
        using (var byAddress = await guesser.GetAsync($"/?token={Uri.EscapeDataString(Right)}", Stop))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, byAddress.StatusCode);
        }
        // What a caller claims about itself makes it no other caller.
        guesser.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Right);
        foreach (var claim in new[] { "X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP", "True-Client-IP" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs");
            request.Headers.TryAddWithoutValidation(claim, claim == "Forwarded" ? "for=10.0.0.9" : "10.0.0.9");
            using var answer = await guesser.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        }
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The rest calls from 127.0.0.2, which only Linux has without being set up.");
        using var elsewhere = new HttpClient(
            new SocketsHttpHandler
            {
                ConnectCallback = async (context, stop) =>
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
                    await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, stop);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        )
        {
            BaseAddress = guarded.Address,
        };
        elsewhere.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Right);
        using var passed = await elsewhere.PostAsync("/api/v1/runs/none/stop", null, Stop);
        Assert.Equal(HttpStatusCode.NotFound, passed.StatusCode);
    }

    private static async Task AnsweredAtOnceAsync(AttackedPortal portal)
    {
        using var client = portal.Client();
        foreach (var address in new[] { "/", "/runs", "/api/v1/methods", "/health/live" })
        {
            var taken = Stopwatch.StartNew();
            using var answer = await client.GetAsync(address, Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.True(taken.Elapsed < TimeSpan.FromSeconds(10), $"{address} took {taken.Elapsed}");
        }
    }

    /// <summary>Sends a message and gives what is said within a moment.</summary>
    private static async Task<string> SayAsync(ClientWebSocket socket, byte[] frame, WebSocketMessageType kind)
    {
        var told = new StringBuilder();
        var buffer = new byte[64 * 1024];
        using var moment = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        moment.CancelAfter(150);
        try
        {
            await socket.SendAsync(frame, kind, true, Stop);
            while (socket.State == WebSocketState.Open)
            {
                var got = await socket.ReceiveAsync(buffer, moment.Token);
                told.Append(Encoding.UTF8.GetString(buffer, 0, got.Count)).Append(got.CloseStatusDescription);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            Stop.ThrowIfCancellationRequested();
        }
        return told.ToString();
    }

    private static async Task UntilClosedAsync(ClientWebSocket socket, CancellationToken limit)
    {
        var buffer = new byte[4096];
        try
        {
            while (socket.State == WebSocketState.Open)
            {
                await socket.ReceiveAsync(buffer, limit);
            }
        }
        catch (WebSocketException)
        {
            // closed without a greeting
        }
    }
}
