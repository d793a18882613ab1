using CllClip.Engine.Device;
using CllClip.Portal.Health;
using CllClip.Portal.Hosting;
using CllClip.Portal.Tests.Api;
using CllClip.Shared.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace CllClip.Portal.Tests.Health;

public sealed class HealthTests(PortalHost portal) : IClassFixture<PortalHost>
{
    [Fact]
    public async Task A_live_portal_says_so() =>
        Assert.Equal("ok", (await portal.AskAsync("GET", "/health/live")).Json.GetProperty("status").GetString());

    [Fact]
    public async Task A_failed_preparation_is_unavailable_and_tells_no_path()
    {
        using var failed = new PortalHost(
            [],
            services: s =>
                s.Replace(
                    ServiceDescriptor.Singleton<IEngineHost>(
                        new LaunchErrorsTests.Preparing
                        {
                            Preparation = new(false, "Unpacking", 0.1, null, "Cannot read /home/someone/secret-folder."),
                        }
                    )
                )
        );
        var ready = await failed.AskAsync("GET", "/health/ready");
        Assert.Equal(503, ready.Code);
        Assert.DoesNotContain("secret-folder", ready.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(failed.DataRoot, ready.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("cllclip_device_info{", (await failed.AskAsync("GET", "/metrics")).Text, StringComparison.Ordinal); // not known yet
    }

    [Fact]
    public async Task The_metrics_count_runs_steps_scores_and_searches()
    {
        for (var i = 0; i < 400 && portal.Feed().Subscribers == 0; i++)
        {
            await Task.Delay(25, TestContext.Current.CancellationToken); // the counting begins a moment after the portal
        }
        portal.AddRun("metric");
        portal.AddRun("waits");
        portal.Store().Move("metric", RunState.Running, "go");
        portal.Feed().Publish(RunsBench.Progress("metric", 1, step: 5));
        portal.Store().AddScores("metric", [RunsBench.Score(1), RunsBench.Score(1, k: 5)]);
        portal.Services.GetRequiredService<PortalMetrics>().Searched("text", TimeSpan.FromMilliseconds(12));
        var text = "";
        for (var i = 0; i < 200 && !text.Contains("cllclip_training_steps_total 5", StringComparison.Ordinal); i++)
        {
            await Task.Delay(25, TestContext.Current.CancellationToken);
            var answer = await portal.AskAsync("GET", "/metrics");
            Assert.Equal("text/plain", answer.Type);
            text = answer.Text;
        }
        string[] lines =
        [
            "cllclip_runs{state=\"Queued\"} 1",
            "cllclip_runs{state=\"Running\"} 1",
            "cllclip_runs{state=\"Failed\"} 0",
            "cllclip_queue_length 1",
            "cllclip_runs{state=\"Paused\"} 0",
            "cllclip_run_progress_ratio{run=\"metric\"} 0.1",
            "cllclip_circuits{state=\"open\"} 0",
            "cllclip_disk_low 0",
            $"cllclip_device_info{{device=\"{DeviceChoice.ResolveName("auto")}\"}} 1",
            "cllclip_training_steps_total 5",
            "cllclip_training_pairs_per_second 12.5",
            "cllclip_scores_total 2",
            "cllclip_search_seconds_bucket{kind=\"text\",le=\"0.01\"} 0",
            "cllclip_search_seconds_bucket{kind=\"text\",le=\"0.015\"} 1",
            "cllclip_search_seconds_count{kind=\"image\"} 0",
        ];
        Assert.All(lines, line => Assert.Contains(line + "\n", text, StringComparison.Ordinal));
        Assert.Contains("cllclip_disk_free_bytes ", text, StringComparison.Ordinal);
        Assert.Contains("cllclip_memory_bytes{kind=\"native\"} ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_that_is_nearly_full_and_runs_that_are_paused_degrade_the_portal_and_do_not_kill_it()
    {
        using var full = new PortalHost(
            new() { ["CllClip:Jobs:ReserveMegabytes"] = "1000000" }, // a terabyte, which no test's disk has free
            services: s =>
                s.Replace(
                    ServiceDescriptor.Singleton<IEngineHost>(
                        new LaunchErrorsTests.Preparing { Preparation = new(true, "Ready", 1, 0, null) }
                    )
                )
        );
        full.AddRun("waits", RunState.Paused);
        var ready = await full.AskAsync("GET", "/health/ready");
        Assert.Equal((200, "degraded"), (ready.Code, ready.Json.GetProperty("status").GetString()));
        var checks = ready.Json.GetProperty("checks");
        Assert.Equal("degraded", checks.GetProperty("disk").GetProperty("status").GetString());
        Assert.Equal(1, checks.GetProperty("pausedRuns").GetProperty("data").GetProperty("count").GetInt32());
        Assert.True(checks.GetProperty("database").GetProperty("ok").GetBoolean());
        Assert.DoesNotContain(full.DataRoot, ready.Text, StringComparison.Ordinal);
        var metrics = (await full.AskAsync("GET", "/metrics")).Text;
        Assert.Contains("cllclip_runs{state=\"Paused\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("cllclip_disk_low 1\n", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 0, 1, 7, 7)]
    [InlineData(1, 7, 1, 12, 5)]
    [InlineData(1, 35, 2, 4, 9)] // 40 steps a stage
    [InlineData(1, 7, 1, 3, 0)]
    [InlineData(1, 7, 3, 2, 2)]
    public void Steps_are_counted_over_messages_that_were_left_out(int? stage, int step, int nowStage, int nowStep, int expected)
    {
        var now = RunsBench.Progress("a", 1).Progress with { Stage = nowStage, Step = nowStep };
        Assert.Equal(expected, FeedMetrics.StepsBetween(stage is { } s ? now with { Stage = s, Step = step } : null, now));
    }
}
