using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json;
using CllClip.Portal.Tests.Hosting;
using CllClip.Portal.Tests.Storage;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Commands;

/// <summary>Backup and restore as processes of their own, beside portals that train.</summary>
public sealed class BackupCommandTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6); // under a minute on a free machine
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Archive => Path.Combine(_folder.Path, "backup.zip");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_portal_in_training_is_backed_up_and_the_restored_one_goes_on_to_the_same_scores()
    {
        FinishedRun.Require();
        var root = _folder.PreparedDataRoot();
        List<Score> whole;
        (string Id, string Next) ids;
        using (var portal = PortalProcess.Portal(root, "--CllClip:Jobs:CheckpointSeconds=0.2"))
        {
            using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
            ids = (await LaunchAsync(client, "en", "de", "ja"), await LaunchAsync(client, "en"));
            await UntilAsync(async () => (await RunAsync(client, ids.Id)).Progress is { Stage: 2, Step: > 0 });

            using var backup = PortalProcess.Command(root, "backup", "--out", Archive);
            Assert.True(await backup.EndAsync() == 0, backup.Errors);
            Assert.Contains("2 runs", backup.Output, StringComparison.Ordinal);
            Assert.Contains(Archive, backup.Output, StringComparison.Ordinal);
            Assert.Contains("100 %", backup.Errors, StringComparison.Ordinal);

            await UntilAsync(async () => (await RunAsync(client, ids.Id)).State is RunState.Completed or RunState.Failed);
            whole = await ScoresAsync(client, ids.Id);
            portal.Kill();
        }
        using (var zip = ZipFile.OpenRead(Archive))
        {
            var names = zip.Entries.Select(e => e.FullName).ToList();
            Assert.Contains($"runs/{ids.Id}/chain/stage-001/stage.json", names);
            Assert.DoesNotContain(
                names,
                n => n.Contains("within", StringComparison.Ordinal) || n.Contains(".tmp", StringComparison.Ordinal)
            );
        }
        // The database goes bad: the portal says what to do, and that helps.
        DatabaseDamage.Overwrite(Path.Combine(root, "portal.db"), 0, 1 << 20);
        using (var broken = PortalProcess.Portal(root))
        {
            Assert.Equal(1, await broken.EndAsync());
            Assert.Contains("restore FILE --CllClip:DataRoot=", broken.Errors, StringComparison.Ordinal);
        }
        var restored = Path.Combine(_folder.Path, "restored");
        using (var restore = PortalProcess.Command(restored, "restore", Archive))
        {
            Assert.True(await restore.EndAsync() == 0, restore.Errors);
            Assert.Contains(restored, restore.Output, StringComparison.Ordinal);
        }
        PreparedData.LinkInto(restored); // not made again for this test
        using var next = PortalProcess.Portal(restored);
        using var again = new HttpClient { BaseAddress = await next.AddressAsync() };
        Assert.Contains((await RunAsync(again, ids.Id)).State, new[] { RunState.Queued, RunState.Running });
        await UntilAsync(async () => (await RunAsync(again, ids.Next)).State is RunState.Completed or RunState.Failed);
        Assert.All(
            [await RunAsync(again, ids.Id), await RunAsync(again, ids.Next)],
            r => Assert.True(r.State == RunState.Completed, r.Error)
        );
        Assert.Equal(whole, await ScoresAsync(again, ids.Id));
        Assert.Contains(
            "Continuing after stage",
            await again.GetStringAsync($"/api/v1/runs/{ids.Id}/log", Cancelled),
            StringComparison.Ordinal
        );
        var shipped = (await again.GetFromJsonAsync<JsonElement>("/api/v1/leaderboard", Cancelled)).ToString();
        Assert.Contains(ids.Id, shipped, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_in_plain_words()
    {
        var root = Path.Combine(_folder.Path, "data");
        await RefusedAsync(2, "--out", "backup");
        await RefusedAsync(2, "not understood", "backup", "portal.zip", "--out", Archive);
        await RefusedAsync(2, "Name one backup", "restore");
        await RefusedAsync(1, "no database", "backup", "--out", Archive);
        await RefusedAsync(1, "no file", "restore", Archive);
        await File.WriteAllTextAsync(Archive, "no archive", Cancelled);
        await RefusedAsync(1, "damaged", "restore", Archive);
        Assert.False(Directory.Exists(root));

        async Task RefusedAsync(int code, string words, params string[] args)
        {
            using var process = PortalProcess.Command(root, args);
            Assert.Equal(code, await process.EndAsync());
            Assert.Contains(words, process.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", process.Errors, StringComparison.Ordinal);
            Assert.Empty(process.Output);
        }
    }

    private static async Task<string> LaunchAsync(HttpClient client, params string[] languages)
    {
        var request = new
        {
            method = "er",
            teir = true,
            languages,
            epochs = 1,
            seed = FinishedRun.Seed,
            device = "cpu",
        };
        string? id = null;
        await UntilAsync(async () =>
        {
            using var answer = await client.PostAsJsonAsync("/api/v1/runs", request, Cancelled);
            if (answer.IsSuccessStatusCode)
            {
                id = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("id").GetString();
            }
            return id is not null; // until the data set is open
        });
        return id!;
    }

    private static async Task<RunView> RunAsync(HttpClient client, string id) =>
        (await client.GetFromJsonAsync<RunView>($"/api/v1/runs/{id}", Cancelled))!;

    private static async Task<List<Score>> ScoresAsync(HttpClient client, string id) =>
        (await client.GetFromJsonAsync<List<Score>>($"/api/v1/runs/{id}/scores", Cancelled))!;

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var end = DateTime.UtcNow + Patience; !await holds(); )
        {
            Assert.True(DateTime.UtcNow < end, "It did not come to that in time.");
            await Task.Delay(100, Cancelled);
        }
    }
}
