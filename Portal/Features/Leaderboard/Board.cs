using CllClip.Engine.Evaluation.Statistics;
using CllClip.Shared.Methods;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>The leaderboard's answer: one ranking for each set of rows that may be compared.</summary>
/// <param name="Query">What was asked for.</param>
/// <param name="Groups">The rankings; never mixed.</param>
public sealed record Board(BoardQuery Query, IReadOnlyList<BoardGroup> Groups)
{
    /// <summary>Number of runs that stopped or failed and are not shown (<see cref="BoardQuery.Stopped"/>).</summary>
    public int LeftOut { get; init; }
}

/// <summary>Rows that may be compared: one data set, one protocol, the same languages.</summary>
/// <param name="Dataset">Data set id.</param>
/// <param name="Protocol">Protocol of every score.</param>
/// <param name="Learned">All languages of the sequence.</param>
/// <param name="Languages">Languages that means are taken over, in the paper's order; the columns. The test set has them all.</param>
/// <param name="Rows">The rows, sorted as asked.</param>
/// <param name="Note">A word on what the choice means here, or null.</param>
public sealed record BoardGroup(
    string Dataset,
    string Protocol,
    IReadOnlyList<string> Learned,
    IReadOnlyList<string> Languages,
    IReadOnlyList<BoardRow> Rows,
    string? Note
)
{
    /// <summary>Number of the languages learned that the test set has.</summary>
    public required int Tested { get; init; }

    /// <summary>Whether the rows are this project's own variants of methods, which are never ranked among methods as published.</summary>
    public bool OwnVariants { get; init; }

    /// <summary>What the rows have in common besides the data set, for headings.</summary>
    public string Heading => LanguagesText + (OwnVariants ? " · this project’s own variants" : "");

    /// <summary>How many languages, for headings.</summary>
    public string LanguagesText =>
        Tested < Learned.Count ? $"{Tested} of {Learned.Count} languages"
        : Tested == 1 ? "1 language"
        : $"{Tested} languages";

    /// <summary>Whether some row has a figure for a single language.</summary>
    public bool HasCells => Rows.Any(r => r.Cells.Values.Any(c => c.Mean is not null));
}

/// <summary>One configuration: a run, several runs that differ in the seed alone, or a published model.</summary>
public sealed record BoardRow
{
    /// <summary>Place by average recall, from 1: one more than the number of rows that are significantly better (<see cref="BoardRanks"/>); null if the row cannot be ranked.</summary>
    public int? Rank { get; init; }

    /// <summary>The entry shown: for several seeds the latest.</summary>
    public required BoardEntry Entry { get; init; }

    /// <summary>Ids of all entries in the row.</summary>
    public required IReadOnlyList<string> Ids { get; init; }

    /// <summary>Seeds of all entries in the row.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>Why the row is shown but not ranked, finished or not; null where it is comparable.</summary>
    public string? Incomparable { get; init; }

    /// <summary>Whether the row takes part in ranking and in the best of a column.</summary>
    public bool Ranks => Entry.Finished && Incomparable is null;

    /// <summary>Average recall.</summary>
    public required Figure Ar { get; init; }

    /// <summary>How sure the average recall is; null where the number of queries is not known.</summary>
    public RecallError? Error { get; init; }

    /// <summary>Forgetting.</summary>
    public required Figure F { get; init; }

    /// <summary>Forgetting on English.</summary>
    public required Figure FEnglish { get; init; }

    /// <summary>What sets the row apart from others of the same name, for example <c>epochs 3</c>; null if nothing does.</summary>
    public string? Detail { get; init; }

    /// <summary>Recall by language.</summary>
    public required IReadOnlyDictionary<string, Figure> Cells { get; init; }

    /// <summary>Name shown.</summary>
    public string Name =>
        string.Concat(
            Entry
                .Variants.Select(v => $" ({v.Name}{(v.Kind == VariantKind.Own ? ", own variant" : "")})")
                .Prepend(Entry.Teir == true ? " + TEIR" : "")
                .Prepend(Entry.Label)
                .Append(Entry.ImportedFrom is { } source ? $" (imported from {source})" : "")
        );
}

/// <summary>A mean over seeds in percent, or the reason why there is none.</summary>
/// <param name="Mean">Mean; null if there is no figure.</param>
/// <param name="Deviation">Sample deviation over seeds (divisor n - 1); null for one value.</param>
/// <param name="Missing">Why there is no figure.</param>
public readonly record struct Figure(double? Mean, double? Deviation, string? Missing)
{
    /// <summary>95 % interval, in percent: what the mean says about queries that were not asked; null where their number is not known.</summary>
    public Interval? Interval { get; init; }

    /// <summary>Number of queries of a single language; null where unknown.</summary>
    public int? Queries { get; init; }

    /// <summary>Mean and deviation of what is there, or the first reason.</summary>
    public static Figure Over(IReadOnlyList<Figure> single)
    {
        var values = single.Where(f => f.Mean is not null).Select(f => f.Mean!.Value).ToList();
        if (values.Count == 0)
        {
            return new Figure(null, null, single.Select(f => f.Missing).FirstOrDefault(m => m is not null));
        }
        var mean = values.Average();
        return new Figure(mean, values.Count == 1 ? null : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1)), null);
    }

    /// <summary>One value.</summary>
    public static Figure Of(double value) => new(value, null, null);

    /// <summary>No value, and why.</summary>
    public static Figure None(string reason) => new(null, null, reason);
}
