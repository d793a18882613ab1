using System.Globalization;
using System.Text;
using CllClip.Portal.Tests.Features.Uploads;
using Xunit;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>Heads of requests that are too long, broken or made to be read in two ways, and numbers in them that are none.</summary>
public sealed class HeadTests(AttackedPortal portal) : IClassFixture<AttackedPortal>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await portal.ReadyAsync();

    public async ValueTask DisposeAsync() => await portal.IsUnharmedAsync();

    [Fact]
    public async Task A_head_that_is_too_long_or_broken_is_refused()
    {
        var own = $"Host: {portal.Address.Authority}\r\n";
        var many = string.Concat(Enumerable.Range(0, 500).Select(i => string.Create(CultureInfo.InvariantCulture, $"X-{i}: x\r\n")));
        foreach (
            var head in new[]
            {
                $"GET /{new string('a', 20_000)} HTTP/1.1\r\n{own}\r\n",
                $"GET / HTTP/1.1\r\n{own}X: {new string('a', 70_000)}\r\n\r\n",
                $"GET / HTTP/1.1\r\n{own}{many}\r\n",
                $"GET / HTTP/9.9\r\n{own}\r\n",
                $"G\0T / HTTP/1.1\r\n{own}\r\n",
                $"GET / HTTP/1.1\n{own}\n\n",
                $"GET / HTTP/1.1\r\n{own}X : y\r\n\r\n",
                $"GET / HTTP/1.1\r\n{own}X: a\r\n b\r\n\r\n",
                $"GET / HTTP/1.1\r\n{own}X: a\0b\r\n\r\n",
                // two lengths, a length and chunks: which of them holds is what smuggling lives on
                $"POST /api/v1/runs HTTP/1.1\r\n{own}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                $"POST /api/v1/runs HTTP/1.1\r\n{own}Content-Length: -1\r\n\r\n",
                $"POST /api/v1/runs HTTP/1.1\r\n{own}Content-Length: +4\r\n\r\nabcd",
                $"POST /api/v1/runs HTTP/1.1\r\n{own}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                $"POST /api/v1/runs HTTP/1.1\r\n{own}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                $"POST /api/v1/runs HTTP/1.1\r\n{own}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n",
                $"POST /api/v1/runs HTTP/1.1\r\n{own}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nabc",
                "\r\n\r\n\r\n",
                "\u0016\u0003\u0001\u0002\0\u0001\0", // a greeting of TLS
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "CONNECT attacker.example:443 HTTP/1.1\r\nHost: attacker.example:443\r\n\r\n",
                $"TRACE / HTTP/1.1\r\n{own}X-Secret: abc\r\n\r\n",
            }
        )
        {
            using var connection = await Wire.OpenAsync(portal);
            var stream = connection.GetStream();
            var reading = Wire.ReadAsync(stream);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head), TestContext.Current.CancellationToken);
            connection.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            var answer = await reading;
            var asked = head[..Math.Min(120, head.Length)];
            AttackedPortal.NothingInside(answer, asked);
            Assert.True(answer.Status is 0 or (>= 400 and <= 505) and not 500, $"{answer.Status} for {asked}");
            Assert.DoesNotContain("X-Secret", answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Numbers_in_the_heads_of_uploads_are_numbers()
    {
        foreach (
            var length in new[]
            {
                "-1",
                "1e9",
                "9223372036854775808",
                "99999999999999999999",
                "0x10",
                "1,2",
                "1 2",
                "٣",
                "NaN",
                "9223372036854775807",
                "",
            }
        )
        {
            var answer = await portal.SendAsync(
                "POST",
                Encoding.UTF8.GetBytes(
                    $"POST {TusClient.Root} HTTP/1.1\r\nHost: {portal.Address.Authority}\r\nTus-Resumable: 1.0.0\r\nUpload-Length: {length}\r\nUpload-Metadata: filename YS56aXA=\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
                )
            );
            AttackedPortal.Harmless(answer, length);
            Assert.True(answer.Status is 400 or 413, $"{answer.Status} for {length}: {answer.Body}");
        }
        var made = await portal.AskAsync(
            "POST",
            TusClient.Root,
            ["Tus-Resumable: 1.0.0", "Upload-Length: 10", "Upload-Metadata: filename YS56aXA="]
        );
        Assert.Equal(201, made.Status);
        var address = made.Header("Location")!;
        foreach (var offset in new[] { "-1", "5", "11", "9223372036854775807", "99999999999999999999", "0x0", "" })
        {
            var answer = await portal.AskAsync(
                "PATCH",
                address,
                ["Tus-Resumable: 1.0.0", $"Upload-Offset: {offset}", "Content-Type: application/offset+octet-stream"],
                [1, 2, 3]
            );
            AttackedPortal.Harmless(answer, offset);
            Assert.True(answer.Status is 400 or 409, $"{answer.Status} for {offset}: {answer.Body}");
        }
        Assert.Equal(204, (await portal.AskAsync("DELETE", address, ["Tus-Resumable: 1.0.0"])).Status);
    }
}
