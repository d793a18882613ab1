using System.Globalization;
using CllClip.Engine.Evaluation;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;
using Microsoft.Extensions.Primitives;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Writes the leaderboard's choices into a query string and reads them back; the page and the API share it.</summary>
public static class BoardLink
{
    private static readonly string[] Names =
    [
        "dataset",
        "protocol",
        "direction",
        "k",
        "languages",
        "at",
        "metric",
        "plot",
        "source",
        "method",
        "teir",
        "text",
        "stopped",
        "sort",
        "order",
    ];
    private static readonly string[] Columns = ["rank", "name", "average", "forgetting", "forgetting-en"];

    private static readonly Dictionary<string, ForgettingDefinition> Metrics = Codes<ForgettingDefinition>();
    private static readonly Dictionary<string, BoardAxis> Axes = Codes<BoardAxis>();

    /// <summary>A definition of forgetting as it stands in addresses and files: <c>paper</c>, <c>mammoth</c>, <c>avalanche</c>.</summary>
    public static string Code(ForgettingDefinition metric) => metric.ToString().ToLowerInvariant();

    /// <summary>An axis as it stands in addresses: <c>forgetting</c>, <c>time</c>, <c>memory</c>, <c>vocabulary</c>.</summary>
    public static string Code(BoardAxis axis) => axis.ToString().ToLowerInvariant();

    /// <summary>The query string of the choices, with its question mark; empty for the defaults.</summary>
    public static string Write(BoardQuery query)
    {
        var parts = new List<string>();
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                parts.Add($"{name}={Uri.EscapeDataString(value).Replace("%2C", ",", StringComparison.Ordinal)}");
            }
        }
        Add("dataset", query.Dataset);
        Add("protocol", query.Protocol);
        Add("direction", query.Direction == RetrievalDirection.ImageToText ? "i2t" : null);
        Add("k", query.K == 1 ? null : query.K.ToString(CultureInfo.InvariantCulture));
        Add("languages", string.Join(',', query.Languages));
        Add("at", query.Moment == BoardMoment.OwnTask ? "own" : null);
        Add("metric", query.Metric == ForgettingDefinition.Paper ? null : Code(query.Metric));
        Add("plot", query.Plot is { } plot ? Code(plot) : null);
        Add("source", query.Source?.ToString().ToLowerInvariant());
        Add("method", query.Method);
        Add("teir", query.Teir is { } teir ? (teir ? "true" : "false") : null);
        Add("text", query.Text);
        Add("stopped", query.Stopped ? "true" : null);
        Add("sort", query.Sort == "rank" ? null : query.Sort);
        Add("order", query.Descending ? "desc" : null);
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }

    /// <summary>Reads the choices.</summary>
    /// <param name="values">Names and values of a query string.</param>
    /// <param name="vocabulary">What the choices can be.</param>
    /// <param name="errors">What could not be read, by name; empty if all could.</param>
    /// <returns>The choices; those that could not be read have their defaults.</returns>
    public static BoardQuery Read(
        IEnumerable<KeyValuePair<string, StringValues>> values,
        BoardVocabulary vocabulary,
        out IDictionary<string, string[]> errors
    )
    {
        var wrong = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        errors = wrong;
        var query = new BoardQuery();
        foreach (var (name, all) in values)
        {
            if (all.Count > 1 && name != "languages")
            {
                wrong[name] = [$"'{name}' is given more than once."];
                continue;
            }
            var value = string.Join(',', all.ToArray()).Trim();
            if (!Names.Contains(name))
            {
                wrong[name] = [$"Unknown parameter '{name}'. Known: {string.Join(", ", Names)}."];
            }
            else if (value.Length > 0)
            {
                query = Set(query, name, value, vocabulary, wrong);
            }
        }
        return query;
    }

    private static BoardQuery Set(
        BoardQuery query,
        string name,
        string value,
        BoardVocabulary vocabulary,
        SortedDictionary<string, string[]> wrong
    )
    {
        BoardQuery Wrong(string message)
        {
            wrong[name] = [message];
            return query;
        }
        return (name, value) switch
        {
            ("dataset", _) => vocabulary.Datasets.Contains(BoardNames.Canonical(value))
                ? query with
                {
                    Dataset = BoardNames.Canonical(value),
                }
                : Wrong($"Unknown data set '{value}'. {OneOf(vocabulary.Datasets)}"),
            ("protocol", _) => vocabulary.Protocols.Contains(value)
                ? query with
                {
                    Protocol = value,
                }
                : Wrong($"Unknown protocol '{value}'. {OneOf(vocabulary.Protocols)}"),
            ("direction", "t2i") => query with { Direction = RetrievalDirection.TextToImage },
            ("direction", "i2t") => query with { Direction = RetrievalDirection.ImageToText },
            ("k", "1" or "5" or "10") => query with { K = int.Parse(value, CultureInfo.InvariantCulture) },
            ("at", "last") => query with { Moment = BoardMoment.Last },
            ("at", "own") => query with { Moment = BoardMoment.OwnTask },
            ("metric", _) when Metrics.TryGetValue(value, out var metric) => query with { Metric = metric },
            ("plot", "none") => query with { Plot = null },
            ("plot", _) when Axes.TryGetValue(value, out var axis) => query with { Plot = axis },
            ("source", "own") => query with { Source = BoardSource.Own },
            ("source", "published") => query with { Source = BoardSource.Published },
            ("source", "imported") => query with { Source = BoardSource.Imported },
            ("teir", "true") => query with { Teir = true },
            ("teir", "false") => query with { Teir = false },
            ("stopped", "true") => query with { Stopped = true },
            ("stopped", "false") => query with { Stopped = false },
            ("order", "asc") => query with { Descending = false },
            ("order", "desc") => query with { Descending = true },
            ("method", _) => vocabulary.Methods.Any(m => m.Id == value)
                ? query with
                {
                    Method = value,
                }
                : Wrong($"Unknown method '{value}'. {OneOf(vocabulary.Methods.Select(m => m.Id))}"),
            ("text", _) => value.Length <= 200 ? query with { Text = value } : Wrong("The text is longer than 200 characters."),
            ("sort", _) when Columns.Contains(value) || LanguageCatalog.Find(value) is not null => query with { Sort = value },
            ("languages", _) => ReadLanguages(query, value, wrong),
            ("sort", _) => Wrong($"Unknown column '{value}'. {OneOf(Columns)[..^1]} or a language code."),
            _ => Wrong($"'{value}' cannot be the {name}. {OneOf(Choices(name))}"),
        };
    }

    private static BoardQuery ReadLanguages(BoardQuery query, string value, SortedDictionary<string, string[]> wrong)
    {
        var codes = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().ToList();
        if (codes.Count == 1 && LanguagePresets.Find(codes[0]) is { } preset)
        {
            return query with { Languages = preset.Codes };
        }
        var unknown = codes.Where(c => LanguageCatalog.Find(c) is null).ToList();
        if (unknown.Count > 0)
        {
            wrong["languages"] =
            [
                .. unknown.Select(c =>
                    LanguagePresets.Find(c) is null
                        ? $"Unknown language '{c}'."
                        : $"The preset '{c}' stands alone, without other languages."
                ),
            ];
        }
        return query with { Languages = [.. LanguageCatalog.PaperOrder.Where(codes.Contains)] };
    }

    private static IEnumerable<string> Choices(string name) =>
        name switch
        {
            "direction" => ["t2i", "i2t"],
            "k" => ["1", "5", "10"],
            "at" => ["last", "own"],
            "metric" => Metrics.Keys,
            "plot" => Axes.Keys.Append("none"),
            "source" => ["own", "published", "imported"],
            "teir" or "stopped" => ["true", "false"],
            _ => ["asc", "desc"],
        };

    private static Dictionary<string, T> Codes<T>()
        where T : struct, Enum => Enum.GetValues<T>().ToDictionary(v => v.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    private static string OneOf(IEnumerable<string> choices) => $"Choose one of: {string.Join(", ", choices)}.";
}
