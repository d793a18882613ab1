using System.Text.Json.Serialization;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Localization;
using CllClip.Portal.Storage;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Import;

/// <summary>Where an imported run would stand.</summary>
/// <param name="Dataset">Data set of the ranking.</param>
/// <param name="Protocol">Protocol of the ranking.</param>
/// <param name="Languages">Number of languages of the ranking.</param>
/// <param name="Rank">Place by average Recall@1, text to image where there is any; null if it is not ranked.</param>
/// <param name="Rows">Rows of the ranking, this one included.</param>
/// <param name="Average">Average recall in percent; null if there is none.</param>
/// <param name="Forgetting">Forgetting in percent; null if there is none.</param>
/// <param name="Reason">Why it is not ranked; null if it is.</param>
public sealed record ImportPlace(
    string Dataset,
    string Protocol,
    int Languages,
    int? Rank,
    int Rows,
    double? Average,
    double? Forgetting,
    [property: JsonIgnore] LateText? Reason
)
{
    /// <summary>Why it is not ranked; null if it is.</summary>
    public string? Unranked => Reason?.ToString();
}

/// <summary>An import as it would be stored.</summary>
/// <param name="Run">The run; its id is another one once it is stored.</param>
/// <param name="Scores">Number of scores.</param>
/// <param name="Stages">Number of tasks.</param>
/// <param name="Places">The rankings that it would stand in.</param>
/// <param name="Said">What is right but worth knowing.</param>
public sealed record ImportPreview(
    RunView Run,
    int Scores,
    int Stages,
    IReadOnlyList<ImportPlace> Places,
    [property: JsonIgnore] IReadOnlyList<LateText> Said
)
{
    /// <summary>What is right but worth knowing.</summary>
    public IReadOnlyList<string> Notes => [.. Said.Select(s => s.ToString())];
}

/// <summary>What the page of imports works with.</summary>
public interface IImportDesk
{
    /// <summary>Looks at a file and stores nothing.</summary>
    Task<(ImportPreview? Preview, IReadOnlyList<ImportProblem> Problems)> CheckAsync(
        ReadOnlyMemory<byte> file,
        ImportSettings given,
        CancellationToken stop = default
    );

    /// <summary>Stores the run of a file.</summary>
    Task<ImportResult> ImportAsync(ReadOnlyMemory<byte> file, ImportSettings given, CancellationToken stop = default);
}

/// <summary>Imports with their place on the leaderboard.</summary>
public sealed class ImportDesk(ScoreImport import, LeaderboardService leaderboard)
{
    /// <summary>Looks at a file and stores nothing.</summary>
    public async Task<(ImportPreview? Preview, IReadOnlyList<ImportProblem> Problems)> CheckAsync(
        ReadOnlyMemory<byte> file,
        ImportSettings given,
        CancellationToken stop = default
    )
    {
        var result = await Task.Run(() => import.Check(file, given), stop);
        return result.Run is { } run
            ? (
                new ImportPreview(
                    run,
                    result.Scores.Count,
                    ScoreImport.StagesOf(result.Scores),
                    await PlacesAsync(run, result.Scores, stop),
                    result.Notes
                ),
                []
            )
            : (null, result.Problems);
    }

    /// <summary>Stores the run of a file.</summary>
    public Task<ImportResult> ImportAsync(ReadOnlyMemory<byte> file, ImportSettings given, CancellationToken stop = default) =>
        import.ImportAsync(file, given, stop);

    private async Task<IReadOnlyList<ImportPlace>> PlacesAsync(RunView run, IReadOnlyList<Score> scores, CancellationToken stop)
    {
        var stages = ScoreImport.StagesOf(scores);
        var entry = OwnEntries.Of(run, StageScores.Build(scores, stages, run.Dataset), stages);
        var key = entry.Scores.Keys.OrderBy(k => k.Direction).ThenBy(k => k.K).First();
        var board = await leaderboard.PreviewAsync(entry, new BoardQuery { Direction = key.Direction, K = key.K }, stop);
        return
        [
            .. from g in board.Groups
            from row in g.Rows
            where row.Ids.Contains(run.Id)
            select new ImportPlace(
                g.Dataset,
                g.Protocol,
                g.Languages.Count,
                row.Rank,
                g.Rows.Count,
                row.Ar.Mean,
                row.F.Mean,
                row.Incomparable
            ),
        ];
    }
}

/// <summary>The desk as the person at a page may use it.</summary>
internal sealed class GuardedImportDesk(ImportDesk desk, Door door) : IImportDesk
{
    // To look at a file needs the same right as to import it, and leaves no line in the audit log.
    private static readonly Act Looking = Acts.ImportScores with { Kept = false };

    public Task<(ImportPreview? Preview, IReadOnlyList<ImportProblem> Problems)> CheckAsync(
        ReadOnlyMemory<byte> file,
        ImportSettings given,
        CancellationToken stop = default
    ) =>
        door.DoAsync<(ImportPreview? Preview, IReadOnlyList<ImportProblem> Problems)>(
            Looking,
            [],
            () => desk.CheckAsync(file, given, stop),
            words => (null, [Refused(words)]),
            _ => AuditOutcome.Done
        );

    public Task<ImportResult> ImportAsync(ReadOnlyMemory<byte> file, ImportSettings given, CancellationToken stop = default) =>
        door.DoAsync(
            Acts.ImportScores,
            [],
            () => desk.ImportAsync(file, given, stop),
            words => new ImportResult(null, [], [Refused(words)], []),
            result => result.Run is null ? AuditOutcome.Invalid : AuditOutcome.Done,
            result => [result.Run!.Id]
        );

    private static ImportProblem Refused(string words) => new(null, "access", words, "");
}
