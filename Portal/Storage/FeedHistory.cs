using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Storage;

/// <summary>The feed's messages as they were stored.</summary>
internal sealed class FeedHistory(IDbContextFactory<PortalDbContext> contexts) : IFeedHistory
{
    public async Task<IReadOnlyList<FeedItem>> SinceAsync(string runId, FeedPosition from, CancellationToken stop)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var states = await db
            .StateChanges.AsNoTracking()
            .Where(c => c.RunId == runId && c.Sequence >= from.State)
            .OrderBy(c => c.Sequence)
            .ToListAsync(stop);
        var lines = await db
            .LogLines.AsNoTracking()
            .Where(l => l.RunId == runId && l.Sequence >= from.Log)
            .OrderBy(l => l.Sequence)
            .ToListAsync(stop);
        var scores = await db
            .Scores.AsNoTracking()
            .Where(s => s.RunId == runId && s.Sequence >= from.Score)
            .OrderBy(s => s.Sequence)
            .ToListAsync(stop);
        // scores carry no time: they come before the state that ends the run
        return
        [
            .. scores.Select(s => new FeedItem(runId, FeedKind.Score, s.Sequence, new ScoreMessage(runId, s.Sequence, s.ToScore()))),
            .. states
                .Select(c => (c.At, Item: new FeedItem(runId, FeedKind.State, c.Sequence, c.ToMessage())))
                .Concat(lines.Select(l => (l.At, Item: new FeedItem(runId, FeedKind.Log, l.Sequence, l.ToMessage()))))
                .OrderBy(x => x.At)
                .Select(x => x.Item),
        ];
    }
}
