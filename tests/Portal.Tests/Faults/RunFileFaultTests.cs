using CllClip.Portal.Jobs;
using CllClip.Portal.Tests.Jobs;
using CllClip.Portal.Tests.Storage;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Faults;

/// <summary>Every kind of file that a run writes, torn and with a flipped bit, then the run resumed.</summary>
public sealed class RunFileFaultTests(StoppedRun stopped) : IClassFixture<StoppedRun>
{
    [Theory]
    [InlineData("newest checkpoint within a stage: bit flipped in the tensors", "within-003-*/training.safetensors", true, true)]
    [InlineData("newest checkpoint within a stage: tensors torn", "within-003-*/training.safetensors", false, true)]
    [InlineData("newest checkpoint within a stage: bit flipped in its record", "within-003-*/within.json", true, true)]
    [InlineData("newest checkpoint within a stage: record torn", "within-003-*/within.json", false, true)]
    [InlineData("both checkpoints within a stage torn", "within-003-*/training.safetensors", false, false)]
    [InlineData("memory of a method within a stage: bit flipped", "within-003-*/memory.json", true, true)]
    public async Task A_damaged_checkpoint_within_a_stage_costs_steps_and_nothing_else(string fault, string pattern, bool flip, bool newest)
    {
        await using var host = await DamagedAsync(pattern, flip, newest ? 1 : 2);
        await host.Runs.ResumeAsync(stopped.Id);
        var done = await host.WaitAsync(stopped.Id, RunState.Completed, RunState.Failed);
        Assert.Equal((RunState.Completed, null), (done.State, done.Error));
        Assert.Equal(stopped.Scores, await StoppedRun.ScoresAsync(host, stopped.Id));
        FaultTable.Holds(fault, await LogAsync(host));
    }

    [Theory]
    [InlineData("rows of a finished stage: bit flipped", "stage-002/delta.safetensors", true)]
    [InlineData("rows of a finished stage torn", "stage-002/delta.safetensors", false)]
    [InlineData("record of the last finished stage: bit flipped", "stage-002/stage.json", true)]
    [InlineData("record of a finished stage torn", "stage-002/stage.json", false)]
    [InlineData("record of an earlier stage: bit flipped", "stage-001/stage.json", true)]
    [InlineData("memory of a method: bit flipped", "stage-002/memory.json", true)]
    public async Task A_damaged_stage_is_named_put_aside_and_trained_again(string fault, string file, bool flip)
    {
        await using var host = await DamagedAsync(file, flip, 1);
        await host.Runs.ResumeAsync(stopped.Id);
        var done = await host.WaitAsync(stopped.Id, RunState.Completed, RunState.Failed);
        Assert.Equal((RunState.Completed, null), (done.State, done.Error));
        Assert.Equal(stopped.Scores, await StoppedRun.ScoresAsync(host, stopped.Id));
        FaultTable.Holds(fault, await LogAsync(host));
        Assert.True(Directory.Exists(Path.Combine(host.Folders.Chain(stopped.Id), Path.GetDirectoryName(file)! + ".aside")));
    }

    [Fact]
    public async Task A_completed_run_goes_on_only_where_its_checkpoint_is_damaged()
    {
        await using var host = await JobsHost.StartedAsync(stopped.Engine, stopped.Copy(), StoppedRun.Options);
        await host.Runs.ResumeAsync(stopped.Id);
        await host.WaitAsync(stopped.Id, RunState.Completed);
        Assert.Null(await host.Runs.FindDamageAsync(stopped.Id));
        var refused = await host.Runs.ResumeAsync(stopped.Id);
        Assert.Equal(ActionOutcome.Conflict, refused.Outcome);
        Assert.Contains("no stage of its checkpoint is damaged", refused.Message, StringComparison.Ordinal);

        DatabaseDamage.Cut(Path.Combine(host.Folders.Chain(stopped.Id), "stage-002", "delta.safetensors"), 0.6);
        var damage = await host.Runs.FindDamageAsync(stopped.Id);
        Assert.Equal(2, damage?.Stage);
        Assert.Equal(ActionOutcome.Done, (await host.Runs.ResumeAsync(stopped.Id)).Outcome);
        Assert.Equal(stopped.Scores, await StoppedRun.ScoresAsync(host, stopped.Id)); // nothing stored is lost meanwhile
        var done = await host.WaitAsync(stopped.Id, RunState.Completed, RunState.Failed);
        Assert.Equal((RunState.Completed, null), (done.State, done.Error));
        Assert.Equal(stopped.Scores, await StoppedRun.ScoresAsync(host, stopped.Id));
        Assert.Null(await host.Runs.FindDamageAsync(stopped.Id));
        FaultTable.Holds("rows of a stage of a completed run torn", damage!.Message + await LogAsync(host));
    }

    [Theory]
    [InlineData("curve of a run torn", false)]
    [InlineData("curve of a run: bit flipped", true)]
    public async Task A_damaged_curve_keeps_what_can_be_read(string fault, bool flip)
    {
        await using var host = await DamagedAsync("../steps.csv", flip, 1);
        var read = host.Queries.Steps(stopped.Id);
        await host.Runs.ResumeAsync(stopped.Id);
        await host.WaitAsync(stopped.Id, RunState.Completed);
        Assert.Equal(stopped.Scores, await StoppedRun.ScoresAsync(host, stopped.Id));
        Assert.True(host.Queries.Steps(stopped.Id).Count >= read.Count);
        FaultTable.Holds(fault, await LogAsync(host));
    }

    [Fact]
    public async Task Stages_that_are_gone_are_trained_again()
    {
        await using var host = await DamagedAsync("stage-002/delta.safetensors", true, 1);
        Directory.Delete(Path.Combine(host.Folders.Chain(stopped.Id), "stage-001"), true);
        await host.Runs.ResumeAsync(stopped.Id);
        await host.WaitAsync(stopped.Id, RunState.Completed);
        Assert.Equal(stopped.Scores, await StoppedRun.ScoresAsync(host, stopped.Id));
        FaultTable.Holds("folder of a stage missing", await LogAsync(host));
    }

    /// <summary>A host over a copy in which the newest files of a pattern are damaged.</summary>
    private async Task<JobsHost> DamagedAsync(string pattern, bool flip, int count)
    {
        var folder = stopped.Copy();
        var chain = Path.Combine(folder, "data", "runs", stopped.Id, "chain");
        var parts = pattern.Split('/');
        var files = Directory
            .EnumerateDirectories(chain, parts[0].Replace("..", "-", StringComparison.Ordinal))
            .DefaultIfEmpty(Path.Combine(chain, parts[0]))
            .OrderDescending(StringComparer.Ordinal)
            .Select(d => Path.Combine(d, parts[1]))
            .Take(count)
            .ToList();
        Assert.Equal(count, files.Count);
        foreach (var file in files)
        {
            if (flip)
            {
                var bytes = await File.ReadAllBytesAsync(file);
                bytes[bytes.Length / 2] ^= 1;
                await File.WriteAllBytesAsync(file, bytes);
            }
            else
            {
                DatabaseDamage.Cut(file, 0.6);
            }
        }
        return await JobsHost.StartedAsync(stopped.Engine, folder, StoppedRun.Options);
    }

    private async Task<string> LogAsync(JobsHost host) =>
        string.Join('\n', (await host.Queries.LogAsync(stopped.Id)).Select(l => $"{l.Level}: {l.Text}"));
}
