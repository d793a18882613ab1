using CllClip.Engine.Evaluation.Statistics;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
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
/// <param name="Notes">What the choice means here, a sentence each.</param>
public sealed record BoardGroup(
    string Dataset,
    string Protocol,
    IReadOnlyList<string> Learned,
    IReadOnlyList<string> Languages,
    IReadOnlyList<BoardRow> Rows,
    IReadOnlyList<LateText> Notes
)
{
    /// <summary>Number of the languages learned that the test set has.</summary>
    public required int Tested { get; init; }

    /// <summary>Whether the rows are this project's own variants of methods, which are never ranked among methods as published.</summary>
    public bool OwnVariants { get; init; }

    /// <summary>The notes as the API and exports say them, or null.</summary>
    public string? Note => Notes.Count == 0 ? null : string.Join(' ', Notes);

    /// <summary>What the rows have in common besides the data set, for headings.</summary>
    public string Heading(PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var languages =
            Tested < Learned.Count
                ? text.Count("{1} of {0} language", "{1} of {0} languages", Learned.Count, Formats.Count(Tested))
                : text.Count("{0} language", "{0} languages", Tested);
        return OwnVariants ? text["{0} · this project’s own variants", languages] : languages;
    }

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
    public LateText? Incomparable { get; init; }

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

    /// <summary>What sets the row apart from others of the same name: settings (<see cref="OwnEntries.SettingName"/>) and their values, shortened.</summary>
    public IReadOnlyList<(string Setting, string Value)> Details { get; init; } = [];

    /// <summary>The details as the API and exports say them, for example <c>epochs 3</c>; null if there are none.</summary>
    public string? Detail => DetailIn(PageText.English);

    /// <summary>The details in the reader's language.</summary>
    public string? DetailIn(PageText text) =>
        Details.Count == 0 ? null : string.Join(", ", Details.Select(d => $"{OwnEntries.SettingName(d.Setting, text)} {d.Value}"));

    /// <summary>Recall by language.</summary>
    public required IReadOnlyDictionary<string, Figure> Cells { get; init; }

    /// <summary>Name as the API and exports say it; rows are sorted by it.</summary>
    public string Name => NameIn(PageText.English);

    /// <summary>Name in the reader's language.</summary>
    public string NameIn(PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Concat(
            Entry
                .Variants.Select(v => $" ({(v.Kind == VariantKind.Own ? text["{0}, own variant", v.Name] : v.Name)})")
                .Prepend(Entry.Teir == true ? " + TEIR" : "")
                .Prepend(Entry.Label)
                .Append(Entry.ImportedFrom is { } source ? $" ({text["imported from {0}", source]})" : "")
        );
    }
}

/// <summary>A mean over seeds in percent, or the reason why there is none.</summary>
/// <param name="Mean">Mean; null if there is no figure.</param>
/// <param name="Deviation">Sample deviation over seeds (divisor n - 1); null for one value.</param>
/// <param name="Missing">Why there is no figure.</param>
public readonly record struct Figure(double? Mean, double? Deviation, LateText? Missing)
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
    public static Figure None(LateText reason) => new(null, null, reason);
}
