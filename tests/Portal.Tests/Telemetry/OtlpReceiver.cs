using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CllClip.Portal.Tests.Telemetry;

/// <summary>A collector on a socket of its own: takes spans as OTLP over HTTP and reads of the protobuf what the tests ask for.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentQueue<byte[]> _bodies = new();

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost(
            "/v1/traces",
            async (HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                Read(body.ToArray());
                return Results.Bytes([], "application/x-protobuf");
            }
        );
    }

    public string Address => _app.Urls.First();

    /// <summary>All spans that came.</summary>
    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    /// <summary>Every byte that came, as text.</summary>
    public string Everything => string.Concat(_bodies.Select(Encoding.UTF8.GetString));

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Waits for the spans of a name.</summary>
    public async Task<IReadOnlyList<ReceivedSpan>> WaitAsync(string name, int count = 1)
    {
        for (var end = DateTime.UtcNow.AddSeconds(20); DateTime.UtcNow < end; await Task.Delay(50))
        {
            if (Spans.Where(s => s.Name == name).ToList() is var found && found.Count >= count)
            {
                return found;
            }
        }
        throw new TimeoutException($"No span '{name}' came, only: {string.Join(", ", Spans.Select(s => s.Name).Distinct())}");
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    // ExportTraceServiceRequest: resource_spans = 1; ResourceSpans: scope_spans = 2; ScopeSpans: scope = 1, spans = 2.
    private void Read(byte[] body)
    {
        _bodies.Enqueue(body);
        foreach (var resource in Fields(body).Where(f => f.Number == 1))
        {
            foreach (var scope in Fields(resource.Bytes).Where(f => f.Number == 2).Select(f => Fields(f.Bytes).ToList()))
            {
                var source = Encoding.UTF8.GetString(Fields(scope.First(f => f.Number == 1).Bytes).First(f => f.Number == 1).Bytes);
                foreach (var span in scope.Where(f => f.Number == 2))
                {
                    _spans.Enqueue(Span(source, [.. Fields(span.Bytes)]));
                }
            }
        }
    }

    // Span: trace_id = 1, span_id = 2, parent_span_id = 4, name = 5, attributes = 9, status = 15 (code = 3).
    private static ReceivedSpan Span(string source, List<Field> fields)
    {
        byte[] Of(int number) => fields.FirstOrDefault(f => f.Number == number)?.Bytes ?? [];
        return new ReceivedSpan(
            source,
            Encoding.UTF8.GetString(Of(5)),
            Convert.ToHexStringLower(Of(1)),
            Convert.ToHexStringLower(Of(2)),
            Convert.ToHexStringLower(Of(4)),
            fields.Where(f => f.Number == 9).Select(f => Attribute([.. Fields(f.Bytes)])).ToDictionary(),
            Fields(Of(15)).FirstOrDefault(f => f.Number == 3)?.Value == 2
        );
    }

    // KeyValue: key = 1, value = 2; AnyValue: string = 1, bool = 2, int = 3, double = 4.
    private static KeyValuePair<string, string> Attribute(List<Field> pair)
    {
        var value = Fields(pair.First(f => f.Number == 2).Bytes).First();
        return new(
            Encoding.UTF8.GetString(pair.First(f => f.Number == 1).Bytes),
            value.Number switch
            {
                1 => Encoding.UTF8.GetString(value.Bytes),
                2 => value.Value == 1 ? "true" : "false",
                _ => $"{value.Value}",
            }
        );
    }

    private static IEnumerable<Field> Fields(byte[] message)
    {
        for (var at = 0; at < message.Length; )
        {
            var key = Number(message, ref at);
            var number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    yield return new(number, Number(message, ref at), []);
                    break;
                case 1:
                    yield return new(number, BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(at, 8)), []);
                    at += 8;
                    break;
                case 2:
                    var length = (int)Number(message, ref at);
                    yield return new(number, 0, message[at..(at + length)]);
                    at += length;
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }

    private static ulong Number(byte[] message, ref int at)
    {
        ulong number = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return number;
            }
        }
    }

    private sealed record Field(int Number, ulong Value, byte[] Bytes);
}

/// <summary>A span as it came over the line.</summary>
internal sealed record ReceivedSpan(
    string Source,
    string Name,
    string Trace,
    string Id,
    string Parent,
    IReadOnlyDictionary<string, string> Tags,
    bool Failed
);
