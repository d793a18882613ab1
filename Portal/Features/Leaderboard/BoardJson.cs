using CllClip.Shared.Languages;
using CllClip.Shared.Methods;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Answer of <c>/api/v1/leaderboard</c>: one ranking for each set of rows that may be compared.</summary>
/// <param name="Direction">Direction of retrieval.</param>
/// <param name="K">1, 5 or 10.</param>
/// <param name="At"><c>last</c> or <c>own</c>: when the scores were taken.</param>
/// <param name="Groups">The rankings; never mixed.</param>
public sealed record LeaderboardResponse(RetrievalDirection Direction, int K, string At, IReadOnlyList<LeaderboardGroup> Groups)
{
    /// <summary>Definition of forgetting: <c>paper</c>, <c>mammoth</c> or <c>avalanche</c>.</summary>
    public required string Metric { get; init; }

    /// <summary>Id of the preset that the languages chosen are, or null.</summary>
    public string? Preset { get; init; }

    /// <summary>Number of runs that stopped or failed and are not shown.</summary>
    public int LeftOut { get; init; }

    /// <summary>The answer for a board.</summary>
    public static LeaderboardResponse Of(Board board) =>
        new(
            board.Query.Direction,
            board.Query.K,
            board.Query.Moment == BoardMoment.Last ? "last" : "own",
            [
                .. board.Groups.Select(g => new LeaderboardGroup(
                    g.Dataset,
                    g.Protocol,
                    g.Learned,
                    g.Languages,
                    g.Note,
                    g.OwnVariants,
                    [.. g.Rows.Select(Row)]
                )),
            ]
        )
        {
            Metric = BoardLink.Code(board.Query.Metric),
            Preset = LanguagePresets.Matching(board.Query.Languages)?.Id,
            LeftOut = board.LeftOut,
        };

    private static LeaderboardRow Row(BoardRow row) =>
        new()
        {
            Rank = row.Rank,
            RankedBy =
                row.Rank is null ? null
                : row.Error is null ? "value"
                : "significance",
            Interval = row.Error is { } error ? BoardExport.Code(error.Basis) : null,
            Cost = row.Entry.Cost,
            Provenance = row.Entry.Provenance,
            Name = row.Name,
            Method = row.Entry.Method,
            Teir = row.Entry.Teir,
            Variants = row.Entry.Variants,
            Source = BoardNames.Source(row.Entry.Source),
            ImportedFrom = row.Entry.ImportedFrom,
            File = row.Entry.File,
            Link = row.Entry.Link,
            Model = row.Entry.Model,
            Detail = row.Detail,
            Shipped = row.Entry.Shipped,
            Finished = row.Entry.Finished,
            Status = row.Entry.Status?.ToString(),
            Incomparable = row.Incomparable?.ToString(),
            TrainedOn = row.Entry.Source == BoardSource.Published ? null : row.Entry.Dataset,
            RunIds = row.Entry.Source == BoardSource.Published ? [] : row.Ids,
            Seeds = row.Seeds,
            Ar = Figure(row.Ar),
            F = Figure(row.F),
            FEnglish = Figure(row.FEnglish),
            Recall = row.Cells.ToDictionary(c => c.Key, c => Figure(c.Value)),
        };

    private static LeaderboardFigure Figure(Figure figure) =>
        new(figure.Mean, figure.Deviation, figure.Missing?.ToString())
        {
            Low = figure.Interval?.Low,
            High = figure.Interval?.High,
            Queries = figure.Queries,
        };
}

/// <summary>Rows of one data set, protocol and set of languages.</summary>
/// <param name="Dataset">Data set id.</param>
/// <param name="Protocol">Protocol of every score.</param>
/// <param name="LanguagesLearned">All languages of the sequence.</param>
/// <param name="Languages">Languages that means are taken over.</param>
/// <param name="Note">A word on what the choice means here, or null.</param>
/// <param name="OwnVariants">Whether the rows are this project's own variants, which are ranked apart from methods as published.</param>
/// <param name="Rows">The rows.</param>
public sealed record LeaderboardGroup(
    string Dataset,
    string Protocol,
    IReadOnlyList<string> LanguagesLearned,
    IReadOnlyList<string> Languages,
    string? Note,
    bool OwnVariants,
    IReadOnlyList<LeaderboardRow> Rows
);

/// <summary>One configuration or published model.</summary>
public sealed record LeaderboardRow
{
    /// <summary>Place: one more than the number of rows that are significantly better (5 %, Holm); null if it cannot be ranked.</summary>
    public int? Rank { get; init; }

    /// <summary><c>significance</c>, or <c>value</c> where the number of queries is unknown and nothing can be tested; null without a rank.</summary>
    public string? RankedBy { get; init; }

    /// <summary>What the interval of <see cref="Ar"/> was made from: <c>answers</c> to single queries, or the <c>languages</c>' recalls as independent shares; null without one.</summary>
    public string? Interval { get; init; }

    /// <summary>What the run cost, of several seeds the latest; null for published rows.</summary>
    public RunCost? Cost { get; init; }

    /// <summary>What produced the run's numbers, of several seeds the latest; null for published rows.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Method id.</summary>
    public required string Method { get; init; }

    /// <summary>Whether TEIR was on; null where the source does not say.</summary>
    public bool? Teir { get; init; }

    /// <summary>What sets it apart from the method as published, also in <see cref="Name"/>: ablations, and this project's own variants.</summary>
    public required IReadOnlyList<MethodVariant> Variants { get; init; }

    /// <summary><c>own</c>, <c>published</c> or <c>imported</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Who measured the scores of an imported run; null for all others.</summary>
    public string? ImportedFrom { get; init; }

    /// <summary>File that published figures come from.</summary>
    public string? File { get; init; }

    /// <summary>Page of the run or of the publication.</summary>
    public string? Link { get; init; }

    /// <summary>Base model.</summary>
    public required string Model { get; init; }

    /// <summary>What sets the row apart from others of the same name; null if nothing does.</summary>
    public string? Detail { get; init; }

    /// <summary>Whether the run came with the repository.</summary>
    public bool Shipped { get; init; }

    /// <summary>Whether all tasks are done.</summary>
    public bool Finished { get; init; }

    /// <summary>What an unfinished run is doing.</summary>
    public string? Status { get; init; }

    /// <summary>Why the row is shown but not ranked although it is finished; null where it is comparable.</summary>
    public string? Incomparable { get; init; }

    /// <summary>Data set that the run learned from, which may be another than the one it is ranked on; null for published rows.</summary>
    public string? TrainedOn { get; init; }

    /// <summary>The runs behind it.</summary>
    public required IReadOnlyList<string> RunIds { get; init; }

    /// <summary>Their seeds.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>Average recall.</summary>
    public required LeaderboardFigure Ar { get; init; }

    /// <summary>Forgetting.</summary>
    public required LeaderboardFigure F { get; init; }

    /// <summary>Forgetting on English.</summary>
    public required LeaderboardFigure FEnglish { get; init; }

    /// <summary>Recall by language.</summary>
    public required IReadOnlyDictionary<string, LeaderboardFigure> Recall { get; init; }
}

/// <summary>A mean over seeds in percent, full precision.</summary>
/// <param name="Mean">Mean; null if there is none.</param>
/// <param name="Deviation">Sample deviation over seeds; null for one value.</param>
/// <param name="Missing">Why there is no figure.</param>
public sealed record LeaderboardFigure(double? Mean, double? Deviation, string? Missing)
{
    /// <summary>Lower end of the 95 % interval; null where there is none.</summary>
    public double? Low { get; init; }

    /// <summary>Upper end of it.</summary>
    public double? High { get; init; }

    /// <summary>Number of queries of the language; null for means and where it is unknown.</summary>
    public int? Queries { get; init; }
}
