using System.Runtime.CompilerServices;
using CllClip.Portal.Features.Runs;
using CllClip.Shared.Results;
using Xunit;

namespace CllClip.Portal.Tests.Features.Runs;

public sealed class ScoreLogTests
{
    private static Score T2i(int stage, string language, double recall = 30) =>
        new(stage, language, RetrievalDirection.TextToImage, 1, recall, 100, "emoji36");

    [Fact]
    public void A_list_that_was_taken_stays_as_it_was()
    {
        var log = new ScoreLog("emoji36");
        log.Add(T2i(1, "en"));
        var before = log.On(null);
        for (var stage = 2; stage <= 100; stage++)
        {
            log.Add(T2i(stage, "en"));
        }
        Assert.Single(before);
        Assert.Equal(100, log.On(null).Count);
        Assert.NotEqual(before, log.On(null));
        Assert.Equal(log.On(null), log.On(null)); // the same as long as nothing comes
    }

    [Fact]
    public void A_score_that_was_measured_again_takes_the_place_of_the_old_one_for_those_who_look_anew()
    {
        var log = new ScoreLog("emoji36");
        log.Add([T2i(1, "en", 30), T2i(1, "de", 20)]);
        var before = log.All;
        log.Add(T2i(1, "en", 31));
        Assert.Equal([31.0, 20.0], log.All.Select(s => s.Recall));
        Assert.Equal([31.0, 20.0], log.On("emoji36").Select(s => s.Recall));
        Assert.Equal([30.0, 20.0], before.Select(s => s.Recall));
    }

    [Fact]
    public void Curves_are_made_once_for_all_pages_and_anew_when_scores_come()
    {
        var log = new ScoreLog("emoji36");
        log.Add([T2i(1, "en", 30), T2i(2, "en", 20)]);
        var curves = log.Curves(null, CurveChoice.First, ["en", "de"]);
        Assert.Same(curves, log.Curves(null, CurveChoice.First, ["en", "de"]));
        Assert.NotSame(curves, log.Curves(null, CurveChoice.First, ["en"]));
        log.Add(T2i(3, "en", 25));
        var more = log.Curves(null, CurveChoice.First, ["en", "de"]);
        Assert.Equal([30.0, 20.0], curves.PerLanguage[0].Points.Select(p => p.Y));
        Assert.Equal([30.0, 20.0, 25.0], more.PerLanguage[0].Points.Select(p => p.Y));
        Assert.Equal([10.0, 5.0], more.Forgetting[0].Points.Select(p => p.Y));
        Assert.Empty(log.Curves("other", CurveChoice.First, ["en"]).PerLanguage[0].Points);
    }

    [Fact]
    public async Task Pages_may_add_the_same_at_the_same_time_while_others_read()
    {
        var log = new ScoreLog("emoji36");
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        for (var stage = 1; stage <= 2000; stage++)
                        {
                            log.Add(T2i(stage, "en"));
                            Assert.All(log.On(null), Assert.NotNull);
                            stage += stage % 7 == 0 ? 1 : 0;
                        }
                        log.Add(Enumerable.Range(1, 2000).Select(s => T2i(s, "en")));
                    })
                )
        );
        Assert.Equal(Enumerable.Range(1, 2000), log.All.Select(s => s.Stage).Order());
    }

    [Fact]
    public void Pages_of_a_run_share_its_log_which_goes_with_the_last_of_them()
    {
        var logs = new ScoreLogs();
        var log = logs.Of("1", "emoji36");
        log.Add(T2i(1, "en"));
        Assert.Same(log, logs.Of("1", "emoji36"));
        Assert.NotSame(log, logs.Of("2", "emoji36"));
        GC.KeepAlive(log);

        var gone = Leave(logs);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(gone.IsAlive);
        Assert.Empty(logs.Of("3", "emoji36").All);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Leave(ScoreLogs logs)
    {
        var log = logs.Of("3", "emoji36");
        log.Add(T2i(1, "en"));
        return new WeakReference(log);
    }
}
