using System.Globalization;
using System.Text.Json;
using CllClip.Engine.Methods;
using CllClip.Shared.Languages;
using CllClip.Shared.Methods;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Commands;

/// <summary>The switches of <c>run</c>, and the request that they make.</summary>
internal static class RunSwitches
{
    public const string Json = "--json";
    public const string Resume = "--resume";

    public static readonly IReadOnlyList<Switch> All =
    [
        new("--method", "ID", "one of the methods below"),
        new("--teir", null, "with token embedding initialisation and regularisation"),
        new("--languages", "LIST", "codes in the order of learning (en,de,ja), or tour (6 languages), or paper (36)"),
        new("--dataset", "ID", "data set (emoji36)"),
        new("--tests", "IDS", "further data sets to evaluate on after each task (xm3600,flickr30k)"),
        new("--model", "ID", "base model (emoji-base)"),
        new("--epochs", "N", "epochs per language (the data set's)"),
        new("--seed", "N", "seed of every random draw (1)"),
        new("--device", "DEVICE", "auto, cpu, cuda or cuda:N (the portal's setting)"),
        new("--option", "NAME=VALUE", "an option of the method", Repeats: true),
        new("--name", "TEXT", "name shown in lists"),
        new("--tag", "TEXT", "a label", Repeats: true),
        new(Json, null, "run and scores as JSON on the output, as the HTTP API gives them"),
        new(Resume, "ID", "goes on with a run that was stopped, failed or killed instead of a new one"),
    ];

    /// <summary>The request; what cannot be read is added to the errors.</summary>
    public static RunRequest ToRequest(Switches given)
    {
        var plain = new RunRequest();
        return plain with
        {
            Method = given["--method"],
            Teir = given.Has("--teir"),
            Dataset = given["--dataset"] ?? plain.Dataset,
            TestSets = given["--tests"] is { } tests ? List(tests) : null,
            Model = given["--model"] ?? plain.Model,
            Languages = Languages(given["--languages"]),
            Epochs = given.Whole("--epochs"),
            Seed = given.Whole("--seed"),
            Device = given["--device"],
            Options = Options(given),
            Name = given["--name"],
            Tags = given.Has("--tag") ? given.All("--tag") : null,
        };
    }

    /// <summary>The switch that a field of the request comes from.</summary>
    public static string Of(string field) =>
        field switch
        {
            "tags" => "--tag",
            "testSets" => "--tests",
            _ when field.StartsWith("options.", StringComparison.Ordinal) => $"--option {field[8..]}",
            _ => $"--{field}",
        };

    private static IReadOnlyList<string>? Languages(string? text) =>
        text switch
        {
            null => null,
            "tour" => LanguageCatalog.Tour,
            "paper" => LanguageCatalog.PaperOrder,
            _ => List(text),
        };

    private static string[] List(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Dictionary<string, JsonElement>? Options(Switches given)
    {
        var method = MethodCatalog.Find(given["--method"] ?? "");
        var options = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var text in given.All("--option"))
        {
            var parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length < 2 || parts[0].Length == 0)
            {
                given.Errors.Add($"--option: '{text}' is not NAME=VALUE.");
            }
            else if (!options.TryAdd(parts[0], Value(method?.Options.FirstOrDefault(o => o.Name == parts[0])?.Type, parts[1])))
            {
                given.Errors.Add($"--option {parts[0]}: is given more than once.");
            }
        }
        return options.Count > 0 ? options : null;
    }

    /// <summary>What the option's type reads from the text; text that does not fit stays text, so that the check names it.</summary>
    private static JsonElement Value(OptionType? type, string text) =>
        type switch
        {
            OptionType.Boolean when bool.TryParse(text, out var truth) => JsonSerializer.SerializeToElement(truth),
            OptionType.Integer when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) =>
                JsonSerializer.SerializeToElement(whole),
            OptionType.Number
                when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) =>
                JsonSerializer.SerializeToElement(real),
            _ => JsonSerializer.SerializeToElement(text),
        };
}
