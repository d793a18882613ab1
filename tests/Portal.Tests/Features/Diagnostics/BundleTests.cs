using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Diagnostics;
using CllClip.Portal.Telemetry;
using CllClip.Portal.Tests.Access;
using CllClip.Portal.Tests.Api;
using CllClip.Portal.Tests.Hosting;
using CllClip.Shared.Runs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace CllClip.Portal.Tests.Features.Diagnostics;

/// <summary>Secrets planted wherever a portal has any: none is in the report, the page or a byte of the bundle.</summary>
public sealed class BundleTests(BundleTests.Planted portal) : IClassFixture<BundleTests.Planted>
{
    private const string Canary = "c4n4ry";
    private const string Admin = $"{Canary} token of the admin";
    private const string Variable = "CLLCLIP_TEST_API_KEY";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A portal full of secrets.</summary>
    public sealed class Planted : PortalHost
    {
        public Planted()
            : base(Settings(), services: s => s.AddSingleton<ILoggerProvider>(p => p.GetRequiredService<LogRing>())) { }

        private static Dictionary<string, string?> Settings()
        {
            Environment.SetEnvironmentVariable(Variable, Canary + "-of-the-environment");
            return new()
            {
                ["CllClip:Access:Token"] = Admin,
                ["CllClip:Access:Tokens:0:Name"] = "vera",
                ["CllClip:Access:Tokens:0:Role"] = "viewer",
                ["CllClip:Access:Tokens:0:Token"] = $"{Canary}-token-of-vera",
                ["CllClip:Webhooks:0:Url"] = $"https://hooks.example/{Canary}/in-the-path",
                ["CllClip:Webhooks:0:Secret"] = $"{Canary}-secret-of-the-settings",
                ["CllClip:Something:New"] = $"{Canary}-of-tomorrow",
                ["CllClip:WebhookDelivery:AllowLoopback"] = "true",
                ["ConnectionStrings:Other"] = $"Server=x;Password={Canary}-password",
                ["OTEL_EXPORTER_OTLP_HEADERS"] = $"api-key={Canary}-header",
                ["Kestrel:Certificates:Default:Password"] = $"{Canary}-certificate",
                [Variable] = Environment.GetEnvironmentVariable(Variable),
            };
        }
    }

    private async Task PlantAsync()
    {
        var log = portal.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Planted");
        log.LogWarning(
            "Authorization: Bearer {Canary}; Cookie: cllclip={Canary}; GET /?token={Token}; {Url} answered; {Env}",
            $"{Canary}-bearer",
            $"{Canary}-cookie",
            $"{Canary}-query",
            $"https://hooks.example/{Canary}/in-the-path",
            Canary + "-of-the-environment"
        );
        log.LogError(new InvalidOperationException($"{Admin} and {Canary}-token-of-vera; {Canary}-secret-of-the-settings"), "It failed");
        log.LogWarning("Cannot read {Path} and /home/ana-maria/x", Path.Combine(portal.DataRoot, "portal.db"));
        var made = await portal.AskAsync(
            "POST",
            "/api/v1/webhooks",
            $$"""{"url":"http://127.0.0.1:9/{{Canary}}-registered"}""",
            change: GuardedPortal.As(Admin)
        );
        Assert.True(made.Code == 201, made.Text);
        var secret = made.Json.GetProperty("secret").GetString()!;
        log.LogWarning("http://127.0.0.1:9/{Canary}-registered was told, signed with {Secret}", Canary, secret);
        Secrets.Add(secret);
        var id = "named" + Secrets.Count + Guid.NewGuid().ToString("N")[..6];
        portal.AddRun(
            id,
            RunState.Queued,
            run => (run.Name, run.Notes, run.Error) = ("My run", Canary + " in a note", $"Cannot read /home/ana-maria/{portal.DataRoot}")
        );
    }

    private List<string> Secrets { get; } = [Canary, "ana-maria"];

    [Fact]
    public void Where_a_shell_stands_is_no_password()
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["PWD"] = "/srv/portal",
                    ["OLDPWD"] = "/srv",
                    ["DB_PWD"] = "hush",
                    ["MYSQL_PWD"] = "hush too",
                    ["pwd_file"] = "and this",
                }
            )
            .Build();
        Assert.Equal(["and this", "hush", "hush too"], KnownSecrets.Of(settings).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task No_byte_of_the_bundle_holds_a_secret_or_a_home_and_everything_promised_is_in_it()
    {
        await PlantAsync();
        Assert.Equal(401, (await portal.AskAsync("GET", $"/?token={Canary}")).Code); // what somebody tries is no secret of ours, but may be elsewhere
        using var client = portal.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/diagnostics/bundle");
        GuardedPortal.As(Admin)(request);
        using var answer = await client.SendAsync(request, Cancelled);
        Assert.Equal((200, "application/zip"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        var files = await FilesAsync(await answer.Content.ReadAsStreamAsync(Cancelled));
        Assert.Equal(
            ["README.txt", "diagnostics.json", "health.json", "log.jsonl", "metrics.txt", "runs.csv"],
            files.Keys.Order(StringComparer.Ordinal)
        );
        Clean(files);
        var report = JsonNode.Parse(files["diagnostics.json"])!;
        Assert.Equal("<data>/portal.db", (string?)report["database"]!["file"]);
        Assert.Equal("ok", (string?)report["database"]!["integrity"]);
        Assert.Equal("wal", (string?)report["database"]!["journal"]);
        Assert.Equal("set", Setting(report, "CllClip:Access:Token"));
        Assert.Equal("set", Setting(report, "CllClip:Something:New"));
        Assert.Equal("set", Setting(report, "CllClip:Access:Tokens:0:Name"));
        Assert.Equal("viewer", Setting(report, "CllClip:Access:Tokens:0:Role"));
        Assert.Equal("365", Setting(report, "CllClip:Audit:KeepDays"));
        Assert.Equal("not set", Setting(report, "CllClip:Search:DefaultCheckpoint"));
        Assert.Equal("<data>", Setting(report, "CllClip:DataRoot"));
        Assert.Contains(
            "Cannot read <data>/portal.db and ~/x",
            files["log.jsonl"].Replace("\\u003C", "<").Replace("\\u003E", ">"),
            StringComparison.Ordinal
        );
        Assert.Contains("My run", files["runs.csv"], StringComparison.Ordinal);
        Assert.Contains("cllclip_disk_free_bytes", files["metrics.txt"], StringComparison.Ordinal);
        Assert.Contains("pausedRuns", files["health.json"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_the_report_nor_the_page_holds_a_secret()
    {
        await PlantAsync();
        foreach (var path in new[] { "/api/v1/diagnostics", "/diagnostics" })
        {
            var answer = await portal.AskAsync("GET", path, change: GuardedPortal.As(Admin));
            Assert.Equal(200, answer.Code);
            Clean(new Dictionary<string, string> { [path] = answer.Text });
        }
        Assert.DoesNotContain("portal.db", (await portal.AskAsync("GET", "/diagnostics")).Text, StringComparison.Ordinal); // of anybody
    }

    [Fact]
    public async Task Taking_a_bundle_is_written_down_looking_is_not()
    {
        await portal.AskAsync("GET", "/api/v1/diagnostics/bundle", change: GuardedPortal.As(Admin));
        await portal.AskAsync("GET", "/api/v1/diagnostics", change: GuardedPortal.As(Admin));
        var audit = (await portal.AskAsync("GET", "/api/v1/audit?what=diagnostics", change: GuardedPortal.As(Admin))).Json;
        Assert.All(
            audit.GetProperty("items").EnumerateArray(),
            line => Assert.Equal(Acts.TakeDiagnostics.Name, line.GetProperty("what").GetString())
        );
        Assert.True(audit.GetProperty("total").GetInt32() > 0);
    }

    [Fact]
    public async Task The_command_works_beside_the_portal_and_where_none_can_start()
    {
        using var folder = new TemporaryFolder();
        var (beside, broken) = (Path.Combine(folder.Path, "beside.zip"), Path.Combine(folder.Path, "broken.zip"));
        portal.AddRun("beside", change: run => run.Name = "Beside");
        var secrets = new Dictionary<string, string> { ["CllClip__Access__Token"] = Admin, [Variable] = Canary + "-of-the-environment" };
        using (var command = PortalProcess.Command(portal.DataRoot, secrets, "diagnostics", "--out", beside))
        {
            Assert.True(await command.EndAsync() == 0, command.Errors);
            Assert.DoesNotContain(Canary, command.Output + command.Errors, StringComparison.Ordinal);
        }
        var files = await FilesAsync(File.OpenRead(beside));
        Clean(files);
        Assert.Contains("Beside", files["runs.csv"], StringComparison.Ordinal);
        Assert.Equal("ok", (string?)JsonNode.Parse(files["diagnostics.json"])!["database"]!["integrity"]);
        Assert.DoesNotContain("log.jsonl", files.Keys);

        var root = Path.Combine(folder.Path, "root");
        Directory.CreateDirectory(root);
        await File.WriteAllTextAsync(Path.Combine(root, "portal.db"), new string('x', 9000), Cancelled);
        using (var command = PortalProcess.Command(root, secrets, "diagnostics", "--out", broken, "--CllClip:Device=nonsense"))
        {
            Assert.True(await command.EndAsync() == 0, command.Errors);
        }
        files = await FilesAsync(File.OpenRead(broken));
        Clean(files);
        var report = JsonNode.Parse(files["diagnostics.json"])!;
        Assert.Contains("not a database", (string?)report["database"]!["integrity"], StringComparison.Ordinal);
        Assert.Contains("CllClip:Device", report["problems"]!.ToJsonString(), StringComparison.Ordinal);
        using var again = PortalProcess.Command(root, secrets, "diagnostics", "--out", broken);
        Assert.Equal(1, await again.EndAsync());
        Assert.Contains("exists already", again.Errors, StringComparison.Ordinal);
    }

    private void Clean(IReadOnlyDictionary<string, string> files) =>
        Assert.All(
            files,
            file =>
                Assert.All(
                    [.. Secrets, portal.DataRoot],
                    secret => Assert.DoesNotContain(secret, file.Value, StringComparison.OrdinalIgnoreCase)
                )
        );

    private static string? Setting(JsonNode report, string name) =>
        (string?)report["settings"]!.AsArray().Single(s => (string?)s!["name"] == name)!["value"];

    private static async Task<IReadOnlyDictionary<string, string>> FilesAsync(Stream stream)
    {
        await using var owned = stream;
        using var zip = new ZipArchive(stream);
        var files = new Dictionary<string, string>();
        foreach (var entry in zip.Entries)
        {
            using var reader = new StreamReader(await entry.OpenAsync(Cancelled), Encoding.UTF8);
            files[entry.FullName] = await reader.ReadToEndAsync(Cancelled);
        }
        return files;
    }
}
