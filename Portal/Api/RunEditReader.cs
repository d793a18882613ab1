using System.Text.Json;
using CllClip.Portal.Jobs;

namespace CllClip.Portal.Api;

/// <summary>Reads the body of <c>PATCH /api/v1/runs/{id}</c>.</summary>
internal sealed class RunEditReader : StrictReader
{
    private static readonly string[] Known = ["name", "tags", "notes"];

    private RunEditReader() { }

    /// <summary>The change as far as it can be read, and what is wrong with its form.</summary>
    public static async Task<(RunEdit Edit, IReadOnlyDictionary<string, string[]> Errors)> ReadAsync(Stream body, CancellationToken stop)
    {
        var reader = new RunEditReader();
        var edit = new RunEdit();
        await reader.ParseAsync(body, root => reader.Fields(root, Known, (name, value) => edit = reader.Set(edit, name, value)), stop);
        return (edit, reader.Errors);
    }

    private RunEdit Set(RunEdit edit, string name, JsonElement value) =>
        name switch
        {
            "name" => edit with { Name = Text(name, value) },
            "tags" => edit with { Tags = Texts(name, value) },
            _ => edit with { Notes = Text(name, value) },
        };
}
