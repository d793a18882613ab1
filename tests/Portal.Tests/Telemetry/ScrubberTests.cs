using CllClip.Portal.Telemetry;
using Microsoft.Extensions.Logging;
using Xunit;

namespace CllClip.Portal.Tests.Telemetry;

public sealed class ScrubberTests
{
    [Theory]
    [InlineData("Authorization: Bearer abc.def-ghi", "abc")]
    [InlineData("cookie: cllclip=CfDJ8abc; other=1", "CfDJ8abc")]
    [InlineData("with bearer s3cr3t-value, and more", "s3cr3t-value")]
    [InlineData("GET /?token=s3cr3t&x=1", "s3cr3t")]
    [InlineData("GET http://h/p?sig=s3cr3t", "s3cr3t")]
    [InlineData("http://ana:s3cr3t@host/p", "s3cr3t")]
    [InlineData("Data Source=x;Password=two s3cr3t words;Mode=1", "s3cr3t")]
    [InlineData("{\"apiKey\":\"s3cr3t\"}", "s3cr3t")]
    [InlineData("cannot read /home/ana.maria/data/x", "ana.maria")]
    [InlineData(@"cannot read C:\Users\anamaria\x", "anamaria")]
    public void What_looks_like_a_secret_or_a_home_is_struck_out(string text, string secret) =>
        Assert.DoesNotContain(secret, Scrubber.CleanPatterns(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("Stage 2 of 6 (de) is done: 3.1 s training, 120 new tokens; mean R@1 41.0.")]
    [InlineData("The database refuses (database is locked); trying again in 0.2 s")]
    [InlineData("The setting CllClip:Access:Tokens:0:Role is wrong.")]
    [InlineData("cllclip_runs{state=\"Queued\"} 1")]
    public void What_is_none_stays(string text) => Assert.Equal(text, Scrubber.CleanPatterns(text));

    [Fact]
    public void Known_secrets_are_struck_out_however_they_are_written_and_folders_keep_their_end()
    {
        var scrubber = new Scrubber(["a key & more", "abc", null], [("/srv/data", "<data>"), ("/srv", "<portal>")]);
        Assert.Equal("***|***|***|abc", scrubber.Clean("a key & more|a%20key%20%26%20more|A KEY & MORE|abc"));
        Assert.Equal("<data>/portal.db in <portal>/x", scrubber.Clean("/srv/data/portal.db in /srv/x"));
    }

    [Fact]
    public void The_ring_keeps_the_last_warnings_with_their_run_and_without_secrets()
    {
        using var ring = new LogRing();
        using var factory = LoggerFactory.Create(log => log.AddProvider(ring));
        var log = factory.CreateLogger("Part");
        using (log.BeginScope("Run {RunId} on {Lane}", "r1", "cpu"))
        {
            log.LogInformation("not kept");
            log.LogError(new IOException("token=s3cr3t"), "failed with Bearer s3cr3t");
        }
        var entry = Assert.Single(ring.Entries);
        Assert.Equal(("r1", "error", "Part"), (entry.RunId, entry.Level, entry.Category));
        Assert.DoesNotContain("s3cr3t", entry.Message + entry.Error, StringComparison.Ordinal);
        for (var i = 0; i < LogRing.Length + 20; i++)
        {
            log.LogWarning("line {Number}", i);
        }
        Assert.Equal(LogRing.Length, ring.Entries.Count);
        Assert.Equal("line 20", ring.Entries[0].Message);
    }
}
