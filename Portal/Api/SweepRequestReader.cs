using System.Text.Json;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Api;

/// <summary>Reads the body of <c>POST /api/v1/sweeps</c>.</summary>
internal sealed class SweepRequestReader : RunRequestReader
{
    private static readonly string[] Known = ["run", "seeds", "methods", "teir", "options", "name"];

    private SweepRequestReader() { }

    /// <summary>The sweep as far as it can be read, and what is wrong with its form.</summary>
    public static async Task<(SweepRequest Request, IReadOnlyDictionary<string, string[]> Errors)> ReadSweepAsync(
        Stream body,
        CancellationToken stop
    )
    {
        var reader = new SweepRequestReader();
        var request = new SweepRequest();
        await reader.ParseAsync(
            body,
            root => reader.Fields(root, Known, (name, value) => request = reader.Set(request, name, value)),
            stop
        );
        return (request, reader.Errors);
    }

    private SweepRequest Set(SweepRequest request, string name, JsonElement value) =>
        name switch
        {
            "run" => request with { Run = Run(value, "run.") },
            "seeds" => request with { Seeds = List(name, value, Whole)?.OfType<int>().ToList() },
            "methods" => request with { Methods = Texts(name, value) },
            "teir" => request with { Teir = List(name, value, Truth) },
            "options" => request with { Options = Lists(name, value) },
            _ => request with { Name = Text(name, value) },
        };

    private List<T>? List<T>(string field, JsonElement value, Func<string, JsonElement, T> read)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            Wrong(field, $"Must be a list, not {Kind(value)}.");
            return null;
        }
        return [.. value.EnumerateArray().Select(item => read(field, item))];
    }

    /// <summary>Option values by name; each value is checked as one of a run's options is.</summary>
    private Dictionary<string, IReadOnlyList<JsonElement>>? Lists(string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Wrong(field, $"Must be an object with a list of values for each option, not {Kind(value)}.");
            return null;
        }
        var lists = new Dictionary<string, IReadOnlyList<JsonElement>>(StringComparer.Ordinal);
        foreach (var option in value.EnumerateObject())
        {
            if (Name(option) is not { } name)
            {
                Wrong(field, "An option's name is not valid text.");
            }
            else if (lists.ContainsKey(name))
            {
                Wrong($"{field}.{Shorten(name)}", "The option is given more than once.");
            }
            else if (List($"{field}.{Shorten(name)}", option.Value, Single) is { } values)
            {
                lists[name] = [.. values.OfType<JsonElement>()];
            }
        }
        return lists;
    }

    private JsonElement? Single(string field, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null)
        {
            Wrong(field, $"Each must be a single value, not {Kind(value)}.");
            return null;
        }
        if (value.ValueKind == JsonValueKind.String && Decode(value) is null)
        {
            Wrong(field, "Holds characters that are no valid text.");
            return null;
        }
        return value.Clone();
    }
}
