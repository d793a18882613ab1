using System.Security.Claims;
using System.Text.RegularExpressions;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Audit;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Features.Import;
using CllClip.Portal.Features.Models;
using CllClip.Portal.Features.Pruning;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Features.Uploads;
using CllClip.Portal.Features.Webhooks;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Portal.Tests.Access;
using CllClip.Portal.Tests.Api;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.Audit;

/// <summary>Who did what: written over both ways into the portal, kept when what it tells of is gone, and without anything secret.</summary>
public sealed partial class AuditTests(GuardedPortal portal) : IClassFixture<GuardedPortal>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_that_acts_over_http_leaves_a_line()
    {
        var endpoints = portal.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();
        var acts = new List<Act>();
        foreach (var endpoint in endpoints.Where(e => e.Metadata.GetMetadata<Act>() is { Kept: true }))
        {
            var act = endpoint.Metadata.GetMetadata<Act>()!;
            acts.Add(act);
            var path = "/" + Parameter().Replace(endpoint.RoutePattern.RawText!.TrimStart('/'), "none");
            var before = await NewestAsync();
            await portal.AskAsync(Attacks.AttackedPortal.Methods(endpoint)[0], path, change: GuardedPortal.As(GuardedPortal.Admin));
            var line = Assert.Single(await SinceAsync(before));
            Assert.Equal((act.Name, "ada", "admin"), (line.What, line.Who, line.Role));
            Assert.Equal(path.Contains("/none", StringComparison.Ordinal) ? "none" : "", line.Target);
            // Pruning and the diagnostics need no body and nothing to be there: they are done.
            Assert.True(
                (line.Outcome is AuditOutcome.Done) == (act == Acts.Prune || act == Acts.TakeDiagnostics)
                    && line.Outcome is not AuditOutcome.Refused,
                $"{act.Name} {line.Outcome}"
            );
        }
        // What pages do beyond that, a test below tries; uploads and sign-ins have no other way than this one.
        Assert.Equal(["run.tag", "sign-in", "tag.rename"], Acts.All.Where(a => a.Kept).Except(acts).Select(a => a.Name).Order());
    }

    [Fact]
    public async Task Everything_that_acts_on_pages_leaves_a_line()
    {
        using var scope = portal.Services.CreateScope();
        Be(scope, new Caller("rob", Role.Admin, "192.168.1.7"));
        T Get<T>()
            where T : notnull => scope.ServiceProvider.GetRequiredService<T>();
        var (runs, datasets, uploads, hooks) = (Get<IRunDesk>(), Get<DatasetDesk>(), Get<UploadDesk>(), Get<WebhookDesk>());
        var tries = new (Act Act, Func<Task> Try)[]
        {
            (Acts.LaunchRun, () => runs.SubmitAsync([new RunRequest { Method = "no-such", Languages = ["en"] }], Stop)),
            (
                Acts.LaunchSweep,
                () =>
                    runs.SubmitSweepAsync(
                        new SweepRequest
                        {
                            Run = new RunRequest { Method = "no-such", Languages = ["en"] },
                        },
                        Stop
                    )
            ),
            (Acts.StopRun, () => runs.StopAsync("none", Stop)),
            (Acts.ResumeRun, () => runs.ResumeAsync("none", Stop)),
            (Acts.DeleteRun, () => runs.DeleteAsync("none", Stop)),
            (Acts.MoveRun, () => runs.MoveAsync("none", new QueueMove(Position: 1), Stop)),
            (Acts.EditRun, () => runs.EditAsync("none", new RunEdit { Name = "x" }, Stop)),
            (Acts.TagRun, () => runs.TagAsync(["none"], new TagChange(["x"], []), Stop)),
            (Acts.RenameTag, () => runs.RenameTagAsync("none", "", Stop)),
            (Acts.ImportScores, () => Get<IImportDesk>().ImportAsync("nothing"u8.ToArray(), new ImportSettings(), Stop)),
            (Acts.RegisterDataset, () => datasets.RegisterAsync(new DatasetRequest())),
            (Acts.PrepareDataset, () => datasets.PrepareAsync("none")),
            (Acts.CancelDataset, () => datasets.CancelAsync("none")),
            (Acts.DeleteDataset, () => datasets.RemoveAsync("none")),
            (Acts.RegisterModel, () => Get<IModelDesk>().RegisterAsync(new ModelRequest(), Stop)),
            (Acts.DeleteModel, () => Get<IModelDesk>().RemoveAsync("none", Stop)),
            (Acts.DeleteUpload, () => uploads.RemoveAsync("none")),
            (Acts.UnpackUpload, () => uploads.RetryAsync("none")),
            (Acts.AddWebhook, () => hooks.RegisterAsync(new WebhookRequest())),
            (Acts.PingWebhook, () => hooks.PingAsync("none")),
            (Acts.RemoveWebhook, () => hooks.RemoveAsync("none")),
            (Acts.SetPruneRule, () => Get<IStorageDesk>().SetAsync(PruneRule.Usual with { KeepCopies = 0 })),
            (Acts.Prune, () => Get<IStorageDesk>().PruneAsync()),
        };
        foreach (var (act, attempt) in tries)
        {
            var before = await NewestAsync();
            await attempt();
            var line = Assert.Single(await SinceAsync(before));
            Assert.Equal((act.Name, "rob", "192.168.1.7"), (line.What, line.Who, line.Address));
            Assert.NotEqual(AuditOutcome.Refused, line.Outcome);
        }
        // And nobody gets through who may not.
        foreach (var (act, attempt) in tries)
        {
            Be(scope, new Caller("vera", act.Needed - 1, "192.168.1.8"));
            var before = await NewestAsync();
            await attempt();
            Assert.All(await SinceAsync(before), l => Assert.Equal((act.Name, "vera", AuditOutcome.Refused), (l.What, l.Who, l.Outcome)));
        }
        // The HTTP side and the statistics' own buttons are all that is left.
        Assert.Equal(
            ["dataset.count", "dataset.count.cancel", "diagnostics.take", "sign-in", "upload.create"],
            Acts.All.Where(a => a.Kept).Except(tries.Select(t => t.Act)).Select(a => a.Name).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task The_line_of_a_run_outlives_it_with_the_name_that_it_had()
    {
        portal.AddRun("gone", RunState.Completed, r => r.Name = "=cmd\r\nSet-Cookie: x\u2028日本");
        var answer = await portal.AskAsync("DELETE", "/api/v1/runs/gone", change: GuardedPortal.As(GuardedPortal.Admin));
        Assert.Equal(204, answer.Code);
        var list = await ListAsync("?target=gone");
        var line = Assert.Single(list.GetProperty("items").EnumerateArray());
        Assert.Equal(
            ("run.delete", "done", "=cmd  Set-Cookie: x 日本"),
            (line.GetProperty("what").GetString(), line.GetProperty("outcome").GetString(), line.GetProperty("targetName").GetString())
        );
        var csv = await portal.AskAsync("GET", "/api/v1/audit?format=csv&target=gone", change: GuardedPortal.As(GuardedPortal.Admin));
        Assert.Equal("text/csv", csv.Type);
        Assert.Equal(2, csv.Text.TrimEnd('\n').Split('\n').Length);
        Assert.Contains("'=cmd", csv.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_made_is_named_and_nothing_secret_is_kept()
    {
        const string Secret = "a secret of a webhook, long";
        var made = await portal.AskAsync(
            "POST",
            "/api/v1/webhooks",
            $$"""{"url":"https://example.org/hook-with-a-key","secret":"{{Secret}}"}""",
            change: GuardedPortal.As(GuardedPortal.Admin)
        );
        Assert.Equal(201, made.Code);
        var id = made.Json.GetProperty("id").GetString()!;
        Assert.Equal(1, (await ListAsync($"?what=webhook.add&target={id}&outcome=done")).GetProperty("total").GetInt32());
        await portal.AskAsync("DELETE", $"/api/v1/webhooks/{id}", change: GuardedPortal.As(GuardedPortal.Admin));

        await portal.AskAsync("GET", $"/?token={Uri.EscapeDataString(GuardedPortal.Viewer)}");
        await portal.AskAsync("GET", "/?token=guessed-in-the-address");
        await portal.AskAsync("POST", "/api/v1/runs/none/stop", change: GuardedPortal.As("guessed-as-bearer"));
        await portal.AskAsync("POST", "/api/v1/runs", "{}", change: GuardedPortal.As(GuardedPortal.Viewer));
        var lines = await SinceAsync(0);
        Assert.Contains(lines, l => l is { What: "sign-in", Who: "vera", Role: "viewer", Outcome: AuditOutcome.Done });
        Assert.Contains(lines, l => l is { What: "sign-in", Who: "anonymous", Outcome: AuditOutcome.Refused });
        Assert.Contains(lines, l => l is { What: "run.launch", Who: "vera", Outcome: AuditOutcome.Refused });
        Assert.All(lines, l => Assert.True(l.Address is "127.0.0.1" or "::1" or "192.168.1.7" or "192.168.1.8", l.Address));
        var all = string.Join('\n', lines.Select(l => $"{l.Who} {l.Role} {l.Address} {l.What} {l.Target} {l.TargetName}"));
        Assert.All(
            new[]
            {
                GuardedPortal.Viewer,
                GuardedPortal.Runner,
                GuardedPortal.Admin,
                "guessed",
                Secret,
                "hook-with-a-key",
                "sha256",
                "CfDJ8",
            },
            secret => Assert.DoesNotContain(secret, all, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_import_that_is_only_looked_at_leaves_no_line()
    {
        var before = await NewestAsync();
        await portal.AskAsync("POST", "/api/v1/runs/import?preview=true", "{}", change: GuardedPortal.As(GuardedPortal.Runner));
        Assert.Empty(await SinceAsync(before));
    }

    [Fact]
    public async Task Whoever_tries_without_end_does_not_fill_the_log()
    {
        using var other = new GuardedPortal();
        for (var i = 0; i < 100; i++)
        {
            await other.AskAsync("DELETE", $"/api/v1/runs/{i}", change: GuardedPortal.As(GuardedPortal.Viewer));
        }
        await using var db = await other.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(Stop);
        Assert.InRange(await db.Audit.CountAsync(Stop), 1, 40); // two windows, if a minute begins meanwhile
    }

    [Fact]
    public async Task Lists_are_filtered_sorted_and_paged_and_wrong_parameters_are_named()
    {
        await portal.AskAsync("POST", "/api/v1/runs/sorted-1/stop", change: GuardedPortal.As(GuardedPortal.Runner));
        await portal.AskAsync("POST", "/api/v1/runs/sorted-2/resume", change: GuardedPortal.As(GuardedPortal.Admin));
        var ofRob = await ListAsync("?who=rob&what=run&take=1&sort=target&order=desc");
        Assert.Equal(1, ofRob.GetProperty("items").GetArrayLength());
        Assert.All(
            ofRob.GetProperty("items").EnumerateArray(),
            l => Assert.StartsWith("run.", l.GetProperty("what").GetString(), StringComparison.Ordinal)
        );
        Assert.Equal(0, (await ListAsync("?since=2999-01-01")).GetProperty("total").GetInt32());
        Assert.True((await ListAsync("?since=2020-01-01T00:00:00Z")).GetProperty("total").GetInt32() > 1);
        var wrong = await portal.AskAsync(
            "GET",
            "/api/v1/audit?since=never&sort=x&order=x&skip=-1&take=100000&format=x&outcome=x",
            change: GuardedPortal.As(GuardedPortal.Admin)
        );
        Assert.Equal(["format", "order", "outcome", "since", "skip", "sort", "take"], wrong.Errors.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_line_cannot_be_changed()
    {
        await portal.AskAsync("POST", "/api/v1/runs/none/stop", change: GuardedPortal.As(GuardedPortal.Runner));
        await using var db = await portal.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(Stop);
        var error = await Assert.ThrowsAsync<SqliteException>(() =>
            db.Audit.ExecuteUpdateAsync(l => l.SetProperty(x => x.Who, "nobody"), Stop)
        );
        Assert.Contains("never changed", error.Message, StringComparison.Ordinal);
    }

    private static void Be(IServiceScope scope, Caller who)
    {
        var caller = (IHostEnvironmentAuthenticationStateProvider)scope.ServiceProvider.GetRequiredService<AuthenticationStateProvider>();
        caller.SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(who.ToPrincipal()))));
    }

    private async Task<System.Text.Json.JsonElement> ListAsync(string query)
    {
        var answer = await portal.AskAsync("GET", $"/api/v1/audit{query}", change: GuardedPortal.As(GuardedPortal.Admin));
        Assert.Equal(200, answer.Code);
        return answer.Json;
    }

    private async Task<long> NewestAsync()
    {
        await using var db = await portal.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(Stop);
        return await db.Audit.MaxAsync(l => (long?)l.Id, Stop) ?? 0;
    }

    private async Task<List<AuditEntity>> SinceAsync(long id)
    {
        await using var db = await portal.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(Stop);
        return await db.Audit.AsNoTracking().Where(l => l.Id > id).OrderBy(l => l.Id).ToListAsync(Stop);
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
