using CllClip.Portal.Features.Runs;
using CllClip.Portal.Layout.Components;
using Xunit;

namespace CllClip.Portal.Tests.Features.Runs;

public sealed class StepLogTests
{
    private static readonly Dictionary<string, double> Terms = new()
    {
        ["total"] = 2,
        ["gradNorm"] = 0.5,
        ["tau"] = 0.07,
    };

    [Fact]
    public void What_several_pages_bring_stands_once_and_in_order()
    {
        var log = new StepLog();
        log.Add(1, 1, 10, Terms, 100);
        log.Add(1, 3, 10, Terms, 0);
        log.Add(1, 3, 10, Terms, 100); // another page's
        log.Add(1, 2, 10, Terms, 100); // of a page that is late
        log.Add(2, 1, 10, Terms, 90);
        var (losses, gradient, throughput) = log.Curves;
        Assert.Equal("total", Assert.Single(losses).Name);
        Assert.Equal([0.1, 0.3, 1.1], losses[0].Points.Select(p => p.X), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal(3, Assert.Single(gradient).Points.Count);
        Assert.Equal([100.0, 90.0], Assert.Single(throughput).Points.Select(p => p.Y));
    }

    [Fact]
    public void Curves_that_were_taken_stay_as_they_were_and_are_the_same_until_a_step_comes()
    {
        var log = new StepLog();
        log.Add(1, 1, 10, Terms, 100);
        var before = log.Curves.Losses;
        Assert.Same(before, log.Curves.Losses);
        log.Add(1, 2, 10, Terms, 100);
        Assert.Single(before[0].Points);
        Assert.Equal(2, log.Curves.Losses[0].Points.Count);
    }

    [Fact]
    public async Task Pages_may_bring_steps_at_the_same_time_and_no_line_grows_without_end()
    {
        var log = new StepLog();
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        for (var step = 1; step <= 20_000; step++)
                        {
                            log.Add(1, step, 20_000, Terms, 100);
                            if (step % 100 == 0)
                            {
                                Assert.InRange(log.Curves.Losses[0].Points.Count, 1, 600);
                            }
                        }
                    })
                )
        );
        IReadOnlyList<ChartPoint> points = log.Curves.Losses[0].Points;
        Assert.InRange(points.Count, 300, 600);
        Assert.Equal(points.OrderBy(p => p.X), points);
        Assert.Equal(1, points[^1].X);
    }
}
