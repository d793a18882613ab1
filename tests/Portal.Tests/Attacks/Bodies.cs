using System.Text.Json;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>What the OpenAPI document says of bodies in JSON.</summary>
internal static class Bodies
{
    /// <summary>Every operation with a JSON body, and the fields that take texts or lists of texts.</summary>
    public static IEnumerable<(string Method, string Path, IReadOnlyList<(string Name, bool IsList)> Fields)> Of(JsonElement document)
    {
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                if (
                    operation.Value.TryGetProperty("requestBody", out var body)
                    && body.GetProperty("content").TryGetProperty("application/json", out var content)
                )
                {
                    var schema = Resolved(document, content.GetProperty("schema"));
                    yield return (
                        operation.Name.ToUpperInvariant(),
                        path.Name,
                        [
                            .. schema
                                .GetProperty("properties")
                                .EnumerateObject()
                                .Select(p => (p.Name, IsList: Types(p.Value).Contains("array"), Takes: Types(p.Value)))
                                .Where(p => p.IsList || p.Takes.Contains("string"))
                                .Select(p => (p.Name, p.IsList)),
                        ]
                    );
                }
            }
        }
    }

    /// <summary>Every field of the body of an operation.</summary>
    public static IEnumerable<string> Fields(JsonElement document, string path, string method)
    {
        var operation = document
            .GetProperty("paths")
            .GetProperty(path)
            .EnumerateObject()
            .Single(o => o.Name.Equals(method, StringComparison.OrdinalIgnoreCase));
        var content = operation.Value.GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
        return Resolved(document, content.GetProperty("schema")).GetProperty("properties").EnumerateObject().Select(p => p.Name);
    }

    private static JsonElement Resolved(JsonElement document, JsonElement schema) =>
        schema.TryGetProperty("$ref", out var reference)
            ? document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1])
            : schema;

    private static IReadOnlyList<string> Types(JsonElement schema) =>
        !schema.TryGetProperty("type", out var type) ? []
        : type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(t => t.GetString()!)]
        : [type.GetString()!];
}
