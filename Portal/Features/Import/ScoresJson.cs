using System.Text.Json;

namespace CllClip.Portal.Features.Import;

/// <summary>Scores as JSON: an object of settings with <c>provenance</c> and <c>scores</c>. Unknown fields, fields given twice and texts for numbers are errors, as in all requests.</summary>
internal sealed class ScoresJson(ImportProblems problems)
{
    private const string Scores = "scores";
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16 };
    private static readonly string[] Fields =
    [
        "name",
        "method",
        "otherMethod",
        "teir",
        "dataset",
        "languages",
        "seed",
        "model",
        "epochs",
        "unit",
        "provenance",
        Scores,
    ];

    /// <summary>Fields that are numbers in a row.</summary>
    private static readonly string[] Numbers = ["stage", "k", "recall", "n"];

    public static ScoresFile Read(ReadOnlyMemory<byte> bytes, ImportProblems problems)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes, Options);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                problems.Field("file", "The JSON is not an object.", "Write {\"method\": …, \"provenance\": {…}, \"scores\": […]}.");
                return new ScoresFile(new ImportSettings(), []);
            }
            return new ScoresJson(problems).Read(json.RootElement, RowLines(bytes.Span));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException) // half a surrogate pair
        {
            var line = error is JsonException { LineNumber: { } at } ? (int)at + 1 : 1;
            problems.Row(line, "file", "This is not JSON.", "Check commas, quotation marks and brackets up to here.");
            return new ScoresFile(new ImportSettings(), []);
        }
    }

    private ScoresFile Read(JsonElement root, IReadOnlyList<int> lines)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var said = new ImportSettings();
        IReadOnlyList<ImportedRow> rows = [];
        foreach (var member in root.EnumerateObject())
        {
            if (!Fields.Contains(member.Name))
            {
                problems.Field(ScoreRows.Shorten(member.Name), "There is no such field.", $"The fields are: {string.Join(", ", Fields)}.");
            }
            else if (!seen.Add(member.Name))
            {
                problems.Field(member.Name, "The field is given more than once.");
            }
            else if (member.Name == Scores)
            {
                rows = Rows(member.Value, lines);
            }
            else if (member.Value.ValueKind != JsonValueKind.Null)
            {
                said = Set(said, member.Name, member.Value);
            }
        }
        if (!seen.Contains(Scores))
        {
            problems.Field(Scores, "The scores are missing.", "Add \"scores\": [{\"stage\": 1, …}].");
        }
        return new ScoresFile(said, rows);
    }

    private ImportSettings Set(ImportSettings said, string name, JsonElement value) =>
        name switch
        {
            "name" => said with { Name = Text(name, value) },
            "method" => said with { Method = Text(name, value) },
            "otherMethod" => said with { OtherMethod = Truth(name, value) },
            "teir" => said with { Teir = Truth(name, value) },
            "dataset" => said with { Dataset = Text(name, value) },
            "languages" => said with { Languages = Texts(name, value) },
            "seed" => said with { Seed = Whole(name, value) },
            "model" => said with { Model = Text(name, value) },
            "epochs" => said with { Epochs = Whole(name, value) },
            "unit" => said with { Unit = Text(name, value) },
            _ => Provenance(said, value),
        };

    private ImportSettings Provenance(ImportSettings said, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            problems.Field("provenance", "Must be an object.", "Write \"provenance\": {\"source\": \"…\", \"url\": \"…\"}.");
            return said;
        }
        var details = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var text = member.Value.ValueKind switch
            {
                JsonValueKind.String => member.Value.GetString(),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => member.Value.GetRawText(),
                _ => null,
            };
            if (text is null && member.Value.ValueKind != JsonValueKind.Null)
            {
                problems.Field($"provenance.{ScoreRows.Shorten(member.Name)}", "Must be a single value.", "Write it as text.");
            }
            else if (text is not null && !details.TryAdd(member.Name, text))
            {
                problems.Field($"provenance.{ScoreRows.Shorten(member.Name)}", "The field is given more than once.");
            }
        }
        string? Take(string name) => details.Remove(name, out var text) ? text : null;
        return said with { Source = Take("source"), Url = Take("url"), CodeVersion = Take("codeVersion"), Details = details };
    }

    private List<ImportedRow> Rows(JsonElement value, IReadOnlyList<int> lines)
    {
        var rows = new List<ImportedRow>();
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            problems.Field(Scores, "Must be a list of scores.", "Write one object a score.");
            return rows;
        }
        if (value.GetArrayLength() > ScoresFile.MostRows)
        {
            problems.Field("file", $"The file has more than {ScoresFile.MostRows} rows.", "Import one run a file.");
            return rows;
        }
        var at = 0;
        foreach (var item in value.EnumerateArray())
        {
            var line = lines[at++];
            if (item.ValueKind != JsonValueKind.Object)
            {
                problems.Row(line, Scores, "A score must be an object.", "Write {\"stage\": 1, \"language\": \"en\", …}.");
            }
            else if (WellFormed(item, line) && ScoreRows.Read(line, name => Field(item, name), problems) is { } row)
            {
                rows.Add(row);
            }
        }
        return rows;
    }

    private bool WellFormed(JsonElement item, int line)
    {
        var before = problems.Count;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in item.EnumerateObject())
        {
            var wanted = Numbers.Contains(member.Name) ? JsonValueKind.Number : JsonValueKind.String;
            if (!ScoreRows.Columns.Contains(member.Name))
            {
                problems.Row(
                    line,
                    "columns",
                    $"There is no field '{ScoreRows.Shorten(member.Name)}'.",
                    $"The fields are: {string.Join(", ", ScoreRows.Columns)}."
                );
            }
            else if (!seen.Add(member.Name))
            {
                problems.Row(line, member.Name, $"{member.Name} is given more than once.", "Leave one of them out.");
            }
            else if (member.Value.ValueKind != wanted && member.Value.ValueKind != JsonValueKind.Null)
            {
                problems.Row(
                    line,
                    member.Name,
                    $"{member.Name} must be {(wanted == JsonValueKind.Number ? "a number" : "text")}.",
                    wanted == JsonValueKind.Number ? "Write it without quotation marks." : "Write it in quotation marks."
                );
            }
        }
        return problems.Count == before;
    }

    private static string? Field(JsonElement item, string name) =>
        !item.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : value.GetRawText();

    private string? Text(string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }
        problems.Field(field, "Must be text.");
        return null;
    }

    private bool? Truth(string field, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }
        problems.Field(field, "Must be true or false.");
        return null;
    }

    private int? Whole(string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var whole))
        {
            return whole;
        }
        problems.Field(field, "Must be a whole number.");
        return null;
    }

    private IReadOnlyList<string>? Texts(string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String))
        {
            return [.. value.EnumerateArray().Select(v => v.GetString()!)];
        }
        problems.Field(field, "Must be a list of texts.");
        return null;
    }

    /// <summary>The line that each item of <c>scores</c> begins in; a parsed document does not keep them.</summary>
    private static List<int> RowLines(ReadOnlySpan<byte> json)
    {
        var lines = new List<int>();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Options.MaxDepth });
        var (inScores, line, counted) = (false, 1, 0);
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName)
            {
                inScores = reader.ValueTextEquals(Scores);
            }
            // A closing bracket has the depth of its opening one.
            else if (inScores && reader.CurrentDepth == 2 && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
            {
                var start = (int)reader.TokenStartIndex;
                line += json[counted..start].Count((byte)'\n');
                counted = start;
                lines.Add(line);
            }
        }
        return lines;
    }
}
