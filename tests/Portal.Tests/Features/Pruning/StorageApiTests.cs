using CllClip.Portal.Tests.Access;
using CllClip.Portal.Tests.Api;
using Xunit;

namespace CllClip.Portal.Tests.Features.Pruning;

/// <summary>Storage over HTTP: everybody who may look sees it, admins set and prune.</summary>
public sealed class StorageApiTests(GuardedPortal portal) : IClassFixture<GuardedPortal>
{
    [Fact]
    public async Task Viewers_look_and_admins_set_and_prune()
    {
        var (viewer, admin) = (GuardedPortal.As(GuardedPortal.Viewer), GuardedPortal.As(GuardedPortal.Admin));
        foreach (var path in new[] { "", "/rule", "/preview", "/preview?format=csv" })
        {
            Assert.Equal(200, (await portal.AskAsync("GET", "/api/v1/storage" + path, change: viewer)).Code);
        }
        Assert.Equal(400, (await portal.AskAsync("GET", "/api/v1/storage/preview?format=xml", change: viewer)).Code);
        const string Body = """{"checkpoints":{"on":true,"days":45},"keepCopies":2}""";
        Assert.Equal(403, (await portal.AskAsync("PUT", "/api/v1/storage/rule", Body, change: viewer)).Code);
        Assert.Equal(403, (await portal.AskAsync("POST", "/api/v1/storage/prune", change: GuardedPortal.As(GuardedPortal.Runner))).Code);
        Assert.Equal(200, (await portal.AskAsync("PUT", "/api/v1/storage/rule", Body, change: admin)).Code);
        var rule = (await portal.AskAsync("GET", "/api/v1/storage/rule", change: viewer)).Json;
        Assert.Equal("ada", rule.GetProperty("changedBy").GetString());
        Assert.Equal(45, rule.GetProperty("rule").GetProperty("checkpoints").GetProperty("days").GetInt32());
        Assert.Equal(30, rule.GetProperty("rule").GetProperty("leftovers").GetProperty("days").GetInt32());
        Assert.Equal(200, (await portal.AskAsync("POST", "/api/v1/storage/prune", change: admin)).Code);
    }

    [Theory]
    [InlineData("""{"checkpoints":{"on":true,"days":0}}""", "checkpoints.days")]
    [InlineData("""{"caches":{"on":"yes"}}""", "caches.on")]
    [InlineData("""{"keepCopies":101}""", "keepCopies")]
    [InlineData("""{"everything":{}}""", "everything")]
    [InlineData("""[]""", "body")]
    public async Task A_wrong_rule_is_refused_by_field(string body, string field)
    {
        var answer = await portal.AskAsync("PUT", "/api/v1/storage/rule", body, change: GuardedPortal.As(GuardedPortal.Admin));
        Assert.True(answer.Problem(400).GetProperty("errors").TryGetProperty(field, out _), field);
    }
}
