using System.Text.Json;
using CllClip.Portal.Access;
using CllClip.Portal.Commands;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Features.Models;
using CllClip.Portal.Tests.Access;
using CllClip.Portal.Tests.Api;
using CllClip.Portal.Tests.Features.Models;
using CllClip.Portal.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Attacks;

/// <summary>Runners and admins have folders of the server read only below those that the settings open.</summary>
public sealed class ServerFolderTests : IDisposable
{
    private static readonly string[] Addresses = ["/api/v1/datasets", "/api/v1/models"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Where_none_is_named_nobody_with_a_token_has_any_read()
    {
        using var portal = new GuardedPortal();
        var model = ModelFolder.Copy(_folder.Path);
        foreach (var address in Addresses)
        {
            foreach (var token in new[] { GuardedPortal.Runner, GuardedPortal.Admin })
            {
                foreach (var folder in new[] { model, "/etc", "/nowhere" })
                {
                    Assert.Contains(
                        "CllClip:Access:ServerFolders",
                        await RefusalAsync(portal, address, token, new { folder, id = "x" }),
                        StringComparison.Ordinal
                    );
                }
            }
        }
        var pages = await Task.WhenAll(PageAsync(portal, "/datasets"), PageAsync(portal, "/models"));
        Assert.All(pages, p => Assert.Contains("Folders of the server are closed here", p, StringComparison.Ordinal));
        Assert.All(pages, p => Assert.DoesNotContain("From a folder on the server", p, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_what_lies_below_a_named_one_is_read()
    {
        using var portal = Portal();
        var secret = Directory.CreateDirectory(Path.Combine(_folder.Path, "secret")).FullName;
        await File.WriteAllTextAsync(Path.Combine(secret, "own.jsonl"), "{\"secret\": 1}\n", TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(Path.Combine(Sets, "out"), secret);
        foreach (var address in Addresses)
        {
            var there = await RefusalAsync(portal, address, GuardedPortal.Admin, new { folder = secret, id = "x" });
            var missing = await RefusalAsync(portal, address, GuardedPortal.Admin, new { folder = secret + "-not", id = "x" });
            Assert.Equal(there.Replace(secret, secret + "-not", StringComparison.Ordinal), missing); // it does not tell what lies elsewhere
            Assert.Contains("lies in no folder", there, StringComparison.Ordinal);
            Assert.Contains(
                "leads by a link",
                await RefusalAsync(portal, address, GuardedPortal.Runner, new { folder = Path.Combine(Sets, "out"), id = "x" }),
                StringComparison.Ordinal
            );
        }
        var own = Directory.CreateDirectory(Path.Combine(Sets, "own")).FullName;
        await File.WriteAllTextAsync(Path.Combine(own, "own.jsonl"), "{}\n", TestContext.Current.CancellationToken);
        Assert.Contains(
            "lies in no folder",
            await RefusalAsync(portal, Addresses[0], GuardedPortal.Runner, new { folder = own, images = secret }, "images"),
            StringComparison.Ordinal
        );
        foreach (var (address, folder) in new[] { (Addresses[0], Path.Combine(own, "own.jsonl")), (Addresses[1], ModelFolder.Copy(Sets)) })
        {
            var made = await AskAsync(portal, address, GuardedPortal.Runner, new { folder, id = "mine" });
            Assert.True(made.Code == 201, made.Text);
        }
        Assert.Contains(Sets, await PageAsync(portal, "/datasets"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_line_reads_what_its_account_may()
    {
        using var host = CommandHost.Build([$"--CllClip:DataRoot={_folder.Path}", $"--CllClip:Access:ServerFolders:0={Sets}"]);
        Assert.Null(host.Services.GetRequiredService<ServerFolders>().Open);
        Assert.NotNull(host.Services.GetRequiredService<CorpusRegistrar>());
        Assert.NotNull(host.Services.GetRequiredService<ModelDesk>());
    }

    private string Sets => Directory.CreateDirectory(Path.Combine(_folder.Path, "sets")).FullName;

    private PortalHost Portal() =>
        new(new Dictionary<string, string?>(GuardedPortal.Settings(viewers: true)) { ["CllClip:Access:ServerFolders:0"] = Sets });

    private static Task<Answer> AskAsync(PortalHost portal, string address, string token, object body) =>
        portal.AskAsync("POST", address, JsonSerializer.Serialize(body), change: GuardedPortal.As(token));

    private static async Task<string> RefusalAsync(PortalHost portal, string address, string token, object body, string field = "folder")
    {
        var answer = await AskAsync(portal, address, token, body);
        Assert.True(answer.Code == 400, answer.Text);
        return Assert.Single(answer.Errors[field]);
    }

    private static async Task<string> PageAsync(PortalHost portal, string path) =>
        (await portal.AskAsync("GET", path, change: GuardedPortal.As(GuardedPortal.Admin))).Text;
}
