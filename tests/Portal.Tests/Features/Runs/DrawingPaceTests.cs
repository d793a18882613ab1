using CllClip.Portal.Features.Runs;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CllClip.Portal.Tests.Features.Runs;

/// <summary>How often live pages are drawn, and which are not.</summary>
public sealed class DrawingPaceTests
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(250);
    private readonly FakeTimeProvider _clock = new();
    private readonly DrawingPace _pace;

    public DrawingPaceTests() => _pace = new DrawingPace(_clock, cores: 2);

    [Fact]
    public void Pages_are_drawn_as_often_as_they_like_while_few_are_open_and_less_often_the_more_there_are()
    {
        var pages = Enumerable.Range(0, 200).Select(_ => _pace.Open(() => Task.CompletedTask, Least)).ToList();
        Assert.Equal(TimeSpan.FromSeconds(16), _pace.Of(Least));
        Assert.Equal(TimeSpan.FromSeconds(20), _pace.Of(TimeSpan.FromSeconds(20)));
        foreach (var page in pages.Skip(3))
        {
            page.Dispose();
            page.Dispose(); // a second time changes nothing
        }
        Assert.Equal((3, Least), (_pace.Pages, _pace.Of(Least)));
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(2, 8)]
    [InlineData(32, 0.5)]
    public void Where_there_are_more_cores_pages_are_drawn_more_often(int cores, double seconds)
    {
        var pace = new DrawingPace(_clock, cores);
        for (var i = 0; i < 100; i++)
        {
            pace.Open(() => Task.CompletedTask, Least);
        }
        Assert.Equal(TimeSpan.FromSeconds(seconds), pace.Of(Least));
    }

    [Fact]
    public void A_page_that_is_drawn_seldom_is_drawn_at_once_when_nothing_was_drawn_for_long()
    {
        var (pages, drawn) = Open(100);
        pages[0].Ask();
        _clock.Advance(TimeSpan.Zero);
        Assert.Equal(1, drawn[0]);
        pages[0].Ask();
        _clock.Advance(TimeSpan.FromSeconds(3.9)); // half an interval at least
        Assert.Equal(1, drawn[0]);
        _clock.Advance(TimeSpan.FromSeconds(8.2)); // and one and a half at most
        Assert.Equal(2, drawn[0]);
    }

    [Fact]
    public void A_hundred_pages_that_asked_at_once_are_drawn_in_groups_spread_over_the_interval_each_as_often()
    {
        var (pages, drawn) = Open(100);
        var groups = new List<int>();
        Step(); // the first time all at once
        Assert.All(drawn, d => Assert.Equal(1, d));
        for (var i = 0; i < 24; i++) // the way to each page's turn
        {
            _clock.Advance(TimeSpan.FromMilliseconds(500));
            Step();
        }
        var before = drawn.ToArray();
        for (var i = 0; i < 32; i++) // two intervals
        {
            var sum = drawn.Sum();
            _clock.Advance(TimeSpan.FromMilliseconds(500));
            groups.Add(drawn.Sum() - sum);
            Step();
        }
        Assert.All(groups, g => Assert.InRange(g, 6, 7)); // 100 pages in 16 groups
        Assert.All(drawn.Zip(before, (now, then) => now - then), d => Assert.Equal(2, d));

        void Step()
        {
            foreach (var page in pages)
            {
                page.Ask();
            }
            _clock.Advance(TimeSpan.Zero);
        }
    }

    [Fact]
    public async Task Pages_of_a_tab_whose_browser_is_away_rest_and_are_drawn_when_it_is_back()
    {
        var tab = new TabPace(_pace);
        var drawn = 0;
        using var page = tab.Open(
            () =>
            {
                drawn++;
                return Task.CompletedTask;
            },
            Least
        );
        await tab.OnConnectionDownAsync(null!, default);
        await tab.OnConnectionDownAsync(null!, default); // a second time changes nothing
        Assert.Equal(0, _pace.Pages);
        page.Ask();
        page.Ask();
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, drawn);
        using var opened = tab.Open(() => Task.CompletedTask, Least);
        Assert.Equal(0, _pace.Pages);
        await tab.OnConnectionUpAsync(null!, default);
        Assert.Equal(2, _pace.Pages);
        _clock.Advance(TimeSpan.Zero);
        Assert.Equal(1, drawn);
        await tab.OnConnectionDownAsync(null!, default);
        await tab.OnConnectionUpAsync(null!, default);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, drawn); // nothing came
    }

    [Fact]
    public async Task A_page_that_was_closed_while_its_browser_was_away_is_counted_out_once()
    {
        var tab = new TabPace(_pace);
        var page = tab.Open(() => Task.CompletedTask, Least);
        await tab.OnConnectionDownAsync(null!, default);
        page.Dispose();
        await tab.OnConnectionUpAsync(null!, default);
        Assert.Equal(0, _pace.Pages);
    }

    private (List<LivePage> Pages, int[] Drawn) Open(int count)
    {
        var drawn = new int[count];
        var pages = Enumerable
            .Range(0, count)
            .Select(i =>
                _pace.Open(
                    () =>
                    {
                        drawn[i]++;
                        return Task.CompletedTask;
                    },
                    Least
                )
            )
            .ToList();
        return (pages, drawn);
    }
}
