using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>The training steps that a run keeps: real files, a clock that stands.</summary>
public sealed class StepFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cllclip-steps-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly List<string> _refused = [];

    private string Path => System.IO.Path.Combine(_folder, "run", "steps.csv");

    public void Dispose() => Directory.Delete(_folder, true);

    private StepFile Open(int finished = 0) => new(Path, finished, _time, _refused.Add);

    private static void Train(StepFile file, int stage, int steps, int first = 1)
    {
        for (var step = first; step <= steps; step++)
        {
            file.Add(
                new RunProgress(stage, 3, "de", "training", 1, 2, step, steps, 0.5, null, 1000 + step),
                new Dictionary<string, double> { ["total"] = step, ["gradNorm"] = 0.1 * step }
            );
        }
    }

    [Fact]
    public void About_a_hundred_means_a_task_are_kept_with_their_last_step()
    {
        using (var file = Open())
        {
            Train(file, 1, 250);
            file.Add(new RunProgress(1, 3, "de", "evaluation", 0, 2, 0, 0, 0.6, null, 0), new Dictionary<string, double>());
        }
        var samples = StepFile.Read(Path).ToList();
        Assert.Equal(125, samples.Count);
        Assert.Equal(Enumerable.Range(1, 125).Select(i => 2 * i), samples.Select(s => s.Step));
        Assert.Equal(Enumerable.Range(1, 125).Select(i => 2 * i - 0.5), samples.Select(s => s.Terms["total"]));
        Assert.Equal(_time.GetUtcNow().UtcDateTime, samples[0].At);
        Assert.Equal(
            (1, "de", 1, 250, 1002.0),
            (samples[0].Stage, samples[0].Language, samples[0].Epoch, samples[0].Steps, samples[0].PairsPerSecond)
        );
        Assert.Equal(["total", "gradNorm"], samples[0].Terms.Keys);
        Assert.Equal(File.ReadAllText(Path), StepFile.ToCsv(samples));
        Assert.Empty(_refused);
    }

    [Fact]
    public void A_task_that_goes_on_within_keeps_its_lines_up_to_there()
    {
        using (var file = Open())
        {
            Train(file, 1, 4);
            Train(file, 2, 9);
        }
        using (var file = Open(finished: 1))
        {
            Assert.Equal(13, StepFile.Read(Path).Count()); // killed again before its first step it loses nothing
            Train(file, 2, 9, first: 6);
        }
        Assert.Equal(
            [(1, 1), (1, 2), (1, 3), (1, 4), .. Enumerable.Range(1, 9).Select(i => (2, i))],
            StepFile.Read(Path).Select(s => (s.Stage, s.Step))
        );
        Assert.Empty(Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!, "*.tmp"));
    }

    [Fact]
    public void A_task_trained_again_replaces_its_lines_and_half_a_line_is_left_out()
    {
        using (var file = Open())
        {
            Train(file, 1, 4);
            Train(file, 2, 3);
        }
        File.AppendAllText(Path, "2026-01-02T03:04:05.0000000Z,2,de,1,");
        Assert.Equal([1, 1, 1, 1, 2, 2, 2], StepFile.Read(Path).Select(s => s.Stage));
        using (var file = Open(finished: 1))
        {
            Train(file, 2, 2);
            Assert.Equal([1, 1, 1, 1, 2, 2], StepFile.Read(Path).Select(s => s.Stage)); // read while it is written
        }
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_said_once_and_harms_nothing()
    {
        File.WriteAllText(System.IO.Path.Combine(_folder, "run"), "a file where the folder should be");
        using var file = Open();
        Train(file, 1, 10);
        Assert.Contains("The training goes on", Assert.Single(_refused), StringComparison.Ordinal);
        Assert.Empty(StepFile.Read(Path));
    }
}
