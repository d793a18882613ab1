using CllClip.Shared.Methods;
using CllClip.Shared.Results;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Answer of <c>/api/v1/leaderboard</c>: one ranking for each set of rows that may be compared.</summary>
/// <param name="Direction">Direction of retrieval.</param>
/// <param name="K">1, 5 or 10.</param>
/// <param name="At"><c>last</c> or <c>own</c>: when the scores were taken.</param>
/// <param name="Groups">The rankings; never mixed.</param>
public sealed record LeaderboardResponse(RetrievalDirection Direction, int K, string At, IReadOnlyList<LeaderboardGroup> Groups)
{
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
        );

    private static LeaderboardRow Row(BoardRow row) =>
        new()
        {
            Rank = row.Rank,
            Name = row.Name,
            Method = row.Entry.Method,
            Teir = row.Entry.Teir,
            Variants = row.Entry.Variants,
            Source = row.Entry.Source == BoardSource.Own ? "own" : "published",
            File = row.Entry.File,
            Link = row.Entry.Link,
            Model = row.Entry.Model,
            Detail = row.Detail,
            Shipped = row.Entry.Shipped,
            Finished = row.Entry.Finished,
            Status = row.Entry.Status,
            Incomparable = row.Incomparable,
            TrainedOn = row.Entry.Source == BoardSource.Own ? row.Entry.Dataset : null,
            RunIds = row.Entry.Source == BoardSource.Own ? row.Ids : [],
            Seeds = row.Seeds,
            Ar = Figure(row.Ar),
            F = Figure(row.F),
            FEnglish = Figure(row.FEnglish),
            Recall = row.Cells.ToDictionary(c => c.Key, c => Figure(c.Value)),
        };

    private static LeaderboardFigure Figure(Figure figure) => new(figure.Mean, figure.Deviation, figure.Missing);
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
    /// <summary>Place by average recall; null if it cannot be ranked.</summary>
    public int? Rank { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Method id.</summary>
    public required string Method { get; init; }

    /// <summary>Whether TEIR was on; null where the source does not say.</summary>
    public bool? Teir { get; init; }

    /// <summary>What sets it apart from the method as published, also in <see cref="Name"/>: ablations, and this project's own variants.</summary>
    public required IReadOnlyList<MethodVariant> Variants { get; init; }

    /// <summary><c>own</c> or <c>published</c>.</summary>
    public required string Source { get; init; }

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
public sealed record LeaderboardFigure(double? Mean, double? Deviation, string? Missing);
