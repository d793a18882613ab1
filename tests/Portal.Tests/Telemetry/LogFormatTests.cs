using System.Text.Json;
using CllClip.Engine;
using CllClip.Portal.Telemetry;
using CllClip.Portal.Tests.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace CllClip.Portal.Tests.Telemetry;

/// <summary>The console's log for programs.</summary>
public sealed class LogFormatTests
{
    [Fact]
    public async Task With_json_every_line_of_the_output_is_an_object()
    {
        using var folder = new TemporaryFolder();
        using var portal = PortalProcess.Portal(folder.PreparedDataRoot(), "--CllClip:Log:Format=json");
        for (var end = DateTime.UtcNow.AddSeconds(60); DateTime.UtcNow < end && portal.Output.Length == 0; await Task.Delay(100))
        {
            Assert.False(TestContext.Current.CancellationToken.IsCancellationRequested);
        }
        var lines = portal.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        foreach (var line in lines)
        {
            using var entry = JsonDocument.Parse(line);
            Assert.EndsWith("Z", entry.RootElement.GetProperty("Timestamp").GetString(), StringComparison.Ordinal);
            Assert.True(entry.RootElement.TryGetProperty("LogLevel", out _), line);
        }
        Assert.Contains(lines, l => l.Contains("CLL-CLIP is at http://127.0.0.1", StringComparison.Ordinal));
    }

    [Fact]
    public void Another_format_is_refused_by_the_name_of_the_setting()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new(PortalLogs.FormatSetting, "xml")]).Build();
        Assert.Contains(
            PortalLogs.FormatSetting,
            Assert.Throws<EngineException>(() => PortalLogs.IsJson(settings)).Message,
            StringComparison.Ordinal
        );
    }
}
