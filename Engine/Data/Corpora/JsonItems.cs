using System.Text;
using System.Text.Json;

namespace CllClip.Engine.Data.Corpora;

/// <summary>JSON objects of a file, each with the line that it begins on.</summary>
internal static class JsonItems
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16 };

    /// <summary>The objects of a file that is one array. After a syntax error, which is reported, nothing more comes.</summary>
    public static IEnumerable<(int Line, JsonElement Item)> OfArray(string path, string name, CorpusReport report, CancellationToken stop)
    {
        if (CorpusText.Bytes(path, name, report) is not { } bytes)
        {
            yield break;
        }
        var (at, line) = (0, 1);
        var state = new JsonReaderState(new JsonReaderOptions { MaxDepth = 16 });
        var begun = false;
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var step = Next(bytes, ref at, ref line, ref state, ref begun, name, report);
            if (step is not { } item)
            {
                yield break;
            }
            yield return item;
        }
    }

    /// <summary>The objects of a file that has one a line; a line that is none is reported, and the next is read.</summary>
    public static IEnumerable<(int Line, JsonElement Item)> OfLines(string path, string name, CorpusReport report, CancellationToken stop)
    {
        foreach (var (line, text) in CorpusText.Lines(path, name, report, stop))
        {
            if (text is null or "")
            {
                continue;
            }
            if (text.Contains(@"\ud", StringComparison.OrdinalIgnoreCase) && Fault(text) is { } fault)
            {
                report.Error(name, line, "JSON", $"The line is not valid JSON ({fault}).", "Write one JSON object a line.");
                continue;
            }
            JsonElement item;
            try
            {
                using var document = JsonDocument.Parse(text, Options);
                item = document.RootElement.Clone();
            }
            catch (JsonException error)
            {
                report.Error(name, line, "JSON", $"The line is not valid JSON ({Position(error)}).", "Write one JSON object a line.");
                continue;
            }
            if (item.ValueKind != JsonValueKind.Object)
            {
                report.Error(name, line, "JSON", $"The line is a JSON {item.ValueKind}, not an object.", "Write one JSON object a line.");
                continue;
            }
            yield return (line, item);
        }
    }

    /// <summary>A text of an object, or null where it is absent or something else.</summary>
    public static string? Text(this JsonElement item, string key) =>
        item.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The texts of a list, or one text as a list of one; null where it is neither.</summary>
    public static IReadOnlyList<string>? Texts(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array when value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) =>
            [
                .. value.EnumerateArray().Select(v => v.GetString()!),
            ],
            _ => null,
        };

    private static (int Line, JsonElement Item)? Next(
        byte[] bytes,
        ref int at,
        ref int line,
        ref JsonReaderState state,
        ref bool begun,
        string name,
        CorpusReport report
    )
    {
        var reader = new Utf8JsonReader(bytes.AsSpan(at), isFinalBlock: true, state);
        try
        {
            if (!begun)
            {
                begun = true;
                if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                {
                    report.Error(name, 1, "JSON", "The file is not a JSON array.", "Write [ {…}, {…} ], one object an image.");
                    return null;
                }
            }
            if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray)
            {
                return null;
            }
            var start = at + (int)reader.TokenStartIndex;
            line += bytes.AsSpan(at, start - at).Count((byte)'\n');
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                report.Error(name, line, "JSON", "An item of the list is not an object.", "Write [ {…}, {…} ], one object an image.");
                return null;
            }
            var own = line;
            using var document = JsonDocument.ParseValue(ref reader);
            var end = at + (int)reader.BytesConsumed;
            line += bytes.AsSpan(start, end - start).Count((byte)'\n');
            if (StrictJson.Fault(bytes.AsSpan(start, end - start)) is { } fault)
            {
                report.Error(
                    name,
                    own,
                    "JSON",
                    $"The item is not valid JSON ({fault}).",
                    "Mend it there; everything after it was left unread."
                );
                return null;
            }
            (at, state) = (end, reader.CurrentState);
            return (own, document.RootElement.Clone());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            var broken = error is JsonException { LineNumber: { } before } ? (int)before + 1 : line; // counted from the file's beginning
            report.Error(
                name,
                broken,
                "JSON",
                error is JsonException json ? $"The file is not valid JSON ({Position(json)})." : "A text of the file is not valid UTF-8.",
                "Mend it there; everything after it was left unread."
            );
            return null;
        }
    }

    /// <summary>What is wrong with the texts of a line; null where it is JSON, or so broken that parsing says it.</summary>
    private static string? Fault(string line)
    {
        try
        {
            return StrictJson.Fault(Encoding.UTF8.GetBytes(line));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Position(JsonException error) =>
        error.Message.Split(" LineNumber:", 2)[0].Split(" Path:", 2)[0].TrimEnd('.', ' ') + $", byte {error.BytePositionInLine + 1}";
}
