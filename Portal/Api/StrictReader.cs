using System.Text.Json;

namespace CllClip.Portal.Api;

/// <summary>
/// Reads JSON bodies strictly: every field that is unknown, given twice or of the wrong type is named, not only the first. Null is as good as left out. A
/// derived class knows the fields of one request.
/// </summary>
internal abstract class StrictReader
{
    /// <summary>The name under which stands what is wrong with the body as a whole.</summary>
    public const string Body = "body";

    private const int MostShown = 100;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16 };
    private readonly SortedDictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    /// <summary>What is wrong with the form of the request, by field.</summary>
    protected IReadOnlyDictionary<string, string[]> Errors => _errors.ToDictionary(e => e.Key, e => e.Value.ToArray());

    /// <summary>Reads a body and hands its object on; whatever is no JSON is named.</summary>
    protected async Task ParseAsync(Stream body, Action<JsonElement> read, CancellationToken stop)
    {
        try
        {
            using var json = await JsonDocument.ParseAsync(body, Options, stop);
            read(json.RootElement);
        }
        catch (JsonException error)
        {
            Wrong(
                Body,
                error is { LineNumber: { } line, BytePositionInLine: { } place }
                    ? $"This is not JSON (line {line + 1}, byte {place + 1})."
                    : "This is not JSON."
            );
        }
    }

    /// <summary>Hands on each known field of an object that is given once and is not null.</summary>
    /// <param name="root">The object.</param>
    /// <param name="known">Names of the fields that there are.</param>
    /// <param name="set">Takes a field's name and value.</param>
    /// <param name="prefix">What stands before the fields' names in messages, with its dot; empty for the body itself.</param>
    protected void Fields(JsonElement root, IReadOnlyCollection<string> known, Action<string, JsonElement> set, string prefix = "")
    {
        var whole = prefix.Length == 0 ? Body : prefix.TrimEnd('.');
        if (root.ValueKind != JsonValueKind.Object)
        {
            Wrong(whole, prefix.Length == 0 ? "The body must be a JSON object." : $"Must be an object, not {Kind(root)}.");
            return;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in root.EnumerateObject())
        {
            if (Name(member) is not { } name)
            {
                Wrong(whole, "A field's name is not valid text.");
            }
            else if (!known.Contains(name))
            {
                Wrong(prefix + Shorten(name), $"There is no such field. The fields are: {string.Join(", ", known)}.");
            }
            else if (!seen.Add(name))
            {
                Wrong(prefix + name, "The field is given more than once.");
            }
            else if (member.Value.ValueKind != JsonValueKind.Null)
            {
                set(name, member.Value);
            }
        }
    }

    protected string? Text(string field, JsonElement value)
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

    protected bool Truth(string field, JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Wrong(field, $"Must be true or false, not {Kind(value)}.");
            return false;
        }
        return value.GetBoolean();
    }

    protected int? Whole(string field, JsonElement value)
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

    protected List<string>? Texts(string field, JsonElement value)
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

    protected Dictionary<string, JsonElement>? Values(string field, JsonElement value)
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

    protected void Wrong(string field, string message)
    {
        if (!_errors.TryGetValue(field, out var messages))
        {
            _errors[field] = messages = [];
        }
        messages.Add(message);
    }

    /// <summary>Null for anything that is no text, also for a string with half a surrogate pair.</summary>
    protected static string? Decode(JsonElement value)
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

    protected static string? Name(JsonProperty property)
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

    protected static string Kind(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => "text",
            JsonValueKind.Number => "a number",
            JsonValueKind.Null => "null",
            _ => "true or false",
        };

    protected static string Shorten(string text) => text.Length > MostShown ? text[..MostShown] + "…" : text;
}
