using System.Net.Http.Json;
using System.Text.Json;
using CllClip.Portal.Tests.Hosting;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Commands;

/// <summary>The command line as processes of its own, and the same run by other ways: interrupted, and killed under the portal.</summary>
public sealed class RunCommandTests(FinishedRun finished) : IClassFixture<FinishedRun>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(400);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_ends_with_its_scores_as_json()
    {
        FinishedRun.Require();
        Assert.Equal(RunState.Completed, finished.Run.State);
        Assert.Equal("made by the command line", finished.Run.Name);
        Assert.Equal((1, FinishedRun.Seed, true), (finished.Run.Epochs, finished.Run.Seed, finished.Run.Teir));
        Assert.NotNull(finished.Run.Summary.ArT2i);
        Assert.Contains(" %", finished.Errors, StringComparison.Ordinal); // progress, apart from the output
        AssertWhole(finished.Scores);
    }

    [Fact]
    public async Task A_run_is_stored_and_travels_as_a_folder()
    {
        FinishedRun.Require();
        var archive = Path.Combine(_folder.Path, "archive");
        using var export = PortalProcess.Command(finished.DataRoot, "export", "run", finished.Run.Id, "--out", archive, "--fp16");
        Assert.True(await export.EndAsync() == 0, export.Errors);

        var other = _folder.PreparedDataRoot();
        using var import = PortalProcess.Command(other, "import", "run", archive);
        Assert.True(await import.EndAsync() == 0, import.Errors);
        Assert.Contains(finished.Run.Id, import.Output, StringComparison.Ordinal);

        using var again = PortalProcess.Command(other, "import", "run", archive);
        Assert.Equal(1, await again.EndAsync());
        Assert.Contains(finished.Run.Id, again.Errors, StringComparison.Ordinal);

        using var portal = PortalProcess.Portal(other);
        using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
        Assert.Equal(finished.Scores, await ScoresAsync(client, finished.Run.Id));
    }

    [Fact]
    public async Task Ctrl_C_stops_after_a_whole_stage_and_resuming_gives_the_same_scores()
    {
        FinishedRun.Require();
        var root = _folder.PreparedDataRoot();
        string id;
        using (var process = PortalProcess.Command(root, [.. FinishedRun.Arguments, "--json"]))
        {
            await UntilAsync(() => Task.FromResult(process.Errors.Contains("Stage 1 of 2", StringComparison.Ordinal)));
            process.Interrupt();
            Assert.Equal(130, await process.EndAsync());
            var (run, scores) = FinishedRun.Read(process.Output);
            id = run.Id;
            Assert.Equal(RunState.Stopped, run.State);
            Assert.All(scores, s => Assert.Equal(1, s.Stage));
            Assert.Contains($"run --resume {id}", process.Errors, StringComparison.Ordinal);
        }
        using var resumed = PortalProcess.Command(root, "run", "--resume", id, "--json");
        Assert.True(await resumed.EndAsync(seconds: 400) == 0, resumed.Errors);
        Assert.Equal(finished.Scores, FinishedRun.Read(resumed.Output).Scores);
    }

    [Fact]
    public async Task A_run_of_a_killed_portal_goes_on_by_itself_and_has_the_command_lines_scores_to_the_last_bit()
    {
        FinishedRun.Require();
        var root = _folder.PreparedDataRoot();
        string id;
        using (var portal = PortalProcess.Portal(root))
        {
            using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
            id = await LaunchAsync(client);
            await UntilAsync(async () =>
                (await ScoresAsync(client, id)).Count > 0 && (await RunAsync(client, id)).Progress is { Stage: 2, Step: > 0 }
            );
            portal.Kill();
        }
        using var next = PortalProcess.Portal(root);
        using var again = new HttpClient { BaseAddress = await next.AddressAsync() };
        await UntilAsync(async () => (await RunAsync(again, id)).State is RunState.Completed or RunState.Failed);

        var run = await RunAsync(again, id);
        Assert.True(run.State == RunState.Completed, run.Error);
        Assert.Equal(finished.Scores, await ScoresAsync(again, id));
        Assert.Equal(finished.Run.Summary, run.Summary);
        Assert.Contains(
            "portal ended",
            await again.GetStringAsync($"/api/v1/runs/{id}/log", TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Every_wrong_field_of_a_run_is_named_and_nothing_is_stored()
    {
        var root = Path.Combine(_folder.Path, "data");
        using var process = PortalProcess.Command(
            root,
            "run",
            "--method",
            "nonsense",
            "--languages",
            "en,xx,en",
            "--epochs",
            "0",
            "--seed",
            "-1",
            "--device",
            "tpu",
            "--teer"
        );

        Assert.Equal(2, await process.EndAsync());
        Assert.All(
            (string[])["--method: ", "'xx'", "more than once", "--epochs: ", "--seed: ", "--device: ", "--teer: "],
            word => Assert.Contains(word, process.Errors, StringComparison.Ordinal)
        );
        Assert.False(Directory.Exists(root));
    }

    [Fact]
    public async Task A_portal_on_the_same_data_root_is_named_with_the_remedy()
    {
        var root = _folder.PreparedDataRoot();
        using var portal = PortalProcess.Portal(root);
        var address = await portal.AddressAsync();
        using var process = PortalProcess.Command(root, FinishedRun.Arguments);

        Assert.Equal(1, await process.EndAsync());
        Assert.Contains(address.ToString().TrimEnd('/'), process.Errors, StringComparison.Ordinal);
        Assert.Contains("/launch", process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_every_command_and_switch()
    {
        using var process = PortalProcess.Command(_folder.Path, "--help");
        Assert.Equal(0, await process.EndAsync());
        Assert.All(
            (string[])
                [
                    "run ",
                    "export run",
                    "import run",
                    "backup --out FILE",
                    "restore FILE",
                    "--method",
                    "--teir",
                    "--languages",
                    "--json",
                    "--urls",
                    "cll-clip",
                    "zero-shot",
                ],
            word => Assert.Contains(word, process.Output, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("export", "checkpoint", "1")]
    [InlineData("export", "run")]
    public async Task A_command_that_is_not_there_is_refused(params string[] args)
    {
        using var process = PortalProcess.Command(_folder.Path, args);
        Assert.Equal(2, await process.EndAsync());
        Assert.NotEmpty(process.Errors);
    }

    private static async Task<string> LaunchAsync(HttpClient client)
    {
        var request = new
        {
            method = FinishedRun.Method,
            teir = true,
            dataset = "emoji36",
            model = "emoji-base",
            languages = FinishedRun.Languages.Split(','),
            epochs = 1,
            seed = FinishedRun.Seed,
            device = "cpu",
        };
        string? id = null;
        await UntilAsync(async () =>
        {
            using var answer = await client.PostAsJsonAsync("/api/v1/runs", request, TestContext.Current.CancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                id = (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
                    .GetProperty("id")
                    .GetString();
            }
            return id is not null; // until the data set is open
        });
        return id!;
    }

    private static async Task<RunView> RunAsync(HttpClient client, string id) =>
        (await client.GetFromJsonAsync<RunView>($"/api/v1/runs/{id}", TestContext.Current.CancellationToken))!;

    private static async Task<List<Score>> ScoresAsync(HttpClient client, string id) =>
        (await client.GetFromJsonAsync<List<Score>>($"/api/v1/runs/{id}/scores", TestContext.Current.CancellationToken))!;

    /// <summary>Two stages, every earlier language measured at each, nothing twice.</summary>
    private static void AssertWhole(IReadOnlyList<Score> scores)
    {
        Assert.Equal(["en"], scores.Where(s => s.Stage == 1).Select(s => s.Language).Distinct());
        Assert.Equal(["de", "en"], scores.Where(s => s.Stage == 2).Select(s => s.Language).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(scores.Count, scores.Select(s => (s.Stage, s.Language, s.Direction, s.K, s.Protocol)).Distinct().Count());
        var protocols = scores.Select(s => s.Protocol).Distinct().Count();
        Assert.Equal(3 * 2 * 3 * protocols, scores.Count); // (stage, language) pairs, directions, K
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var end = DateTime.UtcNow + Patience; !await condition(); )
        {
            Assert.True(DateTime.UtcNow < end, "It did not happen in time.");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }
}
