using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CllClip.Portal.Tests.Features.Uploads;
using Xunit;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>Callers that send next to nothing, for ever, from many connections (Slowloris, R-U-Dead-Yet): they are cut off, and others are answered meanwhile.</summary>
public sealed class SlowTests(AttackedPortal portal) : IClassFixture<AttackedPortal>, IAsyncLifetime
{
    private const int Many = 100;

    public async ValueTask InitializeAsync() => await portal.ReadyAsync();

    public async ValueTask DisposeAsync() => await portal.IsUnharmedAsync();

    [Fact]
    public async Task Heads_and_bodies_that_trickle_are_cut_off_and_others_are_answered_meanwhile()
    {
        var own = $"Host: {portal.Address.Authority}\r\n";
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        enough.CancelAfter(TimeSpan.FromSeconds(50));
        string[] beginnings =
        [
            "G",
            $"GET / HTTP/1.1\r\n{own}X-a: b\r\n",
            $"POST /api/v1/runs HTTP/1.1\r\n{own}Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{{",
            $"POST /api/v1/runs/import?method=er&source=x HTTP/1.1\r\n{own}Content-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n",
            $"POST /api/v1/search/image HTTP/1.1\r\n{own}Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 60000\r\n\r\n--x",
            $"POST /search HTTP/1.1\r\n{own}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\na=",
        ];
        var slow = Enumerable
            .Range(0, Many)
            .Select(i => TrickleAsync(beginnings[i % beginnings.Length], i % beginnings.Length == 3, enough.Token))
            .ToList();
        var answered = 0;
        using (var client = portal.Client())
        {
            while (!slow.All(s => s.IsCompleted))
            {
                var taken = Stopwatch.StartNew();
                using var answer = await client.GetAsync("/api/v1/methods", enough.Token);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.True(taken.Elapsed < TimeSpan.FromSeconds(5), $"{taken.Elapsed} while others were slow");
                answered++;
                await Task.Delay(250, enough.Token);
            }
        }
        var lived = await Task.WhenAll(slow);
        Assert.True(answered > 10);
        Assert.All(lived, l => Assert.True(l < TimeSpan.FromSeconds(25), $"A slow caller was borne for {l}"));
    }

    [Fact]
    public async Task An_upload_that_comes_to_a_standstill_lets_go_and_keeps_what_came()
    {
        using var client = portal.Client();
        using var made = await TusClient.BeginAsync(client, "a.zip", 100_000);
        var address = made.Headers.Location!.OriginalString;
        using (var connection = await Wire.OpenAsync(portal))
        {
            await connection
                .GetStream()
                .WriteAsync(
                    Encoding.ASCII.GetBytes(
                        $"PATCH {address} HTTP/1.1\r\nHost: {portal.Address.Authority}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: 100000\r\n\r\nabcde"
                    ),
                    TestContext.Current.CancellationToken
                );
            for (var i = 0; i < 50; i++)
            {
                using var second = await TusClient.AppendAsync(client, address, 0, [1]);
                if ((int)second.StatusCode == 423)
                {
                    break; // the first holds it
                }
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
        // The line broke: the next request finds what has come and goes on from there.
        var offset = 0L;
        for (
            var end = DateTime.UtcNow.AddSeconds(20);
            DateTime.UtcNow < end && offset != 5;
            await Task.Delay(50, TestContext.Current.CancellationToken)
        )
        {
            offset = await TusClient.OffsetAsync(client, address);
        }
        using var gone = await TusClient.SendAsync(client, HttpMethod.Delete, address);
        Assert.Equal(204, (int)gone.StatusCode);
    }

    /// <summary>Sends a byte a second after a beginning; how long the portal bore it.</summary>
    private async Task<TimeSpan> TrickleAsync(string beginning, bool chunks, CancellationToken stop)
    {
        using var connection = await Wire.OpenAsync(portal);
        var lived = Stopwatch.StartNew();
        var stream = connection.GetStream();
        var reading = Wire.ReadAsync(stream, "POST");
        var piece = chunks ? "1\r\na\r\n"u8.ToArray() : "a"u8.ToArray();
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning), stop);
            while (!reading.IsCompleted)
            {
                await Task.WhenAny(reading, Task.Delay(1000, stop));
                stop.ThrowIfCancellationRequested();
                if (!reading.IsCompleted)
                {
                    await stream.WriteAsync(piece, stop);
                }
            }
        }
        catch (IOException)
        {
            // cut off
        }
        var answer = await reading;
        Assert.True(
            answer.Status is 0 or 408 or (>= 400 and < 500),
            $"{answer.Status} for a slow {beginning[..Math.Min(40, beginning.Length)]}"
        );
        return lived.Elapsed;
    }
}
