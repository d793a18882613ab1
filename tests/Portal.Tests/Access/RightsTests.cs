using System.Text.RegularExpressions;
using CllClip.Portal.Access;
using CllClip.Portal.Tests.Api;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Access;

/// <summary>Which role may do what, held against every endpoint that there is.</summary>
public sealed partial class RightsTests(GuardedPortal portal, RightsTests.ClosedPortal closed)
    : IClassFixture<GuardedPortal>,
        IClassFixture<RightsTests.ClosedPortal>
{
    public sealed class ClosedPortal() : GuardedPortal(viewers: false);

    private static readonly Role[] Roles = [Role.None, Role.Viewer, Role.Runner, Role.Admin];

    private IReadOnlyList<RouteEndpoint> Endpoints =>
        [.. portal.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    [Fact]
    public void Every_endpoint_says_what_it_does() =>
        Assert.Empty(Endpoints.Where(e => EndpointActs.Of(e) == Acts.Undeclared).Select(e => $"{e.DisplayName} {e.RoutePattern.RawText}"));

    [Fact]
    public void Every_act_stands_in_the_table_once()
    {
        var named = typeof(Acts).GetFields().Where(f => f.FieldType == typeof(Act)).Select(f => (Act)f.GetValue(null)!).ToList();
        Assert.Equal(named, Acts.All);
        Assert.Equal(named.Count, named.Select(a => a.Name).Distinct().Count());
    }

    [Fact]
    public void What_a_runner_may_not_is_written_down_here() =>
        Assert.Equal(
            [
                "audit.see",
                "dataset.delete",
                "diagnostics.see",
                "diagnostics.take",
                "model.delete",
                "run.delete",
                "storage.prune",
                "storage.rule",
                "webhook.add",
                "webhook.ping",
                "webhook.remove",
            ],
            Acts.All.Where(a => a.Needed == Role.Admin).Select(a => a.Name).Order(StringComparer.Ordinal)
        );

    [Fact]
    public async Task Each_role_gets_as_far_as_its_endpoints_say()
    {
        var wrong = new List<string>();
        var asked = 0;
        foreach (
            var endpoint in Endpoints.Where(e =>
                e.RoutePattern.RawText?.TrimStart('/').StartsWith("api/", StringComparison.Ordinal) == true
            )
        )
        {
            var act = endpoint.Metadata.GetMetadata<Act>()!;
            foreach (var method in Attacks.AttackedPortal.Methods(endpoint))
            {
                foreach (var role in Roles)
                {
                    var path = "/" + Parameter().Replace(endpoint.RoutePattern.RawText!.TrimStart('/'), "none");
                    var answer = await closed.AskAsync(method, path, change: GuardedPortal.As(GuardedPortal.TokenOf(role)));
                    var expected =
                        role >= act.Needed ? "passes"
                        : role == Role.None ? "401"
                        : "403";
                    var got = answer.Code is 401 or 403 ? $"{answer.Code}" : "passes";
                    asked++;
                    if (got != expected)
                    {
                        wrong.Add($"{method} {path} as {role}: {answer.Code}, not {expected}");
                    }
                }
            }
        }
        Assert.Empty(wrong);
        Assert.True(asked > 200, $"{asked}");
    }

    [Fact]
    public async Task A_refusal_names_the_role_and_what_to_do()
    {
        var nobody = (await portal.AskAsync("POST", "/api/v1/runs/none/stop")).Problem(401).GetProperty("detail").GetString()!;
        Assert.Contains("a token of the role runner", nobody, StringComparison.Ordinal);
        Assert.Contains("Authorization: Bearer", nobody, StringComparison.Ordinal);
        var low = await portal.AskAsync("DELETE", "/api/v1/runs/none", change: GuardedPortal.As(GuardedPortal.Runner));
        var detail = low.Problem(403).GetProperty("detail").GetString()!;
        Assert.Contains("the role admin; the token 'rob' has the role runner", detail, StringComparison.Ordinal);
        var page = await portal.AskAsync(
            "GET",
            "/api/v1/audit",
            change: r =>
            {
                GuardedPortal.As(GuardedPortal.Viewer)(r);
                r.Headers.Add("Accept", "text/html");
            }
        );
        Assert.Equal((403, "text/html"), (page.Code, page.Type));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/runs")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/metrics")]
    public async Task Where_anonymous_viewers_are_not_wanted_a_token_of_any_role_looks(string path)
    {
        Assert.Equal(401, (await closed.AskAsync("GET", path)).Code);
        Assert.Equal(200, (await closed.AskAsync("GET", path, change: GuardedPortal.As(GuardedPortal.Viewer))).Code);
        Assert.Equal(200, (await portal.AskAsync("GET", path)).Code);
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
