using CllClip.Engine;
using CllClip.Portal.Features.Audit;
using CllClip.Portal.Storage;
using CllClip.Portal.Tests.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace CllClip.Portal.Tests.Features.Audit;

public sealed class AuditRetentionTests
{
    [Theory]
    [InlineData(365, new[] { 0, 300 })]
    [InlineData(30, new[] { 0 })]
    [InlineData(0, new[] { 0, 300, 400, 4000 })]
    public async Task Only_its_age_removes_a_line(int keepDays, int[] kept)
    {
        using var bench = Bench.Ready();
        var now = DateTime.UtcNow;
        await using (var db = bench.Open())
        {
            db.Audit.AddRange(new[] { 0, 300, 400, 4000 }.Select(days => Line(now.AddDays(-days), $"{days}")));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        using var retention = new AuditRetention(
            bench.Get<IDbContextFactory<PortalDbContext>>(),
            new AuditOptions { KeepDays = keepDays }.Check(),
            TimeProvider.System,
            NullLogger<AuditRetention>.Instance
        );
        Assert.Equal(4 - kept.Length, await retention.RemoveAsync(TestContext.Current.CancellationToken));
        await using var after = bench.Open();
        Assert.Equal(kept.Select(d => $"{d}"), after.Audit.OrderByDescending(l => l.At).Select(l => l.Target));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(40_000)]
    public void A_number_of_days_that_is_none_is_refused(int days) =>
        Assert.Contains(
            "CllClip:Audit:KeepDays",
            Assert.Throws<EngineException>(() => new AuditOptions { KeepDays = days }.Check()).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\r\nb\tc\0d\u0085e\u2028f\u2029g", "a  b c d e f g")]
    public void A_text_stays_in_its_line(string text, string line) => Assert.Equal(line, AuditLog.OneLine(text));

    [Fact]
    public void Half_a_character_is_left_out() =>
        Assert.Equal("half   of   one, whole 😀", AuditLog.OneLine("half \ud83d of \ude00 one, whole 😀"));

    [Fact]
    public void A_long_text_is_cut() => Assert.Equal(200, AuditLog.OneLine(new string('x', 5000)).Length);

    private static AuditEntity Line(DateTime at, string target) =>
        new()
        {
            At = at,
            Who = "ana",
            Role = "runner",
            Address = "",
            What = "run.stop",
            Target = target,
        };
}
