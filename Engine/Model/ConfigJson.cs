using System.Text.Json;

namespace CllClip.Engine.Model;

/// <summary>An object of a JSON settings file, read with defaults and with errors that name file and key.</summary>
internal sealed class ConfigJson(string path, string place, JsonElement element)
{
    private const int LargestFile = 64 << 20;

    internal static JsonDocument Open(string path, int largest = LargestFile)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: var length } && length > largest)
                throw new EngineException($"{path} is larger than {largest >> 20} MB: it cannot be such a file.");
            var bytes = File.ReadAllBytes(path);
            var document = JsonDocument.Parse(bytes);
            var fault = document.RootElement.ValueKind != JsonValueKind.Object ? "a JSON object" : null;
            if (fault is null && StrictJson.Fault(bytes) is { } text)
                fault = $"valid JSON: {text}";
            if (fault is null)
                return document;
            document.Dispose();
            throw new EngineException($"{path} is not {fault}.");
        }
        catch (JsonException e)
        {
            throw new EngineException($"{path} is not valid JSON: {e.Message}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EngineException($"{path} is missing. Choose the folder of a Hugging Face CLIPModel.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The value of a key, or null where it is absent or JSON null.</summary>
    internal JsonElement? Value(string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out var v) && v.ValueKind != JsonValueKind.Null ? v : null;

    internal IEnumerable<string> Keys => element.ValueKind == JsonValueKind.Object ? element.EnumerateObject().Select(p => p.Name) : [];

    internal ConfigJson? Object(string key) =>
        Value(key) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Object } v => new ConfigJson(path, place + key + ".", v),
            { } v => throw Error(key, $"{v.GetRawText()}, which is not an object"),
        };

    /// <summary>An object with nothing in it: every key has its default.</summary>
    internal ConfigJson Empty(string key) => new(path, place + key + ".", default);

    internal int Int(string key, int otherwise, int least, int most)
    {
        if (Value(key) is not { } v)
            return otherwise;
        if (v.ValueKind != JsonValueKind.Number || !v.TryGetInt32(out var n))
            throw Error(key, $"{v.GetRawText()}, which is not a whole number");
        return n >= least && n <= most ? n : throw Error(key, $"{n}, which is not between {least} and {most}");
    }

    internal double Double(string key, double otherwise) =>
        Value(key) switch
        {
            null => otherwise,
            { ValueKind: JsonValueKind.Number } v => v.GetDouble(),
            { } v => throw Error(key, $"{v.GetRawText()}, which is not a number"),
        };

    internal IReadOnlyList<double>? Numbers(string key) =>
        Value(key) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Array } v when v.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Number) =>
            [
                .. v.EnumerateArray().Select(e => e.GetDouble()),
            ],
            { } v => throw Error(key, $"{v.GetRawText()}, which is not a list of numbers"),
        };

    internal bool Bool(string key, bool otherwise) =>
        Value(key) switch
        {
            null => otherwise,
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            { } v => throw Error(key, $"{v.GetRawText()}, which is neither true nor false"),
        };

    internal string String(string key, string otherwise) =>
        Value(key) switch
        {
            null => otherwise,
            { ValueKind: JsonValueKind.String } v => v.GetString()!,
            { } v => throw Error(key, $"{v.GetRawText()}, which is not text"),
        };

    internal EngineException Error(string key, string problem) => new($"{path}: \"{place}{key}\" is {problem}.");
}
