using CllClip.Portal.Features.Runs;
using CllClip.Portal.Storage;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Jobs;

/// <summary>What runs measure and tell: scores, finished stages, lines of the log.</summary>
public sealed partial class RunStore
{
    /// <summary>
    /// Stores scores. Rows that are there already are kept; a value that differs replaces the old one at its position, which the feed does not tell again (the
    /// log does). Returns the number of values replaced.
    /// </summary>
    public int AddScores(string id, IReadOnlyList<Score> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        var news = new News();
        var replaced = 0;
        lock (_one)
        {
            using var db = contexts.CreateDbContext();
            using var transaction = db.Database.BeginTransaction();
            var stages = scores.Select(s => s.Stage).Distinct().ToList();
            var known = db.Scores.Where(s => s.RunId == id && stages.Contains(s.Stage)).ToList().ToDictionary(s => Key(s.ToScore()));
            var last = db.Scores.Where(s => s.RunId == id).Max(s => (long?)s.Sequence) ?? 0;
            foreach (var score in scores)
            {
                if (!known.TryGetValue(Key(score), out var row))
                {
                    row = ScoreEntity.Of(id, ++last, score);
                    known[Key(score)] = row;
                    db.Scores.Add(row);
                    news.Scores.Add(new ScoreMessage(id, row.Sequence, score));
                }
                else if (row.ToScore() != score)
                {
                    (row.Recall, row.N) = (score.Recall, score.N);
                    replaced++;
                }
            }
            db.SaveChanges();
            transaction.Commit();
            news.Publish(feed);
        }
        return replaced;
    }

    /// <summary>Stores the figures of a finished stage (again, if the run was resumed) and the run's aggregates.</summary>
    public void AddStage(string id, StageView figures, Action<RunEntity> change)
    {
        ArgumentNullException.ThrowIfNull(figures);
        ArgumentNullException.ThrowIfNull(change);
        lock (_one)
        {
            using var db = contexts.CreateDbContext();
            if (db.Runs.Find(id) is not { } run)
            {
                return;
            }
            if (db.Stages.Find(id, figures.Stage) is { } row)
            {
                row.Figures = figures;
            }
            else
            {
                db.Stages.Add(
                    new StageEntity
                    {
                        RunId = id,
                        Stage = figures.Stage,
                        Figures = figures,
                    }
                );
            }
            change(run);
            db.SaveChanges();
        }
    }

    /// <summary>Adds a line to the run's log.</summary>
    public void Log(string id, string level, string text)
    {
        var news = new News();
        lock (_one)
        {
            using var db = contexts.CreateDbContext();
            AddLine(db, id, level, text, news);
            db.SaveChanges();
            news.Publish(feed);
        }
    }

    private void AddLine(PortalDbContext db, string id, string level, string text, News news)
    {
        var last = db.LogLines.Where(l => l.RunId == id).Max(l => (long?)l.Sequence) ?? 0;
        var row = new LogLineEntity
        {
            RunId = id,
            Sequence = last + 1,
            At = Now,
            Level = level,
            Text = text,
        };
        db.LogLines.Add(row);
        news.Lines.Add((row.ToMessage(), row.Sequence));
    }

    private static (int, string, RetrievalDirection, int, string, string?) Key(Score s) =>
        (s.Stage, s.Language, s.Direction, s.K, s.Protocol, s.Dataset);
}
