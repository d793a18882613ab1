using CllClip.Engine.Training;
using Xunit;

namespace CllClip.Engine.Tests.Training;

/// <summary>How fast a run is said to be.</summary>
public sealed class RunClockTests
{
    [Fact]
    public void The_speed_is_that_of_the_last_seconds_and_not_the_mean_since_the_start()
    {
        var clock = new RunClock([(100_000, 1), (100_000, 1)]);
        Assert.Equal(0, clock.PairsPerSecond);
        using (clock.Training())
        {
            Step(clock, 100, TimeSpan.FromSeconds(2.5)); // a slow beginning
            for (var i = 0; i < 20; i++)
            {
                Step(clock, 1_000, TimeSpan.FromMilliseconds(20));
            }
            Assert.True(clock.PairsPerSecond > 1.3 * 20_100 / clock.TrainSeconds, $"{clock.PairsPerSecond} after {clock.TrainSeconds} s");
        }
        var before = clock.TrainSeconds;
        using (clock.Training())
        {
            Thread.Sleep(500); // the vocabulary of the next task
            for (var i = 0; i < 10; i++)
            {
                Step(clock, 1_000, TimeSpan.FromMilliseconds(20));
            }
            Assert.True(clock.PairsPerSecond > 9_000 / (clock.TrainSeconds - before), "the vocabulary is not counted");
        }
    }

    private static void Step(RunClock clock, int pairs, TimeSpan took)
    {
        Thread.Sleep(took);
        clock.Trained(pairs);
    }
}
