using System.Text.Json;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Api;

/// <summary>Reads the body of <c>POST /api/v1/runs</c> strictly: every field that is unknown, given twice or of the wrong type is named, not only the first.</summary>
internal sealed class RunRequestReader
{
    public const string Body = "body";
    private const int MostShown = 100;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16 };
    private static readonly string[] Known =
    [
        "method",
        "teir",
        "dataset",
        "testSets",
        "model",
        "languages",
        "epochs",
        "seed",
        "device",
        "options",
        "name",
        "tags",
    ];

    private readonly SortedDictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    private RunRequestReader() { }

    /// <summary>The request as far as it can be read, and what is wrong with its form.</summary>
    public static async Task<(RunRequest Request, IReadOnlyDictionary<string, string[]> Errors)> ReadAsync(
        Stream body,
        CancellationToken stop
    )
    {
        var reader = new RunRequestReader();
        var request = new RunRequest();
        try
        {
            using var json = await JsonDocument.ParseAsync(body, Options, stop);
            request = reader.Read(json.RootElement);
        }
        catch (JsonException error)
        {
            reader.Wrong(
                Body,
                error is { LineNumber: { } line, BytePositionInLine: { } place }
                    ? $"This is not JSON (line {line + 1}, byte {place + 1})."
                    : "This is not JSON."
            );
        }
        return (request, reader._errors.ToDictionary(e => e.Key, e => e.Value.ToArray()));
    }

    private RunRequest Read(JsonElement root)
    {
        var request = new RunRequest();
        if (root.ValueKind != JsonValueKind.Object)
        {
            Wrong(Body, "The body must be a JSON object.");
            return request;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in root.EnumerateObject())
        {
            if (Name(member) is not { } name)
            {
                Wrong(Body, "A field's name is not valid text.");
            }
            else if (!Known.Contains(name))
            {
                Wrong(Shorten(name), $"There is no such field. The fields are: {string.Join(", ", Known)}.");
            }
            else if (!seen.Add(name))
            {
                Wrong(name, "The field is given more than once.");
            }
            else if (member.Value.ValueKind != JsonValueKind.Null) // null is as good as left out
            {
                request = Set(request, name, member.Value);
            }
        }
        return request;
    }

    private RunRequest Set(RunRequest request, string name, JsonElement value) =>
        name switch
        {
            "method" => request with { Method = Text(name, value) },
            "teir" => request with { Teir = Truth(name, value) },
            "dataset" => request with { Dataset = Text(name, value) },
            "testSets" => request with { TestSets = Texts(name, value) },
            "model" => request with { Model = Text(name, value) },
            "languages" => request with { Languages = Texts(name, value) },
            "epochs" => request with { Epochs = Whole(name, value) },
            "seed" => request with { Seed = Whole(name, value) },
            "device" => request with { Device = Text(name, value) },
            "options" => request with { Options = Values(name, value) },
            "name" => request with { Name = Text(name, value) },
            _ => request with { Tags = Texts(name, value) },
        };

    private string? Text(string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            Wrong(field, $"Must be text, not {Kind(value)}.");
            return null;
        }
        if (Decode(value) is { } text)
        {
            return text;
        }
        Wrong(field, "Holds characters that are no valid text.");
        return null;
    }

    private bool Truth(string field, JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Wrong(field, $"Must be true or false, not {Kind(value)}.");
            return false;
        }
        return value.GetBoolean();
    }

    private int? Whole(string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var whole))
        {
            return whole;
        }
        Wrong(
            field,
            value.ValueKind == JsonValueKind.Number
                ? $"Must be a whole number of at most {int.MaxValue}."
                : $"Must be a whole number, not {Kind(value)}."
        );
        return null;
    }

    private List<string>? Texts(string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            Wrong(field, $"Must be a list of texts, not {Kind(value)}.");
            return null;
        }
        var texts = new List<string>();
        foreach (var item in value.EnumerateArray())
        {
            if (Decode(item) is { } text)
            {
                texts.Add(text);
            }
            else
            {
                Wrong(field, $"Item {texts.Count + 1} must be text, not {Kind(item)}.");
                return null;
            }
        }
        return texts;
    }

    private Dictionary<string, JsonElement>? Values(string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Wrong(field, $"Must be an object of option values, not {Kind(value)}.");
            return null;
        }
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var option in value.EnumerateObject())
        {
            if (Name(option) is not { } name)
            {
                Wrong(field, "An option's name is not valid text.");
            }
            else if (values.ContainsKey(name))
            {
                Wrong($"{field}.{Shorten(name)}", "The option is given more than once.");
            }
            else if (option.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            {
                Wrong($"{field}.{Shorten(name)}", $"Must be a single value, not {Kind(option.Value)}.");
            }
            else if (option.Value.ValueKind == JsonValueKind.String && Decode(option.Value) is null)
            {
                Wrong($"{field}.{Shorten(name)}", "Holds characters that are no valid text.");
            }
            else if (option.Value.ValueKind != JsonValueKind.Null)
            {
                values[name] = option.Value.Clone();
            }
        }
        return values;
    }

    private void Wrong(string field, string message)
    {
        if (!_errors.TryGetValue(field, out var messages))
        {
            _errors[field] = messages = [];
        }
        messages.Add(message);
    }

    /// <summary>Null for anything that is no text, also for a string with half a surrogate pair.</summary>
    private static string? Decode(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string Kind(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => "text",
            JsonValueKind.Number => "a number",
            JsonValueKind.Null => "null",
            _ => "true or false",
        };

    private static string Shorten(string text) => text.Length > MostShown ? text[..MostShown] + "…" : text;
}
