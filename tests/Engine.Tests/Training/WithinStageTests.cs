using CllClip.Engine.Training;
using Xunit;

namespace CllClip.Engine.Tests.Training;

/// <summary>Runs that die or are stopped inside a stage and go on from the checkpoint there: they end as if nothing had been.</summary>
public sealed class WithinStageTests : ToyRuns
{
    private sealed class Died : Exception;

    [Theory]
    [MemberData(nameof(ContinualTrainerTests.ContinualMethods), MemberType = typeof(ContinualTrainerTests))]
    public void A_run_that_dies_again_and_again_ends_as_one_that_did_not(string method, bool teir)
    {
        var whole = Run(Plan(method, teir, "whole"));
        var plan = Plan(method, teir, "parts") with { CheckpointInterval = TimeSpan.Zero };
        var random = new Random(7);
        for (var death = 0; ; death++)
        {
            var events = random.Next(4, 24); // steps, evaluations and stages alike
            try
            {
                var last = Run(
                    plan,
                    _ =>
                    {
                        if (--events == 0)
                        {
                            throw new Died();
                        }
                    }
                );
                Assert.Equal(whole.Scores, last.Scores);
                Assert.InRange(death, 3, 100);
                break;
            }
            catch (Died)
            {
                // as by SIGKILL: nothing is saved on the way out
            }
        }
        AssertSame("whole", "parts");
        Assert.Empty(Within(plan));
    }

    [Fact]
    public void Stopping_keeps_every_step()
    {
        var whole = Run(Plan("er", true, "whole"));
        var plan = Plan("er", true, "parts");
        var (first, second) = (Steps(plan, stopAfter: 5), 0);
        Assert.Equal(5, first);
        Assert.Single(Within(plan));
        var lines = new List<string>();
        var resumed = Run(
            plan,
            e =>
            {
                second += e is ProgressMade { Progress.Phase: "training" } ? 1 : 0;
                if (e is Logged line)
                {
                    lines.Add(line.Text);
                }
            }
        );
        Assert.Equal(whole.Scores, resumed.Scores);
        Assert.Equal(Steps(Plan("er", true, "count")), first + second);
        Assert.Contains(lines, l => l.Contains("Continuing within en, after step 5 of", StringComparison.Ordinal));
        AssertSame("whole", "parts");
    }

    [Theory]
    [InlineData("within.json", false)]
    [InlineData("within.json", true)]
    [InlineData("training.safetensors", false)]
    [InlineData("training.safetensors", true)]
    [InlineData("memory.json", false)]
    [InlineData("replay.json", true)]
    [InlineData("memory.safetensors", false)]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before(string file, bool cut)
    {
        var whole = Run(Plan("der", true, "whole"));
        var plan = Plan("der", true, "parts") with { CheckpointInterval = TimeSpan.Zero };
        Die(plan);
        var folders = Within(plan);
        Assert.Equal(2, folders.Length);
        Damage(Path.Combine(folders[1], file), cut);
        var warnings = new List<string>();
        var resumed = Run(plan, e => Keep(warnings, e));
        Assert.Contains("passed over", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Contains(file, warnings[0], StringComparison.Ordinal);
        Assert.Equal(whole.Scores, resumed.Scores);
        AssertSame("whole", "parts");
    }

    [Fact]
    public void Where_both_are_damaged_the_stage_begins_anew()
    {
        var whole = Run(Plan("cll-clip", true, "whole"));
        var plan = Plan("cll-clip", true, "parts") with { CheckpointInterval = TimeSpan.Zero };
        Die(plan);
        foreach (var folder in Within(plan))
        {
            Damage(Path.Combine(folder, "training.safetensors"), cut: true);
        }
        var warnings = new List<string>();
        Assert.Equal(whole.Scores, Run(plan, e => Keep(warnings, e)).Scores);
        Assert.Equal(2, warnings.Count);
        AssertSame("whole", "parts");
    }

    [Fact]
    public void What_another_run_left_there_is_not_taken_and_goes()
    {
        var plan = Plan("cll-clip", true, "parts");
        Steps(plan with { Seed = 2 }, stopAfter: 5);
        Directory.CreateDirectory(Path.Combine(plan.CheckpointFolder, "within-001-000002.tmp")); // of a process killed while it wrote
        var whole = Run(Plan("cll-clip", true, "whole"));
        Assert.Equal(whole.Scores, Run(plan).Scores);
        AssertSame("whole", "parts");
        Assert.Empty(Within(plan));
    }

    [Fact]
    public void A_disk_that_refuses_is_told_of_and_training_goes_on()
    {
        var plan = Plan("cll-clip", false, "parts") with { CheckpointInterval = TimeSpan.Zero };
        Directory.CreateDirectory(plan.CheckpointFolder);
        File.WriteAllText(Path.Combine(plan.CheckpointFolder, "within-001-000001.tmp"), "in the way");
        var warnings = new List<string>();
        var run = Run(plan, e => Keep(warnings, e));
        Assert.Equal(Languages.Length, run.Stages.Count);
        Assert.Contains("was not written", warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_interval_nothing_is_kept()
    {
        var plan = Plan("cll-clip", false, "parts") with { CheckpointInterval = null };
        Steps(plan, stopAfter: 5);
        Assert.False(Directory.Exists(plan.CheckpointFolder));
    }

    private static string[] Within(RunPlan plan) =>
        [.. Directory.GetDirectories(plan.CheckpointFolder, "within-*").Order(StringComparer.Ordinal)];

    /// <summary>Training steps made, at most so many.</summary>
    private int Steps(RunPlan plan, int? stopAfter = null)
    {
        var steps = 0;
        using var stop = new CancellationTokenSource();
        void Seen(RunEvent e)
        {
            if (e is ProgressMade { Progress.Phase: "training" } && ++steps == stopAfter)
            {
                stop.Cancel();
            }
        }
        if (stopAfter is null)
        {
            Run(plan, Seen, stop.Token);
        }
        else
        {
            Assert.ThrowsAny<OperationCanceledException>(() => Run(plan, Seen, stop.Token));
        }
        return steps;
    }

    /// <summary>Dies in its second stage, with two checkpoints within it.</summary>
    private void Die(RunPlan plan) =>
        Assert.Throws<Died>(() =>
            Run(
                plan,
                e =>
                {
                    if (e is ProgressMade { Progress: { Phase: "training", Stage: 2, Step: 4 } })
                    {
                        throw new Died();
                    }
                }
            )
        );

    private static void Keep(List<string> warnings, RunEvent e)
    {
        if (e is Logged { Level: "warning" } line)
        {
            warnings.Add(line.Text);
        }
    }

    private static void Damage(string file, bool cut)
    {
        var bytes = File.ReadAllBytes(file);
        if (cut)
        {
            File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
        }
        else
        {
            // one bit, in a digit of the record or among the numbers of a tensor
            bytes[file.EndsWith("within.json", StringComparison.Ordinal) ? Array.FindIndex(bytes, b => b is (byte)'1') : ^5] ^= 2;
            File.WriteAllBytes(file, bytes);
        }
    }
}
