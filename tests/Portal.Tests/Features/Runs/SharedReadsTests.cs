using CllClip.Portal.Features.Runs;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CllClip.Portal.Tests.Features.Runs;

public sealed class SharedReadsTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly SharedReads _reads;
    private int _done;

    public SharedReadsTests() => _reads = new SharedReads(_clock);

    private Task<int> ReadAsync(string name, long news) =>
        _reads.ReadAsync(name, news, () => Task.FromResult(Interlocked.Increment(ref _done)));

    private long Later()
    {
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        return _clock.GetTimestamp();
    }

    [Fact]
    public async Task What_was_read_after_the_news_is_for_all_and_what_was_read_before_for_nobody()
    {
        var news = Later();
        Later();
        Assert.Equal(1, await ReadAsync("a", news));
        Later();
        Assert.Equal(1, await ReadAsync("a", news));
        Assert.Equal(2, await ReadAsync("b", news)); // another run
        Assert.Equal(3, await ReadAsync("a", Later())); // there is newer news
        Assert.Equal(4, await ReadAsync("a", _clock.GetTimestamp())); // in the same moment: maybe before it
    }

    [Fact]
    public async Task A_read_under_way_is_waited_for_and_one_that_failed_is_done_again()
    {
        var news = Later();
        Later();
        var wanted = new TaskCompletionSource<int>();
        var first = _reads.ReadAsync("a", news, () => wanted.Task);
        var second = _reads.ReadAsync("a", news, () => Task.FromResult(0));
        Assert.False(second.IsCompleted);
        wanted.SetException(new IOException("locked"));
        await Assert.ThrowsAsync<IOException>(() => first);
        await Assert.ThrowsAsync<IOException>(() => second);
        Assert.Equal(1, await ReadAsync("a", news));
    }

    [Fact]
    public async Task A_read_is_not_kept_for_ever()
    {
        var news = Later();
        Later();
        await ReadAsync("a", news);
        _clock.Advance(TimeSpan.FromMinutes(2));
        await ReadAsync("b", news);
        Assert.Equal(3, await ReadAsync("a", news));
    }
}
