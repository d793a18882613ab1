using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using CllClip.Portal.Tests;
using CllClip.Portal.Tests.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>
/// The portal's speed with a large database (docs/benchmarks/portal.md); a tool that runs only when asked for, on a machine that does
/// nothing else: <c>dotnet run -c Release --project tests/Browser.Tests -- --explicit only --filter-class CllClip.Browser.Tests.SpeedFigures</c>.
/// The portal is a process of its own, as users have it.
/// </summary>
public sealed class SpeedFigures(BrowserSession session) : IClassFixture<BrowserSession>, IDisposable
{
    private const int Runs = 5000;
    private const int Finished = 500;

    private readonly string _root = Directory.CreateTempSubdirectory("cllclip-speed-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact(Explicit = true)]
    public async Task A_large_database()
    {
        Chromium.Require();
        PreparedData.LinkInto(_root);
        string matrix;
        using (var portal = PortalProcess.Portal(_root)) // makes the database and reads the runs that ship
        {
            using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
            await UntilAsync(client, "/api/v1/runs?take=1", r => r.GetProperty("total").GetInt32() > 5);
            portal.Kill();
        }
        var (scores, seconds) = Fill(out matrix);
        Say($"{Runs} runs, {Finished} of them finished over 36 languages, {scores:N0} scores, made in {seconds:0} s");
        using var large = PortalProcess.Portal(_root);
        var began = Stopwatch.GetTimestamp();
        var address = await large.AddressAsync();
        Say($"later start to the first answer: {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
        using var http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        foreach (
            var path in new[]
            {
                "/",
                "/search",
                "/runs",
                "/api/v1/runs?take=50",
                "/api/v1/runs?take=50&sort=ar&q=german",
                "/leaderboard",
                "/api/v1/leaderboard?dataset=emoji36",
                "/api/v1/leaderboard?dataset=emoji36&languages=de,fr,ja",
                $"/runs/{matrix}",
            }
        )
        {
            await TimeAsync(http, path);
        }
        var (page, _) = await session.OpenAsync(address.ToString());
        await BrowserSession.GoAsync(page, "/about");
        var times = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            began = Stopwatch.GetTimestamp();
            await BrowserSession.GoAsync(page, $"/runs/{matrix}");
            await page.Locator(".matrix td[class^='heat-']").Nth(600).WaitForAsync();
            times.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        Say(
            $"page of a finished run of 36 languages, from the click to answering clicks: first {times[0]:0.00} s, then median {times.Skip(1).Order().ElementAt(3):0.00} s"
        );
    }

    private static async Task UntilAsync(HttpClient http, string path, Func<JsonElement, bool> holds)
    {
        for (var end = DateTime.UtcNow.AddMinutes(8); !holds(await http.GetFromJsonAsync<JsonElement>(path, Stop)); )
        {
            Assert.True(DateTime.UtcNow < end, $"{path} did not come to what was waited for.");
            await Task.Delay(200, Stop);
        }
    }

    private static async Task TimeAsync(HttpClient http, string path)
    {
        var times = new double[21];
        for (var i = 0; i < times.Length; i++)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(path, Stop);
            answer.EnsureSuccessStatusCode();
            times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        var later = times[1..].Order().ToList();
        Say($"GET {path}: first {times[0]:0} ms, then median {later[10]:0} ms, longest {later[^1]:0} ms");
    }

    /// <summary>Copies a shipped run of 36 languages, with other seeds and ids, until there are as many as wanted; most stopped after three tasks.</summary>
    private (long Scores, double Seconds) Fill(out string matrix)
    {
        var began = Stopwatch.GetTimestamp();
        using var db = new SqliteConnection($"Data Source={Path.Combine(_root, "portal.db")}");
        db.Open();
        Execute(db, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF");
        matrix = (string)Scalar(db, "SELECT Id FROM Runs WHERE Shipped = 1 AND Method = 'cll-clip' ORDER BY Number LIMIT 1");
        var columns = new Dictionary<string, string>();
        using (var info = db.CreateCommand())
        {
            info.CommandText = "SELECT name FROM pragma_table_info('Runs')";
            using var reader = info.ExecuteReader();
            while (reader.Read())
            {
                columns[reader.GetString(0)] = $"\"{reader.GetString(0)}\"";
            }
        }
        columns["Id"] = "$id";
        columns["Number"] = "$number";
        columns["Name"] = "$name";
        columns["Seed"] = "$seed";
        columns["State"] = "$state";
        columns["Shipped"] = "0";
        columns["ChainFolder"] = "NULL";
        columns["Options"] = "json_set(Options, '$.learningRate', 0.001 * (1 + $seed / 5))"; // five seeds a configuration
        var copyRun =
            $"INSERT INTO Runs ({string.Join(", ", columns.Keys.Select(c => $"\"{c}\""))}) SELECT {string.Join(", ", columns.Values)} FROM Runs WHERE Id = $of";
        var number = (long)Scalar(db, "SELECT MAX(Number) FROM Runs");
        using (var transaction = db.BeginTransaction())
        {
            for (var i = 0; i < Runs; i++)
            {
                var finished = i % (Runs / Finished) == 0;
                (string, object)[] values =
                [
                    ("$of", matrix),
                    ("$id", $"speed{i:00000}"),
                    ("$number", number + 1 + i),
                    ("$name", $"Speed {i}"),
                    ("$seed", i / (Runs / Finished)),
                    ("$state", finished ? "Completed" : "Stopped"),
                    ("$stages", finished ? 36 : 3),
                    ("$shift", i % 7 / 10.0),
                ];
                Execute(db, copyRun, values);
                Execute(
                    db,
                    "INSERT INTO Stages (RunId, Stage, Figures) SELECT $id, Stage, Figures FROM Stages WHERE RunId = $of AND Stage <= $stages",
                    values
                );
                Execute(
                    db,
                    "INSERT INTO Scores (RunId, Sequence, Stage, Language, Direction, K, Recall, N, Protocol, Dataset) "
                        + "SELECT $id, Sequence, Stage, Language, Direction, K, Recall + $shift, N, Protocol, Dataset FROM Scores WHERE RunId = $of AND Stage <= $stages",
                    values
                );
            }
            transaction.Commit();
        }
        return ((long)Scalar(db, "SELECT COUNT(*) FROM Scores"), Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private static void Execute(SqliteConnection db, string sql, params (string Name, object Value)[] values)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values.Where(v => sql.Contains(v.Name, StringComparison.Ordinal)))
        {
            command.Parameters.AddWithValue(name, value);
        }
        command.ExecuteNonQuery();
    }

    private static object Scalar(SqliteConnection db, string sql)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }

    private static void Say(FormattableString text) =>
        TestContext.Current.TestOutputHelper?.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
