using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Portal.Tests.Faults;
using CllClip.Shared.Runs;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>What a start makes of runs that were in hand when the process died.</summary>
public sealed class RunRecoveryTests : IAsyncDisposable
{
    private readonly JobsHost _host = new(new ToyEngine());
    private readonly RunStore _store;
    private readonly RunRecovery _recovery;

    public RunRecoveryTests()
    {
        _host.Get<PortalDatabase>().Prepare();
        _store = _host.Get<RunStore>();
        _recovery = _host.Get<IEnumerable<IHostedService>>().OfType<RunRecovery>().Single();
        using var bench = new Bench(_host.Folder);
        bench.Add("run");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_run_that_is_in_hand_whenever_the_process_dies_and_keeps_nothing_is_given_up_and_can_be_resumed()
    {
        for (var death = 1; death < RunRecovery.MostDeaths; death++)
        {
            Assert.Equal(RunState.Queued, Die().State);
        }
        var given = Die();
        Assert.Equal(RunState.Failed, given.State);
        FaultTable.Holds(
            "a run that takes the process with it each time that it is taken up (killed by the system for its memory)",
            given.Error ?? ""
        );
        Assert.NotNull(given.EndedAt);
        Assert.Empty(_recovery.Recover()); // it waits for a person
        Assert.Equal(ActionOutcome.Done, (await _host.Runs.ResumeAsync("run")).Outcome);
        Assert.Equal(RunState.Queued, Die().State); // and is counted from there
    }

    [Theory]
    [InlineData("stage-001")]
    [InlineData("within-001-000001")]
    public void A_run_that_keeps_something_between_is_taken_up_as_often_as_it_takes(string kept)
    {
        for (var death = 1; death <= 3 * RunRecovery.MostDeaths; death++)
        {
            Assert.Equal(RunState.Queued, Die().State);
            if (death % (RunRecovery.MostDeaths - 1) == 0)
            {
                Keep(kept);
            }
        }
    }

    [Theory]
    [InlineData("within-001-000001.tmp")]
    [InlineData("stage-001.tmp")]
    public void What_was_only_begun_to_be_written_is_not_kept(string begun)
    {
        for (var death = 1; death < RunRecovery.MostDeaths; death++)
        {
            Die();
            Keep(begun);
        }
        Assert.Equal(RunState.Failed, Die().State);
    }

    private RunEntity Die()
    {
        _store.Move("run", RunState.Running, "Started.");
        _recovery.Recover();
        using var db = _host.Open();
        return db.Runs.Single(r => r.Id == "run");
    }

    private void Keep(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_host.Folders.Chain("run"), name));
        File.WriteAllText(Path.Combine(folder.FullName, "stage.json"), "{}"); // what makes a stage one
        folder.LastWriteTimeUtc = DateTime.UtcNow;
    }
}
