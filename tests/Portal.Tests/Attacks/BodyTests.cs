using System.Text;
using CllClip.Portal.Tests.Api;
using Xunit;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>Bodies that are too deep, too large, no text, no numbers, or other than they say (CWE-400, CWE-674, CWE-20).</summary>
public sealed class BodyTests(AttackedPortal portal) : IClassFixture<AttackedPortal>, IAsyncLifetime
{
    private const int Deep = 100_000;

    private static readonly string[] _values =
    [
        "1e999999",
        "-1e999999",
        new string('9', 400),
        "1." + new string('0', 400) + "1",
        "-0",
        "2147483648",
        "-9223372036854775809",
        "NaN",
        "Infinity",
        "0x10",
        "01",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"a\\u0000b\"",
        "\"\\u0000\"",
        "[\"\\ud800\"]",
        "[\"\\u0000\"]",
        "[null]",
        "[[]]",
        "[{}]",
        "{\"\\ud800\":1}",
        "{\"\\u0000\":1}",
        "{\"a\":1,\"a\":2}",
        "{\"__proto__\":{\"x\":1}}",
        "{\"$type\":\"System.IO.FileInfo, System.Private.CoreLib\"}",
        "true",
        "{}",
        "[]",
        "\"" + new string('a', 60_000) + "\"",
    ];

    public async ValueTask InitializeAsync() => await portal.ReadyAsync();

    public async ValueTask DisposeAsync() => await portal.IsUnharmedAsync();

    public static TheoryData<string> Wholes =>
        [
            "deep lists",
            "deep objects",
            "deep in a field",
            "empty",
            "null",
            "text",
            "number",
            "list",
            "cut off",
            "two values",
            "comment",
            "comma at the end",
            "single quotes",
            "surrogate as a name",
            "surrogate as a value",
            "invalid UTF-8",
            "overlong UTF-8",
            "UTF-16",
            "mark of order",
            "zero bytes",
            "an entity of XML",
            "gzip by its name alone",
        ];

    [Theory]
    [MemberData(nameof(Wholes))]
    public async Task A_body_that_is_no_sensible_JSON_is_refused_by_every_operation(string kind)
    {
        var body = Whole(kind);
        foreach (var (method, path) in await OperationsAsync())
        {
            var answer = await portal.AskAsync(
                method,
                path,
                [
                    "Content-Type: application/json",
                    .. kind.StartsWith("gzip", StringComparison.Ordinal) ? ["Content-Encoding: gzip"] : Array.Empty<string>(),
                ],
                body
            );
            AttackedPortal.Harmless(answer, $"{method} {path}: {kind}");
            Assert.True(answer.Status is >= 400 and < 500, $"{answer.Status} for {method} {path}: {kind}");
            Assert.StartsWith("application/problem+json", answer.Header("Content-Type"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_field_of_every_body_refuses_values_that_are_none()
    {
        var document = (await ApiClient.AskAsync(portal, "GET", "/openapi/v1.json")).Json;
        foreach (var (method, path, _) in Bodies.Of(document))
        {
            foreach (var field in Bodies.Fields(document, path, method))
            {
                foreach (var value in _values)
                {
                    var body = $"{{\"{field}\":{value}}}";
                    var answer = await portal.AskAsync(
                        method,
                        Filled(path),
                        ["Content-Type: application/json"],
                        Encoding.UTF8.GetBytes(body)
                    );
                    var asked = $"{method} {path} {body[..Math.Min(120, body.Length)]}";
                    AttackedPortal.Harmless(answer, asked);
                    Assert.True(answer.Status is >= 400 and < 500, $"{answer.Status} for {asked}");
                    var twice = $"{{\"{field}\":{value},\"{field}\":{value}}}";
                    AttackedPortal.Harmless(
                        await portal.AskAsync(method, Filled(path), ["Content-Type: application/json"], Encoding.UTF8.GetBytes(twice)),
                        asked + " twice"
                    );
                }
            }
        }
    }

    [Fact]
    public async Task Scores_with_numbers_and_texts_that_are_none_are_refused()
    {
        const string Address = "/api/v1/runs/import?method=er&source=Somebody&seed=";
        const string Row = "stage,language,direction,k,recall,n,protocol,dataset\n";
        foreach (
            var rows in new[]
            {
                "1,en,t2i,1,1e999999,50,emoji36,emoji36\n",
                "1,en,t2i,1,NaN,50,emoji36,emoji36\n",
                $"{new string('9', 400)},en,t2i,1,1,50,emoji36,emoji36\n",
                "1,en,t2i,1,1,-1,emoji36,emoji36\n",
                "1,e\0n,t2i,1,1,50,emoji36,emoji36\n",
                "1,en,t2i,1,1,50,emoji36,../../etc\n",
                $"\"{new string('a', 200_000)}\n",
                new string(',', 100_000) + "\n",
                string.Concat(Enumerable.Repeat("1\n", 50_000)),
            }
        )
        {
            var answer = await portal.AskAsync("POST", Address + "1", ["Content-Type: text/csv"], Encoding.UTF8.GetBytes(Row + rows));
            AttackedPortal.Harmless(answer, rows[..Math.Min(80, rows.Length)]);
            Assert.True(answer.Status is 400 or 413, $"{answer.Status} for {rows[..Math.Min(80, rows.Length)]}");
        }
        var bytes = await portal.AskAsync(
            "POST",
            Address + "1",
            ["Content-Type: text/csv"],
            [.. Encoding.UTF8.GetBytes(Row), 0xff, 0xfe, 0xc0, 0xaf, 0]
        );
        Assert.Equal(400, bytes.Status);
        foreach (var seed in new[] { "99999999999999999999", "1e9", "-1", "%00", "1%0d%0a", "٣" })
        {
            var answer = await portal.AskAsync("POST", Address + seed, ["Content-Type: text/csv"], Encoding.UTF8.GetBytes(Row));
            AttackedPortal.Harmless(answer, seed);
            Assert.Equal(400, answer.Status);
        }
    }

    [Theory]
    [InlineData("/api/v1/runs", "application/json")]
    [InlineData("/api/v1/sweeps", "application/json")]
    [InlineData("/api/v1/datasets", "application/json")]
    [InlineData("/api/v1/models", "application/json")]
    [InlineData("/api/v1/webhooks", "application/json")]
    [InlineData("/api/v1/runs/x/move", "application/json")]
    [InlineData("/api/v1/runs/import?method=er&source=x", "text/csv")]
    [InlineData("/api/v1/search/image", "multipart/form-data; boundary=x")]
    [InlineData("/api/v1/search/text", "multipart/form-data; boundary=x")]
    [InlineData("/runs", "application/x-www-form-urlencoded")]
    [InlineData("/search", "multipart/form-data; boundary=x")]
    [InlineData("/hubs/runs/negotiate?negotiateVersion=1", "text/plain")]
    [InlineData("/_blazor/negotiate?negotiateVersion=1", "text/plain")]
    [InlineData("/no-such-page", "text/plain")]
    public async Task Bodies_without_end_are_refused_before_they_are_there(string target, string type)
    {
        // Declared: nothing of it is sent, so an answer within the time means that the declaration was enough.
        var declared = await portal.SendAsync(
            "POST",
            Encoding.ASCII.GetBytes(
                $"POST {target} HTTP/1.1\r\nHost: {portal.Address.Authority}\r\nContent-Type: {type}\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n"
            )
        );
        AttackedPortal.Harmless(declared with { Status = declared.Status == 0 ? 400 : declared.Status }, "declared at " + target);
        Assert.True(declared.Status is 0 or 200 or (>= 400 and < 500), $"{declared.Status} for {target}"); // 200: an endpoint that never reads a body
        Assert.True(declared.Taken < TimeSpan.FromSeconds(20), $"{declared.Taken} for {target}");

        // In chunks, until the portal has had enough.
        using var connection = await Wire.OpenAsync(portal);
        var stream = connection.GetStream();
        var reading = Wire.ReadAsync(stream, "POST");
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST {target} HTTP/1.1\r\nHost: {portal.Address.Authority}\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            ),
            TestContext.Current.CancellationToken
        );
        byte[] chunk = [.. "10000\r\n"u8, .. Enumerable.Repeat((byte)'a', 0x10000), .. "\r\n"u8];
        var sent = 0;
        try
        {
            while (!reading.IsCompleted && sent < 1600) // 100 MB
            {
                await stream.WriteAsync(chunk, TestContext.Current.CancellationToken);
                sent++;
            }
        }
        catch (IOException)
        {
            // it had enough
        }
        Assert.True(sent < 1600, $"100 MB were taken at {target}");
        var answer = await reading;
        Assert.True(answer.Status is 0 or 200 or (>= 400 and < 500), $"{answer.Status} for chunks at {target}: {answer.Body}");
    }

    private async Task<IReadOnlyList<(string Method, string Path)>> OperationsAsync()
    {
        var document = (await ApiClient.AskAsync(portal, "GET", "/openapi/v1.json")).Json;
        return [.. Bodies.Of(document).Select(b => (b.Method, Filled(b.Path)))];
    }

    private static string Filled(string path) => path.Replace("{id}", "x", StringComparison.Ordinal);

    private static byte[] Whole(string kind)
    {
        byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
        return kind switch
        {
            "deep lists" => Utf8(new string('[', Deep / 2) + new string(']', Deep / 2)),
            "deep objects" => Utf8(string.Concat(Enumerable.Repeat("{\"a\":", 10_000))),
            "deep in a field" => Utf8("{\"name\":" + new string('[', 60_000)),
            "empty" => [],
            "null" => Utf8("null"),
            "text" => Utf8("\"method\""),
            "number" => Utf8("1e999"),
            "list" => Utf8("[{\"method\":\"er\"}]"),
            "cut off" => Utf8("{\"method\":\"er"),
            "two values" => Utf8("{}{}"),
            "comment" => Utf8("{/* x */}"),
            "comma at the end" => Utf8("{\"name\":\"x\",}"),
            "single quotes" => Utf8("{'name':'x'}"),
            "surrogate as a name" => Utf8("{\"\\ud800\":1}"),
            "surrogate as a value" => Utf8(
                "{\"name\":\"\\udfff\",\"url\":\"\\udfff\",\"folder\":\"\\udfff\",\"before\":\"\\udfff\",\"method\":\"\\udfff\"}"
            ),
            "invalid UTF-8" => [.. "{\"name\":\""u8, 0xff, 0xfe, .. "\"}"u8],
            "overlong UTF-8" => [.. "{\"name\":\""u8, 0xc0, 0xae, 0xc0, 0xaf, .. "\"}"u8],
            "UTF-16" => Encoding.Unicode.GetBytes("{\"name\":\"x\"}"),
            "mark of order" => [0xef, 0xbb, 0xbf, .. "{\"no-such-field\":1}"u8],
            "zero bytes" => new byte[1000],
            "an entity of XML" => Utf8("<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>"),
            _ => [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3],
        };
    }
}
