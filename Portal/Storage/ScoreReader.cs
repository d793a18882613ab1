using CllClip.Shared.Results;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Storage;

/// <summary>Reads all scores of a run, row by row: as entities, the millions behind a leaderboard of hundreds of runs take ten times as long.</summary>
internal static class ScoreReader
{
    /// <summary>The run's scores up to a stage and after a position, in the order in which they were stored.</summary>
    public static async Task<List<Score>> ReadAsync(
        PortalDbContext db,
        string runId,
        int upToStage,
        long afterSequence = 0,
        CancellationToken stop = default
    )
    {
        await db.Database.OpenConnectionAsync(stop);
        try
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = """
                SELECT "Stage", "Language", "Direction", "K", "Recall", "N", "Protocol", "Dataset" FROM "Scores"
                WHERE "RunId" = $run AND "Stage" <= $stage AND "Sequence" > $after ORDER BY "Sequence"
                """;
            Add("$run", runId);
            Add("$stage", upToStage);
            Add("$after", afterSequence);
            // SQLite has no asynchronous reading; awaiting each of a million rows would cost more than the rows.
            using var rows = command.ExecuteReader();
            var scores = new List<Score>();
            while (rows.Read())
            {
                var dataset = rows.GetString(7);
                scores.Add(
                    new Score(
                        rows.GetInt32(0),
                        rows.GetString(1),
                        DirectionConverter.Read(rows.GetString(2)),
                        rows.GetInt32(3),
                        rows.GetDouble(4),
                        rows.GetInt32(5),
                        rows.GetString(6)
                    )
                    {
                        Dataset = dataset.Length > 0 ? dataset : null,
                    }
                );
            }
            return scores;

            void Add(string name, object value)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value);
                command.Parameters.Add(parameter);
            }
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }
}
