using CllClip.Shared.Results;
using Microsoft.Extensions.Primitives;

namespace CllClip.Portal.Features.Compare;

/// <summary>Which runs are compared, by what. Stands in the address, with the same names as the API's parameters.</summary>
public sealed record CompareQuery
{
    /// <summary>Most runs at once: what is answered within seconds and read in one table.</summary>
    public const int MostRuns = 64;

    /// <summary>Ids of the runs; the first is the one that the others are held against.</summary>
    public IReadOnlyList<string> Runs { get; init; } = [];

    /// <summary>Data set of the scores; null for the first that all runs have.</summary>
    public string? Dataset { get; init; }

    /// <summary>Protocol of the scores; null for the first that all runs have.</summary>
    public string? Protocol { get; init; }

    /// <summary>Direction of retrieval.</summary>
    public RetrievalDirection Direction { get; init; }

    /// <summary>1, 5 or 10.</summary>
    public int K { get; init; } = 1;

    /// <summary>Whether each run is taken after its own last task; else after the last stages at which all have learned the same languages.</summary>
    public bool AtLast { get; init; }

    /// <summary>Reads an address; what cannot be read has a message under its name and is left at its default.</summary>
    public static CompareQuery Read(IEnumerable<KeyValuePair<string, StringValues>> values, out IDictionary<string, string[]> errors)
    {
        ArgumentNullException.ThrowIfNull(values);
        var (query, wrong) = (new CompareQuery(), new Dictionary<string, string[]>());
        foreach (var (name, value) in values.Select(v => (v.Key, v.Value.ToString())).Where(v => v.Item2.Length > 0))
        {
            switch (name)
            {
                case "runs":
                    string[] ids = [.. value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()];
                    if (ids.Length > MostRuns)
                    {
                        wrong[name] =
                        [
                            $"{ids.Length} runs are too many to compare at once; the first {MostRuns} are taken, {ids.Length - MostRuns} are left out.",
                        ];
                    }
                    query = query with { Runs = ids[..Math.Min(ids.Length, MostRuns)] };
                    break;
                case "dataset":
                    query = query with { Dataset = value };
                    break;
                case "protocol":
                    query = query with { Protocol = value };
                    break;
                case "direction" when value is "t2i" or "i2t":
                    query = query with { Direction = value == "t2i" ? RetrievalDirection.TextToImage : RetrievalDirection.ImageToText };
                    break;
                case "direction":
                    wrong[name] = [$"Unknown direction '{value}'. Choose t2i or i2t."];
                    break;
                case "k" when value is "1" or "5" or "10":
                    query = query with
                    {
                        K = value switch
                        {
                            "1" => 1,
                            "5" => 5,
                            _ => 10,
                        },
                    };
                    break;
                case "k":
                    wrong[name] = [$"Recall@{value} is not measured. Choose 1, 5 or 10."];
                    break;
                case "at" when value is "same" or "last":
                    query = query with { AtLast = value == "last" };
                    break;
                case "at":
                    wrong[name] = [$"Unknown point '{value}'. Choose same or last."];
                    break;
                default:
                    break; // others' parameters
            }
        }
        errors = wrong;
        return query;
    }

    /// <summary>Where runs are compared: the first ones, where they are more than can be (<see cref="LeftOut"/>).</summary>
    public static string Link(IEnumerable<string> runs) => new CompareQuery { Runs = [.. runs.Take(MostRuns)] }.Address();

    /// <summary>How many of so many runs <see cref="Link"/> leaves out, which is said beside it.</summary>
    public static int LeftOut(int runs) => Math.Max(0, runs - MostRuns);

    /// <summary>The page's address for these choices.</summary>
    public string Address()
    {
        var parts = new List<string> { "runs=" + string.Join(',', Runs.Select(Uri.EscapeDataString)) };
        void Add(string name, string? value)
        {
            if (value is not null)
            {
                parts.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }
        Add("dataset", Dataset);
        Add("protocol", Protocol);
        Add("direction", Direction == RetrievalDirection.TextToImage ? null : "i2t");
        Add(
            "k",
            K == 1 ? null
                : K == 5 ? "5"
                : "10"
        );
        Add("at", AtLast ? "last" : null);
        return "/compare" + (parts is ["runs="] ? "" : "?" + string.Join('&', parts));
    }
}
