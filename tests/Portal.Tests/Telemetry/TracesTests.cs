using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using CllClip.Engine;
using CllClip.Portal.Telemetry;
using CllClip.Portal.Tests.Api;
using CllClip.Portal.Tests.Commands;
using CllClip.Portal.Tests.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;
using Xunit;

namespace CllClip.Portal.Tests.Telemetry;

/// <summary>Spans over a real socket. One class, whose tests do not run beside each other: whoever listens to a source hears all portals of a process.</summary>
public sealed class TracesTests
{
    private const string Words = "a query of mine";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_and_a_search_are_told_to_the_collector_without_words_of_anybody()
    {
        FinishedRun.Require();
        await using var collector = await OtlpReceiver.StartAsync();
        using var portal = new PortalHost(
            new()
            {
                [TelemetrySettings.EndpointSetting] = collector.Address,
                ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
                ["CllClip:Jobs:CheckpointSeconds"] = "0.5",
            }
        );
        var id = await LaunchAsync(portal);
        await portal.AskAsync("GET", "/health/ready");
        await portal.AskAsync("GET", "/metrics");
        var search = await portal.AskAsync(
            "GET",
            $"/api/v1/search?q={Uri.EscapeDataString(Words)}&checkpoint={id}&token=canary-of-a-query",
            change: r => r.Headers.UserAgent.ParseAdd("canary-agent/1.0")
        );
        Assert.Equal(200, search.Code);

        var run = Assert.Single(await collector.WaitAsync("run"), s => s.Tags[SpanTags.RunId] == id);
        Assert.Equal(PortalTraces.SourceName, run.Source);
        Assert.Equal("", run.Parent);
        Assert.Equal(("cll-clip", "emoji36", "2"), (run.Tags[SpanTags.Method], run.Tags[SpanTags.Dataset], run.Tags[SpanTags.Languages]));
        Assert.Equal(("completed", false), (run.Tags[SpanTags.Outcome], run.Failed));
        var within = collector.Spans.Where(s => s.Trace == run.Trace).ToList();
        var stages = within.Where(s => s.Name == "stage").ToList();
        Assert.Equal(["1", "2"], stages.Select(s => s.Tags[SpanTags.Stage]).Order());
        Assert.All(stages, s => Assert.Equal(run.Id, s.Parent));
        foreach (var phase in new[] { "vocabulary", "training", "evaluation", "checkpoint" })
        {
            Assert.Equal(stages.Select(s => s.Id).Order(), within.Where(s => s.Name == phase).Select(s => s.Parent).Order());
        }
        Assert.Contains(within, s => s.Name == "checkpoint within stage");

        var asked = Assert.Single(await collector.WaitAsync("search"), s => s.Parent.Length > 0);
        Assert.Equal("text", asked.Tags["cllclip.search.kind"]);
        await collector.WaitAsync("GET /api/v1/search");
        var request = Assert.Single(collector.Spans, s => s.Name == "GET /api/v1/search");
        Assert.Equal(asked.Parent, request.Id);
        Assert.Equal("200", request.Tags["http.response.status_code"]);
        Assert.Contains(collector.Spans, s => s.Name == "prepare data set");
        Assert.DoesNotContain(
            collector.Spans,
            s => s.Name.Contains("health", StringComparison.Ordinal) || s.Name.Contains("metrics", StringComparison.Ordinal)
        );
        foreach (var canary in new[] { "query of mine", "query%20of", "canary", portal.DataRoot, "Traced" })
        {
            Assert.DoesNotContain(canary, collector.Everything, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Without_the_setting_there_is_no_provider_and_nothing_is_sent()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        using var portal = new PortalHost();
        Assert.Null(portal.Services.GetService<TracerProvider>());
        var traces = portal.Services.GetRequiredService<PortalTraces>();
        Assert.Null(traces.StartRoot("run"));
        Assert.Null(traces.Start("search"));
        await portal.AskAsync("GET", "/api/v1/languages");
        Assert.Empty(collector.Spans);
    }

    [Fact]
    public async Task A_collector_that_never_answers_holds_up_no_request_and_no_end()
    {
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start(); // takes connections and says nothing
        var portal = new PortalHost(
            new() { [TelemetrySettings.EndpointSetting] = $"http://{deaf.LocalEndpoint}", ["OTEL_BSP_SCHEDULE_DELAY"] = "50" }
        );
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(200, (await portal.AskAsync("GET", "/api/v1/languages")).Code);
        }
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
        clock.Restart();
        await portal.DisposeAsync();
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{clock.Elapsed}");
    }

    [Theory]
    [InlineData("localhost:4318")]
    [InlineData("ftp://somewhere")]
    [InlineData("not an address with secret-canary")]
    [InlineData("http://user:secret-canary@localhost:4318")]
    public void An_address_that_is_none_is_refused_by_the_name_of_the_setting_and_not_repeated(string address)
    {
        var error = Assert.Throws<EngineException>(() => Read((TelemetrySettings.EndpointSetting, address)));
        Assert.Contains("CllClip:Telemetry:OtlpEndpoint", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-canary", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_address_ends_the_start_with_the_name_of_the_setting()
    {
        using var folder = new TemporaryFolder();
        using var process = PortalProcess.Portal(folder.Path, "--CllClip:Telemetry:OtlpEndpoint=nowhere");
        Assert.Equal(1, await process.EndAsync());
        Assert.Contains("CllClip:Telemetry:OtlpEndpoint", process.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_portal_speaks_as_the_standard_variables_say_where_its_own_settings_are_silent()
    {
        Assert.Null(Read().Endpoint);
        Assert.Equal("http://c:4318/v1/traces", Read((TelemetrySettings.EndpointSetting, "http://c:4318")).Endpoint!.ToString());
        Assert.Equal("http://c:4318/x/v1/traces", Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318/x/")).Endpoint!.ToString());
        Assert.Equal("http://c/own", Read(("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c/own")).Endpoint!.ToString());
        Assert.Equal(OtlpExportProtocol.Grpc, Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4317")).Protocol);
        Assert.Equal(
            "mine",
            Read((TelemetrySettings.EndpointSetting, "http://mine"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://other")).Endpoint!.Host
        );
        Assert.Contains(
            TelemetrySettings.ProtocolSetting,
            Assert
                .Throws<EngineException>(() =>
                    Read((TelemetrySettings.EndpointSetting, "http://c"), (TelemetrySettings.ProtocolSetting, "x"))
                )
                .Message,
            StringComparison.Ordinal
        );
    }

    private static TelemetrySettings Read(params (string Name, string Value)[] settings) =>
        TelemetrySettings.Read(
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))).Build()
        );

    private static async Task<string> LaunchAsync(PortalHost portal)
    {
        for (var i = 0; i < 600 && (await portal.AskAsync("GET", "/health/ready")).Code != 200; i++)
        {
            await Task.Delay(100, Cancelled);
        }
        var made = await portal.AskAsync(
            "POST",
            "/api/v1/runs",
            """{"method":"cll-clip","dataset":"emoji36","model":"emoji-base","languages":["en","de"],"epochs":1,"device":"cpu","name":"Traced"}"""
        );
        Assert.True(made.Code == 201, made.Text);
        for (var end = DateTime.UtcNow.AddMinutes(4); DateTime.UtcNow < end; await Task.Delay(200, Cancelled))
        {
            var run = (await portal.AskAsync("GET", made.Location!)).Json;
            if (run.GetProperty("state").GetString() is "Completed" or "Failed" or "completed" or "failed")
            {
                return run.GetProperty("id").GetString()!;
            }
        }
        throw new TimeoutException("The run did not end.");
    }
}
