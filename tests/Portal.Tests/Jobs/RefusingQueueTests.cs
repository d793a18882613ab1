using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Microsoft.Data.Sqlite;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>Quartz's file refuses what the runs' table took.</summary>
public sealed class RefusingQueueTests : IDisposable
{
    private const string Refuse =
        "CREATE TRIGGER full BEFORE INSERT ON QRTZ_TRIGGERS BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
    private const string Allow = "DROP TRIGGER full";

    private readonly ToyEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_queue_that_refuses_delays_a_launch_and_a_resumption_but_loses_neither()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        await OnQueueAsync(host, Refuse);
        var id = (await host.LaunchAsync(JobsHost.Request(languages: ["en"]))).Id;
        Assert.Equal(ActionOutcome.Done, (await host.Runs.StopAsync(id)).Outcome);
        Assert.Equal(ActionOutcome.Done, (await host.Runs.ResumeAsync(id)).Outcome);
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        Assert.Equal(RunState.Queued, (await host.Queries.GetAsync(id))!.State);
        await OnQueueAsync(host, Allow);
        Assert.Null((await host.WaitAsync(id, RunState.Completed, RunState.Failed)).Error);
    }

    [Fact]
    public async Task A_portal_whose_queue_refuses_can_be_shut_down()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        await OnQueueAsync(host, Refuse);
        var id = (await host.LaunchAsync(JobsHost.Request(languages: ["en"]))).Id;
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await OnQueueAsync(host, Allow);
        await using var second = await JobsHost.StartedAsync(_engine, host.Folder);
        Assert.Null((await second.WaitAsync(id, RunState.Completed, RunState.Failed)).Error);
    }

    private static async Task OnQueueAsync(JobsHost host, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(host.Folders.DataRoot, "queue.db")};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
