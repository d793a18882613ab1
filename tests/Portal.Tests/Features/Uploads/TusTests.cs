using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using CllClip.Portal.Tests.Hosting;
using Xunit;
using static CllClip.Portal.Tests.Features.Uploads.TusClient;

namespace CllClip.Portal.Tests.Features.Uploads;

/// <summary>The server of the tus protocol over real sockets.</summary>
public sealed class TusTests(TusTests.SmallHost portal) : IClassFixture<TusTests.SmallHost>
{
    public sealed class SmallHost() : PortalHost(new() { ["CllClip:Uploads:MaxBytes"] = "40000000", ["CllClip:Uploads:MaxOpen"] = "20" });

    [Fact]
    public async Task It_says_what_it_can_do()
    {
        using var client = portal.Client();
        using var request = new HttpRequestMessage(HttpMethod.Options, Root);
        using var answer = await client.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("1.0.0", answer.Headers.GetValues("Tus-Version").Single());
        Assert.Equal("1.0.0", answer.Headers.GetValues("Tus-Resumable").Single());
        Assert.Equal("creation,termination,expiration", answer.Headers.GetValues("Tus-Extension").Single());
        Assert.Equal("40000000", answer.Headers.GetValues("Tus-Max-Size").Single());
    }

    [Fact]
    public async Task A_file_comes_in_parts_and_is_unpacked_when_it_is_whole()
    {
        using var client = portal.Client();
        var bytes = Archives.Zip([("top/a.bin", RandomNumberGenerator.GetBytes(200_000), 0), ("top/b.bin", [1, 2, 3], 0)]);
        using var made = await BeginAsync(client, "Größe ../../x.zip", bytes.Length);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var address = made.Headers.Location!.OriginalString;
        Assert.Matches("^/api/v1/uploads/[0-9a-f]{32}$", address);
        Assert.Equal(0, await OffsetAsync(client, address));
        using (var first = await AppendAsync(client, address, 0, bytes[..1_000]))
        {
            Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
            Assert.Equal("1000", first.Headers.GetValues("Upload-Offset").Single());
            Assert.True(first.Headers.Contains("Upload-Expires") || first.Content.Headers.Contains("Upload-Expires"));
        }
        Assert.Equal(1_000, await OffsetAsync(client, address));
        var part = await client.GetFromJsonAsync<JsonElement>(address, Stop);
        Assert.Equal(("receiving", "Größe ../../x.zip"), (part.GetProperty("state").GetString(), part.GetProperty("fileName").GetString()));
        using (var rest = await AppendAsync(client, address, 1_000, bytes[1_000..]))
        {
            Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        }
        var ready = await UntilAsync(client, address, "ready");
        Assert.Equal((2, 200_003), (ready.GetProperty("files").GetInt32(), ready.GetProperty("unpackedBytes").GetInt64()));
        Assert.Equal(bytes.Length, await OffsetAsync(client, address));
        var folder = Path.Combine(portal.DataRoot, "uploads", address[(address.LastIndexOf('/') + 1)..]);
        // The archive goes after the upload is told to be ready: what it was is on the disk twice rather than not at all.
        while (File.Exists(Path.Combine(folder, "data")))
        {
            await Task.Delay(10, Stop);
        }
        Assert.Equal(
            ["files", "upload.json"],
            Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );

        using (var gone = await SendAsync(client, HttpMethod.Delete, address))
        {
            Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        }
        while (Directory.Exists(folder)) // whoever unpacked it may still hold it, and removes it then
        {
            await Task.Delay(10, Stop);
        }
        using var head = await SendAsync(client, HttpMethod.Head, address);
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
    }

    [Fact]
    public async Task A_wrong_offset_and_more_than_was_announced_are_refused_and_nothing_is_written()
    {
        using var client = portal.Client();
        using var made = await BeginAsync(client, "a.tar", 100);
        var address = made.Headers.Location!.OriginalString;
        using (var ahead = await AppendAsync(client, address, 10, new byte[5]))
        {
            Assert.Contains("0 bytes are here", await DetailAsync(ahead, 409), StringComparison.Ordinal);
        }
        using (var more = await AppendAsync(client, address, 0, new byte[101]))
        {
            await DetailAsync(more, 413);
        }
        using (var chunked = await AppendAsync(client, address, 0, new StreamContent(new Unmeasured(new byte[200]))))
        {
            await DetailAsync(chunked, 413);
        }
        Assert.Equal(0, await OffsetAsync(client, address));
        using (var json = await AppendAsync(client, address, 0, JsonContent.Create(new { })))
        {
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, json.StatusCode);
        }
        using (var old = await SendAsync(client, HttpMethod.Head, address, r => r.Headers.Remove("Tus-Resumable")))
        {
            Assert.Equal(HttpStatusCode.PreconditionFailed, old.StatusCode);
            Assert.Equal("1.0.0", old.Headers.GetValues("Tus-Version").Single());
        }
        (await SendAsync(client, HttpMethod.Delete, address)).Dispose();
    }

    [Fact]
    public async Task Only_one_writes_at_a_time()
    {
        using var client = portal.Client();
        using var made = await BeginAsync(client, "a.tar", 2_000_000);
        var address = made.Headers.Location!.OriginalString;
        using var slow = new Slow();
        var first = AppendAsync(client, address, 0, new StreamContent(slow));
        await slow.Begun;
        await Task.Delay(200, Stop); // the server has begun to read
        using (var second = await AppendAsync(client, address, 0, new byte[10]))
        {
            await DetailAsync(second, 423);
        }
        slow.End();
        using (var done = await first)
        {
            Assert.Equal(HttpStatusCode.NoContent, done.StatusCode);
        }
        Assert.Equal(slow.Length, await OffsetAsync(client, address));
        (await SendAsync(client, HttpMethod.Delete, address)).Dispose();
    }

    [Fact]
    public async Task What_came_before_the_line_broke_stays_and_the_rest_may_follow()
    {
        using var client = portal.Client();
        var bytes = Archives.Zip([("a.bin", RandomNumberGenerator.GetBytes(3_000_000), 0)]);
        using var made = await BeginAsync(client, "a.zip", bytes.Length);
        var address = made.Headers.Location!.OriginalString;
        await Assert.ThrowsAnyAsync<Exception>(() => AppendAsync(client, address, 0, new StreamContent(new Breaking(bytes, 1_500_000))));
        long offset = 0;
        for (var i = 0; i < 100 && (offset = await OffsetAsync(client, address)) == 0; i++)
        {
            await Task.Delay(50, Stop);
        }
        Assert.InRange(offset, 1, 1_500_000);
        HttpResponseMessage rest;
        do
        {
            offset = await OffsetAsync(client, address);
            rest = await AppendAsync(client, address, offset, bytes[(int)offset..]); // as long as the broken one is in the way: again
        } while (rest.StatusCode is HttpStatusCode.Locked or HttpStatusCode.Conflict);
        Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        await UntilAsync(client, address, "ready");
    }

    [Fact]
    public async Task What_cannot_be_taken_is_refused_at_the_beginning_with_what_to_do()
    {
        using var client = portal.Client();
        async Task<string> Refused(string name, long length, int status)
        {
            using var answer = await BeginAsync(client, name, length);
            return await DetailAsync(answer, status);
        }
        Assert.Contains("at most 40 MB", await Refused("a.zip", 40_000_001, 413), StringComparison.Ordinal);
        Assert.Contains("together with its images", await Refused("captions.jsonl", 10, 400), StringComparison.Ordinal);
        Assert.Contains("together with its images", await Refused("captions.CSV", 10, 400), StringComparison.Ordinal);
        Assert.Contains("whole folder", await Refused("model.safetensors", 10, 400), StringComparison.Ordinal);
        Assert.Contains(".zip, .tar", await Refused("a.7z", 10, 400), StringComparison.Ordinal);
        await Refused("a.zip", 0, 400);
        await Refused(new string('a', 300) + ".zip", 10, 400);
        using var nameless = await SendAsync(client, HttpMethod.Post, Root, r => r.Headers.Add("Upload-Length", "10"));
        Assert.Contains("filename", await DetailAsync(nameless, 400), StringComparison.Ordinal);
        using var lengthless = await SendAsync(client, HttpMethod.Post, Root, r => r.Headers.Add("Upload-Defer-Length", "1"));
        await DetailAsync(lengthless, 400);
    }

    [Theory]
    [InlineData("no archive", "x.zip")]
    [InlineData("damaged", "x.tgz")]
    public async Task One_that_cannot_be_unpacked_says_why(string why, string name)
    {
        using var client = portal.Client();
        var bytes = name.EndsWith("tgz", StringComparison.Ordinal) ? Archives.Gzip(new byte[100])[..12] : new byte[5_000];
        var failed = await UploadAsync(client, name, bytes);
        Assert.Equal("failed", failed.GetProperty("state").GetString());
        Assert.Contains(why, failed.GetProperty("error").GetString(), StringComparison.Ordinal);
        using var gone = await SendAsync(client, HttpMethod.Delete, $"{Root}/{failed.GetProperty("id").GetString()}");
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
    }

    [Fact]
    public async Task The_disk_s_space_is_looked_at_before()
    {
        using var large = new LargeHost();
        using var client = large.Client();
        using var answer = await BeginAsync(client, "a.zip", 900_000_000_000_000);
        var detail = await DetailAsync(answer, 507);
        Assert.Contains("needs 900 TB", detail, StringComparison.Ordinal);
        Assert.Contains("are free for it", detail, StringComparison.Ordinal);
        for (var i = 0; i < 2; i++)
        {
            (await BeginAsync(client, "a.zip", 10)).Dispose();
        }
        using var third = await BeginAsync(client, "a.zip", 10);
        Assert.Contains("2 uploads are open already", await DetailAsync(third, 409), StringComparison.Ordinal);
    }

    private sealed class LargeHost()
        : PortalHost(new() { ["CllClip:Uploads:MaxBytes"] = "1000000000000000", ["CllClip:Uploads:MaxOpen"] = "2" });

    private static async Task<JsonElement> UntilAsync(HttpClient client, string address, string state)
    {
        for (var end = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(50, Stop))
        {
            var now = await client.GetFromJsonAsync<JsonElement>(address, Stop);
            if (now.GetProperty("state").GetString() == state)
            {
                return now;
            }
            Assert.True(DateTime.UtcNow < end, now.ToString());
        }
    }

    /// <summary>Bytes whose number the client does not tell.</summary>
    private sealed class Unmeasured(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    /// <summary>A body that breaks off.</summary>
    private sealed class Breaking(byte[] bytes, int after) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= after)
            {
                await Task.Delay(500, cancellationToken); // what was sent has arrived
                throw new IOException("The cable is out.");
            }
            return await base.ReadAsync(buffer[..(int)Math.Min(buffer.Length, after - Position)], cancellationToken);
        }
    }

    /// <summary>A body that goes on until it is told to end.</summary>
    private sealed class Slow : Stream
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _ended;
        private long _sent;

        public Task Begun => _begun.Task;
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => _sent;
        public override long Position
        {
            get => _sent;
            set => throw new NotSupportedException();
        }

        public void End() => _ended = true;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_ended)
            {
                return 0;
            }
            await Task.Delay(20, cancellationToken);
            var count = Math.Min(buffer.Length, 20_000); // more than a client gathers before it sends
            buffer.Span[..count].Clear();
            _sent += count;
            _begun.TrySetResult();
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
