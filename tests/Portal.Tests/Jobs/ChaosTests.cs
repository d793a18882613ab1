using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using CllClip.Portal.Tests.Hosting;
using Microsoft.Data.Sqlite;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>
/// The program itself, killed (SIGKILL) at random moments of a run on Emoji36 and started again each time: nothing stored is lost, no state is untrue, and the
/// run ends as the undisturbed one. The hundred kills of docs/chaos.md: <c>dotnet run --project tests/Portal.Tests -- --explicit only --filter-method
/// "*A_hundred_kills" --show-live-output on</c>.
/// </summary>
public sealed class ChaosTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8); // seconds on a free machine
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task Six_kills_change_nothing() => KillAsync(6, ["en", "de", "ja"], 1);

    [Fact(Explicit = true)]
    public Task A_hundred_kills() => KillAsync(100, ["en", "de", "ja", "ar", "hi", "zh"], 2);

    /// <summary>When a portal dies; the first is its start, the others wait for the training to go on.</summary>
    private enum Moment
    {
        WhileStarting,
        WhileTraining,
        WhileACheckpointIsWritten,
        WhileTheDatabaseIsWritten,
    }

    private async Task KillAsync(int kills, string[] languages, int epochs)
    {
        Assert.SkipUnless(
            PreparedData.IsThere,
            "The npm packages of Emoji36 are not installed: run 'npm ci' in the root of the repository."
        );
        var whole = await UndisturbedAsync(_folder.PreparedDataRoot("whole"), languages, epochs);
        Say($"undisturbed: {whole.Seconds:0.0} s, {whole.Scores} scores");
        var root = _folder.PreparedDataRoot("killed");
        var random = new Random(kills);
        var moments = Enum.GetValues<Moment>();
        var (killed, stored, id) = (0, new Stored(0, 0, 0, ""), (string?)null);
        while (true)
        {
            using var portal = PortalProcess.Portal(root, "--CllClip:Jobs:CheckpointSeconds=0.3");
            var began = Stopwatch.GetTimestamp();
            // The first lives launch the run; the last one is left alone.
            var moment = id is null || killed == kills ? Moment.WhileTraining : moments[killed % moments.Length];
            if (moment == Moment.WhileStarting)
            {
                await Task.Delay(random.Next(100, 4000), Stop);
            }
            else
            {
                using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
                id ??= await LaunchAsync(client, languages, epochs);
                if (killed == kills)
                {
                    await EqualAsync(client, root, id, whole, killed);
                    return;
                }
                var run = await UntilAsync(client, id, r => Training(r) || State(r) is "Completed" or "Failed");
                Assert.NotEqual("Failed", State(run));
                if (State(run) == "Completed")
                {
                    await EqualAsync(client, root, id, whole, killed);
                    (id, stored) = (null, new Stored(0, 0, 0, "")); // and once more from the beginning
                    continue;
                }
                await MomentAsync(moment, root, id, random);
            }
            portal.Kill();
            killed++;
            if (id is not null)
            {
                var now = Read(root, id);
                Say(
                    $"{killed, 3}. {moment}, {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s after the start: {now.Stages} stages, {now.Scores} scores, {now.Lines} lines, state {now.State}, checkpoints within the stage: {Within(root, id)}"
                );
                Assert.True(
                    now.Scores >= stored.Scores && now.Stages >= stored.Stages && now.Lines >= stored.Lines,
                    $"{stored} became {now}"
                );
                stored = now;
            }
        }
    }

    private static async Task MomentAsync(Moment moment, string root, string id, Random random)
    {
        var end = DateTime.UtcNow.AddSeconds(8);
        switch (moment)
        {
            case Moment.WhileACheckpointIsWritten:
                var chain = Path.Combine(root, "runs", id, "chain");
                while (DateTime.UtcNow < end && !(Directory.Exists(chain) && Directory.EnumerateDirectories(chain, "*.tmp").Any()))
                {
                    Thread.Yield();
                }
                break;
            case Moment.WhileTheDatabaseIsWritten:
                var log = Path.Combine(root, "portal.db-wal");
                var before = Length(log);
                while (DateTime.UtcNow < end && Length(log) == before)
                {
                    Thread.Yield();
                }
                break;
            default:
                await Task.Delay(random.Next(0, 3000), Stop);
                break;
        }

        static long Length(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;
    }

    private static async Task<Whole> UndisturbedAsync(string root, string[] languages, int epochs)
    {
        using var portal = PortalProcess.Portal(root);
        using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
        var id = await LaunchAsync(client, languages, epochs);
        await UntilAsync(client, id, r => Training(r) || State(r) == "Completed");
        var began = Stopwatch.GetTimestamp();
        var run = await UntilAsync(client, id, r => State(r) is "Completed" or "Failed");
        Assert.Equal("Completed", State(run));
        var scores = await client.GetStringAsync($"/api/v1/runs/{id}/scores", Stop);
        return new Whole(
            scores,
            run.GetProperty("summary").GetRawText(),
            Chain(root, id),
            await StepsAsync(client, id),
            JsonDocument.Parse(scores).RootElement.GetArrayLength(),
            Stopwatch.GetElapsedTime(began).TotalSeconds
        );
    }

    /// <summary>Waits for the end and holds it against the undisturbed run: scores, aggregates, files, curve, history.</summary>
    private static async Task EqualAsync(HttpClient client, string root, string id, Whole whole, int killed)
    {
        var run = await UntilAsync(client, id, r => State(r) is "Completed" or "Failed");
        Assert.Equal("Completed", State(run));
        Assert.Equal(whole.Json, await client.GetStringAsync($"/api/v1/runs/{id}/scores", Stop));
        Assert.Equal(whole.Summary, run.GetProperty("summary").GetRawText());
        Assert.Equal(whole.Chain, Chain(root, id));
        var steps = await StepsAsync(client, id);
        Assert.Equal(steps.Distinct(), steps); // no step stands there twice, none backwards
        Assert.Equal(steps.Order(), steps);
        Assert.Equal(whole.Steps[^1], steps[^1]);
        var history = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{id}/history", Stop))
            .EnumerateArray()
            .Select(State)
            .ToList();
        Assert.Equal("Completed", history[^1]);
        // Every time that it was running it either went back to the queue or came to its end.
        Assert.All(
            history.Zip(history.Skip(1)).Where(pair => pair.First == "Running"),
            pair => Assert.Contains(pair.Second, new[] { "Queued", "Completed" })
        );
        Say(
            $"after {killed} kills: rows, method files, ranks, scores and summary equal to the last bit; {history.Count} states in its history"
        );
    }

    /// <summary>SHA-256 of every file of the chain but those that tell how long things took.</summary>
    private static Dictionary<string, string> Chain(string root, string id)
    {
        var chain = Path.Combine(root, "runs", id, "chain");
        return Directory
            .EnumerateFiles(chain, "*", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) != "stage.json")
            .ToDictionary(f => Path.GetRelativePath(chain, f), f => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f))));
    }

    private static int Within(string root, string id)
    {
        var chain = Path.Combine(root, "runs", id, "chain");
        return Directory.Exists(chain) ? Directory.EnumerateDirectories(chain, "within-*-??????").Count() : 0;
    }

    private static async Task<List<(int Stage, int Step)>> StepsAsync(HttpClient client, string id) =>
        [
            .. (await client.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{id}/steps", Stop))
                .EnumerateArray()
                .Select(s => (s.GetProperty("stage").GetInt32(), s.GetProperty("step").GetInt32())),
        ];

    /// <summary>What the dead portal left in its database, read from a copy so that the next one finds it as it was.</summary>
    private Stored Read(string root, string id)
    {
        var copy = Path.Combine(_folder.Path, "copy.db");
        foreach (var suffix in new[] { "", "-wal" })
        {
            File.Delete(copy + suffix);
            if (File.Exists(Path.Combine(root, "portal.db" + suffix)))
            {
                File.Copy(Path.Combine(root, "portal.db" + suffix), copy + suffix);
            }
        }
        using var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = copy, Pooling = false }.ToString());
        db.Open();
        Assert.Equal("ok", Ask("PRAGMA integrity_check"));
        return new Stored(
            int.Parse(Ask("SELECT COUNT(*) FROM Scores WHERE RunId = $id"), CultureInfo.InvariantCulture),
            int.Parse(Ask("SELECT COUNT(*) FROM Stages WHERE RunId = $id"), CultureInfo.InvariantCulture),
            int.Parse(Ask("SELECT COUNT(*) FROM LogLines WHERE RunId = $id"), CultureInfo.InvariantCulture),
            Ask("SELECT State FROM Runs WHERE Id = $id")
        );

        string Ask(string sql)
        {
            using var command = db.CreateCommand();
            command.CommandText = sql;
            command.Parameters.AddWithValue("$id", id);
            return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!;
        }
    }

    private static bool Training(JsonElement run) =>
        State(run) == "Running"
        && run.GetProperty("progress") is { ValueKind: JsonValueKind.Object } progress
        && progress.GetProperty("step").GetInt32() > 0;

    private static string State(JsonElement of) => of.GetProperty("state").GetString()!;

    private static void Say(FormattableString line) =>
        TestContext.Current.TestOutputHelper?.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static async Task<string> LaunchAsync(HttpClient client, string[] languages, int epochs)
    {
        var request = new
        {
            method = "er",
            teir = true,
            languages,
            epochs,
        };
        for (var end = DateTime.UtcNow + Patience; DateTime.UtcNow < end; )
        {
            using var answer = await client.PostAsJsonAsync("/api/v1/runs", request, Stop);
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
            if (answer.IsSuccessStatusCode)
            {
                return body.GetProperty("id").GetString()!;
            }
            Assert.Contains("being prepared", body.GetRawText(), StringComparison.Ordinal);
            await Task.Delay(200, Stop);
        }
        throw new TimeoutException("The portal did not become ready.");
    }

    private static async Task<JsonElement> UntilAsync(HttpClient client, string id, Func<JsonElement, bool> holds)
    {
        JsonElement run = default;
        for (var end = DateTime.UtcNow + Patience; DateTime.UtcNow < end; )
        {
            run = await client.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{id}", Stop);
            if (holds(run))
            {
                return run;
            }
            await Task.Delay(50, Stop);
        }
        throw new TimeoutException($"The run is still {run.GetRawText()}");
    }

    private sealed record Stored(int Scores, int Stages, int Lines, string State);

    private sealed record Whole(
        string Json,
        string Summary,
        Dictionary<string, string> Chain,
        List<(int Stage, int Step)> Steps,
        int Scores,
        double Seconds
    );
}
