using System.Text;
using CllClip.Portal.Health;
using CllClip.Portal.Hubs;
using CllClip.Portal.Tests.Api;
using CllClip.Portal.Tests.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CllClip.Portal.Tests.Health;

public sealed class FeedMetricsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_that_cannot_be_read_interrupts_the_counting_and_does_not_end_it()
    {
        var time = new FakeTimeProvider();
        using var bench = Bench.Ready(time);
        bench.Add("a");
        var metrics = new PortalMetrics(bench.Queries, new LaunchErrorsTests.Preparing(), new HubMeter());
        using var counting = new FeedMetrics(bench.Feed, metrics, time, NullLogger<FeedMetrics>.Instance) { QueueLength = 0 };
        await counting.StartAsync(Stop);
        await UntilAsync(() => bench.Feed.Subscribers == 1);

        await SqlAsync(bench, "ALTER TABLE StateChanges RENAME TO Gone");
        bench.Store.AddScores("a", [Bench.Score(1)]);
        await UntilAsync(() => bench.Feed.Subscribers == 0);
        await SqlAsync(bench, "ALTER TABLE Gone RENAME TO StateChanges");
        await UntilAsync(() =>
        {
            time.Advance(FeedMetrics.Pause);
            return bench.Feed.Subscribers == 1;
        });

        bench.Store.AddScores("a", [Bench.Score(2), Bench.Score(3)]);
        await UntilAsync(async () => (await TextAsync(metrics)).Contains("cllclip_scores_total 2\n", StringComparison.Ordinal));
        Assert.False(counting.ExecuteTask!.IsCompleted);
        await counting.StopAsync(Stop);
    }

    private static async Task SqlAsync(Bench bench, string sql)
    {
        await using var db = bench.Open();
        await db.Database.ExecuteSqlRawAsync(sql, Stop);
    }

    private static async Task<string> TextAsync(PortalMetrics metrics)
    {
        using var text = new MemoryStream();
        await metrics.Registry.CollectAndExportAsTextAsync(text, Stop);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static Task UntilAsync(Func<bool> done) => UntilAsync(() => Task.FromResult(done()));

    private static async Task UntilAsync(Func<Task<bool>> done)
    {
        for (var i = 0; i < 1000; i++)
        {
            if (await done())
            {
                return;
            }
            await Task.Delay(20, Stop);
        }
        Assert.Fail("It did not come to pass.");
    }
}
