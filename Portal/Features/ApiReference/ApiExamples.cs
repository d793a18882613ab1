using System.Text.Json;

namespace CllClip.Portal.Features.ApiReference;

/// <summary>A call of an endpoint in three languages.</summary>
internal static class ApiExamples
{
    /// <summary>The languages, with the names shown.</summary>
    public static IReadOnlyList<(string Value, string Text)> Languages { get; } =
    [("curl", "curl"), ("python", "Python"), ("csharp", "C#")];

    /// <summary>Bodies that are accepted as they stand.</summary>
    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal)
    {
        ["LaunchRun"] = """{"method": "cll-clip", "teir": true, "languages": ["en", "de", "ja"], "epochs": 3}""",
        ["RegisterDataset"] = """{"folder": "/data/my-captions"}""",
        ["RegisterModel"] = """{"folder": "/data/clip-vit-base-patch32"}""",
        ["AddWebhook"] = """{"url": "https://example.org/hook", "events": ["run.completed"]}""",
        ["ImportScores"] =
            """{"method": "er", "dataset": "emoji36", "provenance": {"source": "Our lab"}, "scores": [{"stage": 1, "language": "en", "direction": "t2i", "k": 1, "recall": 41.5, "n": 1294, "protocol": "emoji36"}]}""",
    };

    /// <summary>The call in a language.</summary>
    /// <param name="language">One of <see cref="Languages"/>.</param>
    /// <param name="operation">The endpoint.</param>
    /// <param name="portal">Address of the portal, without a slash at its end.</param>
    /// <param name="schemas">Types, for bodies that are made up of their needed fields.</param>
    public static string Make(string language, ApiOperation operation, string portal, IReadOnlyDictionary<string, ApiSchema> schemas)
    {
        var address = portal + operation.Path + Query(operation);
        var file = operation.Body?.Types.Contains("multipart/form-data") == true;
        var body = operation.Body is null || file ? null : Bodies.GetValueOrDefault(operation.Id) ?? Body(operation.Body, schemas);
        return language switch
        {
            "python" => Python(operation, address, body, file),
            "csharp" => CSharp(operation, address, body, file),
            _ => Curl(operation, address, body, file),
        };
    }

    private static string Query(ApiOperation operation) =>
        operation.Parameters.FirstOrDefault(p => p.Place == "query" && p.Name is "q" or "dataset" or "runs") is { } telling
            ? $"?{telling.Name}={telling.Name switch { "q" => "Schneemann", "dataset" => "emoji36", _ => "ID,ID" }}"
            : "";

    private static string Curl(ApiOperation operation, string address, string? body, bool file)
    {
        var token = operation.Changes ? " -H \"Authorization: Bearer $TOKEN\"" : "";
        return $"curl{(operation.Method == "GET" ? "" : $" -X {operation.Method}")} \"{address}\"{token}"
            + (file ? " \\\n  -F file=@picture.png" : "")
            + (body is null ? "" : $" \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'");
    }

    private static string Python(ApiOperation operation, string address, string? body, bool file)
    {
        if (file)
        {
            return $"""
                import requests  # the standard library has no multipart; docs/examples/python/tour.py does without

                print(requests.{operation.Method.ToLowerInvariant()}("{address}", files=dict(file=open("picture.png", "rb"))).json())
                """;
        }
        var lines = new List<string> { "import urllib.request", "" };
        lines.Add(
            $"request = urllib.request.Request(\"{address}\", method=\"{operation.Method}\"{(body is null ? "" : $", data=b'{body}'")})"
        );
        if (body is not null)
        {
            lines.Add("request.add_header(\"Content-Type\", \"application/json\")");
        }
        if (operation.Changes)
        {
            lines.Add("request.add_header(\"Authorization\", \"Bearer TOKEN\")");
        }
        lines.Add("with urllib.request.urlopen(request) as answer:");
        lines.Add("    print(answer.read().decode())");
        return string.Join('\n', lines);
    }

    private static string CSharp(ApiOperation operation, string address, string? body, bool file)
    {
        var lines = new List<string> { "using var http = new HttpClient();" };
        if (operation.Changes)
        {
            lines.Add("http.DefaultRequestHeaders.Authorization = new(\"Bearer\", \"TOKEN\");");
        }
        var verb = operation.Method[..1] + operation.Method[1..].ToLowerInvariant();
        if (file)
        {
            lines.Add(
                "using var content = new MultipartFormDataContent { { new ByteArrayContent(File.ReadAllBytes(\"picture.png\")), \"file\", \"picture.png\" } };"
            );
        }
        else if (body is not null)
        {
            lines.Add($"using var content = new StringContent(\"\"\"{body}\"\"\", System.Text.Encoding.UTF8, \"application/json\");");
        }
        var content =
            file || body is not null ? ", content"
            : operation.Method == "POST" ? ", null"
            : "";
        lines.Add(
            operation.Method is "HEAD" or "OPTIONS"
                ? $"using var answer = await http.SendAsync(new(HttpMethod.{verb}, \"{address}\"));"
                : $"using var answer = await http.{verb}Async(\"{address}\"{content});"
        );
        lines.Add("Console.WriteLine(await answer.Content.ReadAsStringAsync());");
        return string.Join('\n', lines);
    }

    /// <summary>The needed fields of a body with values of their type.</summary>
    private static string Body(ApiContent content, IReadOnlyDictionary<string, ApiSchema> schemas) =>
        content.Schema is { } name && schemas.TryGetValue(name, out var schema)
            ? "{"
                + string.Join(", ", schema.Fields.Where(f => f.Needed).Select(f => $"{JsonSerializer.Serialize(f.Name)}: {Value(f.Type)}"))
                + "}"
            : "{}";

    private static string Value(string type) =>
        type.StartsWith("list", StringComparison.Ordinal) ? "[]"
        : type.StartsWith("object", StringComparison.Ordinal) ? "{}"
        : type.StartsWith("true", StringComparison.Ordinal) ? "true"
        : type.Contains("number", StringComparison.Ordinal) ? "1"
        : "\"…\"";
}
