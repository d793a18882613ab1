using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace CllClip.Fuzz.Portal;

/// <summary>The portal over HTTP: bodies of every operation that has one, the head of an upload, and queries. Whatever it makes is taken away again.</summary>
/// <param name="address">The portal's address.</param>
/// <param name="memory">Bytes that the portal's process holds; 0 where it is this one.</param>
internal sealed class ApiTarget(Uri address, Func<long> memory) : IFuzzTarget
{
    private const string Api = "/api/v1/";
    private const string Boundary = "x";
    private const int MostLeft = 200;

    private static readonly string[] _traces = ["   at CllClip", "   at System.", "Exception", ".cs:line"];

    private static readonly Dictionary<string, (string Method, string Path, string Type)> _operations = new()
    {
        ["runs"] = ("POST", "runs", "application/json"),
        ["sweeps"] = ("POST", "sweeps", "application/json"),
        ["datasets"] = ("POST", "datasets", "application/json"),
        ["models"] = ("POST", "models", "application/json"),
        ["webhooks"] = ("POST", "webhooks", "application/json"),
        ["move"] = ("POST", "runs/x/move", "application/json"),
        ["edit"] = ("PATCH", "runs/{run}", "application/json"),
        ["import-json"] = ("POST", "runs/import", "application/json"),
        ["import-csv"] = ("POST", "runs/import?method=er&source=Somebody", "text/csv"),
        ["search-image"] = ("POST", "search/image", $"multipart/form-data; boundary={Boundary}"),
        ["search-text"] = ("POST", "search/text", $"multipart/form-data; boundary={Boundary}"),
        ["query-search"] = ("GET", "search?", ""),
        ["query-runs"] = ("GET", "runs?", ""),
        ["query-leaderboard"] = ("GET", "leaderboard?", ""),
        ["upload"] = ("POST", "uploads", ""),
    };

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(60),
    };

    private readonly List<string> _left = [];
    private string? _run;

    /// <inheritdoc/>
    public string Name => "api";

    /// <inheritdoc/>
    public long MostAllocated => 0;

    /// <inheritdoc/>
    public long MemoryElsewhere => memory();

    /// <inheritdoc/>
    public IReadOnlyList<string> Words { get; } =
    [
        .. PortalSamples.Words,
        "\r\n--x\r\n",
        "--x--",
        "Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"",
        "filename ",
        "is_confidential",
    ];

    /// <inheritdoc/>
    public IReadOnlyList<FuzzInput> Samples { get; } =
    [
        new(
            "runs",
            """{"method":"cll-clip","teir":true,"dataset":"emoji36","testSets":[],"model":"emoji-base","languages":["en","de","ja"],"epochs":3,"seed":1,"device":"cpu","options":{"batchSize":128,"learningRate":1e-3},"name":"first try","tags":["tour"]}"""u8.ToArray()
        ),
        new("runs", """{"method":"no-such","languages":["en","en"],"epochs":"3"}"""u8.ToArray()),
        new(
            "sweeps",
            """{"name":"Which rate?","run":{"method":"cll-clip","languages":["en","de"],"epochs":3,"model":"no-such"},"seeds":[1,2],"teir":[true,false],"options":{"learningRate":[1e-3,1e-2]}}"""u8.ToArray()
        ),
        new(
            "datasets",
            """{"folder":"/no/such/folder","kind":"csv","id":"own","name":"Own","images":"/no/such","licence":"mine","leaveOutBroken":true,"models":["emoji-base"]}"""u8.ToArray()
        ),
        new("models", """{"folder":"/no/such/folder","id":"own","name":"Own","licence":"mine"}"""u8.ToArray()),
        new("webhooks", """{"url":"http://localhost.invalid/hook","events":["run.completed"],"secret":"0123456789abcdef"}"""u8.ToArray()),
        new("move", """{"position":1}"""u8.ToArray()),
        new("edit", """{"name":"Renamed","tags":["a","b"],"notes":"seen\nand noted"}"""u8.ToArray()),
        new("import-json", PortalSamples.Json),
        new("import-csv", PortalSamples.Csv),
        new("search-image", Form("file", "a.png", ""u8)),
        new("search-image", Form("file", "a.gif", "GIF89a\u0001\0\u0001\0\0\0\0,\0\0\0\0\u0001\0\u0001\0\0\u0002\u0002D\u0001\0;"u8)),
        new("search-text", Form("imageId", null, "1f600"u8)),
        new("query-search", "q=red%20heart&lang=en&gallery=emoji36&k=5"u8.ToArray()),
        new("query-runs", "search=a&state=completed&method=er&sort=created&skip=0&take=10"u8.ToArray()),
        new("query-leaderboard", "dataset=emoji36&protocol=emoji36"u8.ToArray()),
        new("upload", "10 filename YS56aXA="u8.ToArray()),
    ];

    /// <inheritdoc/>
    public string? Read(FuzzInput input)
    {
        _run ??= Begin();
        var (method, path, type) = _operations[input.Kind];
        using var request = new HttpRequestMessage(new HttpMethod(method), Api + path.Replace("{run}", _run, StringComparison.Ordinal));
        if (method == "GET")
        {
            request.RequestUri = new Uri(address, Api + path + new string([.. Encoding.Latin1.GetString(input.Bytes).Take(4000)]));
        }
        else if (input.Kind == "upload")
        {
            var words = new string([.. Encoding.Latin1.GetString(input.Bytes).Where(c => c is >= ' ' and < '\u007f').Take(2000)]).Split(
                ' ',
                2
            );
            request.Headers.TryAddWithoutValidation("Tus-Resumable", "1.0.0");
            request.Headers.TryAddWithoutValidation("Upload-Length", words[0]);
            request.Headers.TryAddWithoutValidation("Upload-Metadata", words.Length > 1 ? words[1] : "");
        }
        else
        {
            request.Content = new ByteArrayContent(input.Bytes) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        }
        using var answer = _client.Send(request);
        var text = Text(answer);
        var status = (int)answer.StatusCode;
        if (status >= 500 && answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.InsufficientStorage))
        {
            throw new FuzzFault($"{status} for {input.Kind}\n{text}");
        }
        if (status >= 400 && _traces.Any(t => text.Contains(t, StringComparison.Ordinal)))
        {
            throw new FuzzFault($"the program's inside in {status} for {input.Kind}\n{text}");
        }
        if (answer.StatusCode == HttpStatusCode.Created)
        {
            Made(answer.Headers.Location!.ToString(), text);
        }
        return status < 400 ? null : answer.StatusCode.ToString();
    }

    /// <inheritdoc/>
    /// <remarks>The portal is alive and answers, and what could not be taken away at once is gone by and by.</remarks>
    public void Check()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        using var answer = _client.Send(request);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new FuzzFault($"/health/live answers {(int)answer.StatusCode}");
        }
        _left.RemoveAll(Gone);
        if (_left.Count > MostLeft)
        {
            throw new FuzzFault($"{_left.Count} things cannot be taken away, the first is {_left[0]}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <summary>Imports a run to be edited.</summary>
    private string Begin()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Api + "runs/import?method=er&source=Begin&seed=77")
        {
            Content = new ByteArrayContent(PortalSamples.Csv) { Headers = { ContentType = new MediaTypeHeaderValue("text/csv") } },
        };
        using var answer = _client.Send(request);
        return answer.StatusCode == HttpStatusCode.Created
            ? answer.Headers.Location!.ToString().Split('/')[^1]
            : throw new FuzzFault($"the run to be edited is not imported: {Text(answer)}");
    }

    private void Made(string location, string body)
    {
        if (location.Contains("/sweeps/", StringComparison.Ordinal))
        {
            using var sweep = JsonDocument.Parse(body);
            _left.AddRange(
                sweep.RootElement.GetProperty("runs").EnumerateArray().Select(r => Api + "runs/" + r.GetProperty("id").GetString())
            );
        }
        else
        {
            _left.Add(location);
        }
        _left.RemoveAll(Gone);
    }

    private bool Gone(string location)
    {
        if (location.Contains("/runs/", StringComparison.Ordinal))
        {
            Send(HttpMethod.Post, location + "/stop");
        }
        return Send(HttpMethod.Delete, location) is HttpStatusCode.NoContent or HttpStatusCode.NotFound;
    }

    private HttpStatusCode Send(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Tus-Resumable", "1.0.0");
        using var answer = _client.Send(request);
        return answer.StatusCode;
    }

    private static string Text(HttpResponseMessage answer)
    {
        using var reader = new StreamReader(answer.Content.ReadAsStream(), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static byte[] Form(string field, string? file, ReadOnlySpan<byte> content) =>
        [
            .. Encoding.ASCII.GetBytes(
                $"--{Boundary}\r\nContent-Disposition: form-data; name=\"{field}\"{(file is null ? "" : $"; filename=\"{file}\"")}\r\n\r\n"
            ),
            .. content,
            .. Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n"),
        ];
}
