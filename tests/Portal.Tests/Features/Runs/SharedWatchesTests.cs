using System.Collections.Concurrent;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace CllClip.Portal.Tests.Features.Runs;

public sealed class SharedWatchesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly History _history = new();
    private readonly RunFeed _feed;
    private readonly SharedWatches _watches;

    public SharedWatchesTests()
    {
        _feed = new RunFeed(_history, TimeProvider.System);
        _watches = new SharedWatches(_feed, NullLogger<SharedWatches>.Instance);
    }

    [Fact]
    public async Task Pages_of_one_run_share_a_subscription_and_each_hears_everything_in_order()
    {
        var (one, two, all, other) = (new Ear(), new Ear(), new Ear(), new Ear());
        using var first = _watches.Join("a", one.Handlers);
        using var second = _watches.Join("a", two.Handlers);
        using var third = _watches.Join(null, all.Handlers);
        using var fourth = _watches.Join("b", other.Handlers);
        Assert.Equal(3, _feed.Subscribers); // of a, of all, of b
        for (var i = 1; i <= 300; i++)
        {
            Say("a", i);
        }
        Say("b", 1);
        var wanted = Enumerable.Range(1, 300).Select(i => $"a {i}").ToList();
        Assert.Equal(wanted, await one.HeardAsync(300));
        Assert.Equal(wanted, await two.HeardAsync(300));
        Assert.Equal([.. wanted, "b 1"], await all.HeardAsync(301));
        Assert.Equal(["b 1"], await other.HeardAsync(1));
    }

    [Fact]
    public async Task The_last_page_that_leaves_ends_the_subscription_and_the_next_begins_one()
    {
        var (one, two, late) = (new Ear(), new Ear(), new Ear());
        var first = _watches.Join("a", one.Handlers);
        var second = _watches.Join("a", two.Handlers);
        first.Dispose();
        first.Dispose(); // a second time changes nothing
        Assert.Equal(1, _feed.Subscribers);
        Say("a", 1);
        Assert.Equal(["a 1"], await two.HeardAsync(1));
        second.Dispose();
        Assert.Equal(0, _feed.Subscribers);
        using var third = _watches.Join("a", late.Handlers);
        Say("a", 2);
        Assert.Equal(["a 2"], await late.HeardAsync(1));
        Assert.Empty(one.Lines);
        Assert.Single(two.Lines);
    }

    [Fact]
    public async Task A_page_that_cannot_take_a_message_does_not_keep_it_from_the_others()
    {
        var ear = new Ear();
        using var poor = _watches.Join("a", new RunHandlers { Log = _ => throw new InvalidOperationException("The page is gone.") });
        using var good = _watches.Join("a", ear.Handlers);
        Say("a", 1);
        Say("a", 2);
        Assert.Equal(["a 1", "a 2"], await ear.HeardAsync(2));
    }

    [Fact]
    public async Task When_the_store_cannot_be_read_every_page_is_told_and_may_come_again()
    {
        using var held = new ManualResetEventSlim();
        var (one, two) = (new Ear(), new Ear());
        using var first = _watches.Join("a", one.Handlers with { Log = _ => held.Wait(Patience) });
        using var second = _watches.Join("a", two.Handlers);
        for (var i = 1; i <= 3 * RunFeed.QueueLength; i++) // more than fits: the rest would be read again
        {
            Say("a", i);
        }
        held.Set();
        Assert.Equal("The disk is gone.", (await one.Ended.Task.WaitAsync(Patience)).Message);
        Assert.Equal("The disk is gone.", (await two.Ended.Task.WaitAsync(Patience)).Message);
        Assert.Equal(0, _feed.Subscribers);
        var again = new Ear();
        using var third = _watches.Join("a", again.Handlers);
        Say("a", 1);
        Assert.Equal(["a 1"], await again.HeardAsync(1));
    }

    private void Say(string run, long sequence) =>
        _feed.Publish(new LogMessage(run, DateTime.UnixEpoch, "info", $"{run} {sequence}"), sequence);

    private sealed class Ear
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public TaskCompletionSource<Exception> Ended { get; } = new();

        public RunHandlers Handlers => new() { Log = line => Lines.Enqueue(line.Text), Ended = Ended.SetResult };

        public async Task<IReadOnlyList<string>> HeardAsync(int count)
        {
            for (var end = DateTime.UtcNow + Patience; Lines.Count < count && DateTime.UtcNow < end; )
            {
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
            return [.. Lines];
        }
    }

    /// <summary>A store that cannot be read.</summary>
    private sealed class History : IFeedHistory
    {
        public Task<IReadOnlyList<FeedItem>> SinceAsync(string runId, FeedPosition from, CancellationToken stop) =>
            throw new IOException("The disk is gone.");
    }
}
