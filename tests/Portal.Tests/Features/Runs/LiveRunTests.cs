using CllClip.Portal.Features.Runs;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CllClip.Portal.Tests.Features.Runs;

public sealed class LiveRunTests
{
    private static ProgressMessage Progress(long sequence, double fraction, int step = 1) =>
        new(
            "1",
            sequence,
            new RunProgress(1, 6, "en", "training", 1, 6, step, 174, fraction, 10, 1000),
            new Dictionary<string, double> { ["total"] = 1.0 / sequence, ["tau"] = 0.07 }
        );

    private static LiveRun Live() => new(SampleDesk.Run("1", RunState.Running), new ScoreLog("emoji36"), [], []);

    [Fact]
    public void A_score_that_comes_twice_counts_once()
    {
        var live = Live();
        var score = new Score(1, "en", RetrievalDirection.TextToImage, 1, 30, 100, "emoji36");
        live.Apply(new ScoreMessage("1", 1, score));
        live.Apply(new ScoreMessage("1", 1, score));
        Assert.Single(live.Scores);
    }

    [Fact]
    public void Scores_on_several_data_sets_are_kept_apart()
    {
        var live = new LiveRun(
            SampleDesk.Run("1", RunState.Running, languages: ["en", "de", "ja"]) with
            {
                TestSets = ["xm3600"],
            },
            new ScoreLog("emoji36"),
            [],
            []
        );
        var own = new Score(1, "en", RetrievalDirection.TextToImage, 1, 30, 100, "all-captions");
        live.Apply(new ScoreMessage("1", 1, own));
        live.Apply(new ScoreMessage("1", 2, own with { Stage = 2, Language = "de", Dataset = "xm3600" }));
        live.Apply(new ScoreMessage("1", 3, own with { Dataset = "other" }));
        Assert.Equal(3, live.Scores.Count);
        Assert.Equal(own, Assert.Single(live.ScoresOn(null)));
        Assert.Equal("de", Assert.Single(live.ScoresOn("xm3600")).Language);
        Assert.Equal(["en", "de", "ja"], live.LanguagesOn("xm3600")); // nothing is known to be missing yet
        live.Refresh(live.Run, [SampleDesk.Stage(1, ["en"]), SampleDesk.Stage(2, ["de"])]);
        Assert.Equal(["de", "ja"], live.LanguagesOn("xm3600")); // English was learned and not measured there
        Assert.Equal(["en", "de", "ja"], live.LanguagesOn(null));
    }

    [Fact]
    public void Progress_that_comes_late_is_ignored()
    {
        var live = Live();
        live.Apply(Progress(7, 0.7));
        live.Apply(Progress(6, 0.6));
        Assert.Equal(0.7, live.Run.Progress!.Fraction);
    }

    [Fact]
    public void The_history_of_an_open_page_does_not_grow_without_end()
    {
        var live = Live();
        for (var i = 1; i <= 20_000; i++)
        {
            live.Apply(Progress(i, i / 20_000.0, step: i));
        }
        Assert.InRange(Assert.Single(live.LossCurves).Points.Count, 300, 600);
        Assert.Equal("total", live.LossCurves[0].Name);
    }

    [Fact]
    public void The_throttle_acts_at_once_and_then_merges_what_comes_in_between()
    {
        var clock = new FakeTimeProvider();
        var acted = 0;
        using var throttle = new Throttle(
            () =>
            {
                acted++;
                return Task.CompletedTask;
            },
            TimeSpan.FromMilliseconds(250),
            clock
        );
        throttle.Ask();
        clock.Advance(TimeSpan.Zero);
        Assert.Equal(1, acted);
        for (var i = 0; i < 50; i++)
        {
            throttle.Ask();
            clock.Advance(TimeSpan.FromMilliseconds(20));
        }
        Assert.InRange(acted, 4, 5);
        throttle.Dispose();
        throttle.Ask();
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.InRange(acted, 4, 5);
    }
}
