using System.IO.Compression;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Json;
using CllClip.Engine.Model;
using CllClip.Engine.Tokenizer;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Models;
using CllClip.Portal.Jobs;
using CllClip.Portal.Tests.Features.Models;
using CllClip.Portal.Tests.Hosting;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Api;

/// <summary>Base models over HTTP: registered, used, removed; and checkpoints on their way out.</summary>
public sealed class ModelsApiTests(PortalHost portal) : IClassFixture<PortalHost>, IDisposable
{
    private const string Models = "/api/v1/models";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_is_registered_listed_shown_as_failed_when_it_is_gone_and_removed()
    {
        var folder = ModelFolder.Copy(_folder.Path, "My CLIP (2)");
        var made = await RegisterAsync(folder, null, "Mine");
        Assert.True(made.Code == 201, made.Text);
        Assert.Equal("/api/v1/models/my-clip-2", made.Location);
        Assert.Equal("Mine", made.Json.GetProperty("name").GetString());
        Assert.Equal(folder, made.Json.GetProperty("folder").GetString());
        Assert.Equal(64, made.Json.GetProperty("revision").GetString()!.Length);
        Assert.Equal(made.Text, (await portal.AskAsync("GET", made.Location!)).Text);
        var listed = (await portal.AskAsync("GET", Models)).Json.EnumerateArray().ToList();
        Assert.Equal("emoji-base", listed[0].GetProperty("id").GetString());
        Assert.False(listed[0].GetProperty("registered").GetBoolean());
        Assert.Contains(listed, m => m.GetProperty("id").GetString() == "my-clip-2" && m.GetProperty("state").GetString() == "ready");

        Directory.Move(folder, folder + " moved");
        var lost = (await portal.AskAsync("GET", made.Location!)).Json;
        Assert.Equal("failed", lost.GetProperty("state").GetString());
        Assert.Contains("Put it back", lost.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(200, (await portal.AskAsync("GET", "/models")).Code);

        Assert.Equal(204, (await portal.AskAsync("DELETE", made.Location!)).Code);
        (await portal.AskAsync("DELETE", made.Location!)).Problem(404);
        (await portal.AskAsync("GET", made.Location!)).Problem(404);
        Assert.True(Directory.Exists(folder + " moved"));
    }

    [Fact]
    public async Task Wrong_fields_are_named_and_nothing_is_registered()
    {
        var folder = ModelFolder.Copy(_folder.Path);
        Assert.Equal(["folder"], (await RegisterAsync(null)).Errors.Keys);
        Assert.Contains("whole path", (await RegisterAsync("relative/folder")).Errors["folder"][0], StringComparison.Ordinal);
        Assert.Contains("whole path", (await RegisterAsync("/a\0b", "x")).Errors["folder"][0], StringComparison.Ordinal);
        Assert.Contains("does not exist", (await RegisterAsync(folder + "-not")).Errors["folder"][0], StringComparison.Ordinal);
        Assert.Equal(["id"], (await RegisterAsync(folder, "../x")).Errors.Keys);
        Assert.Contains("already", (await RegisterAsync(folder, "emoji-base")).Errors["id"][0], StringComparison.Ordinal);
        Assert.Equal(["name"], (await RegisterAsync(folder, "x", "two\nlines")).Errors.Keys);
        var both = (await portal.AskAsync("POST", Models, """{"folder": 3, "colour": "red"}""")).Errors;
        Assert.Equal(["colour", "folder"], both.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["body"], (await portal.AskAsync("POST", Models, "[]")).Errors.Keys);
        Assert.Equal(["body"], (await portal.AskAsync("POST", Models, "{")).Errors.Keys);
        Assert.Equal(["folder"], (await portal.AskAsync("POST", Models, """{"folder": "/a", "folder": "/b"}""")).Errors.Keys);
        (await portal.AskAsync("POST", Models, "{}", "text/plain")).Problem(415);

        ModelFolder.ChangeConfig(folder, c => c["text_config"]!["vocab_size"] = 7);
        Assert.Contains("from one checkpoint", (await RegisterAsync(folder, "broken")).Errors["folder"][0], StringComparison.Ordinal);
        File.Delete(Path.Combine(folder, "model.safetensors"));
        await File.WriteAllTextAsync(Path.Combine(folder, "pytorch_model.bin"), "x", Stop);
        Assert.Contains("pickle", (await RegisterAsync(folder, "pickled")).Errors["folder"][0], StringComparison.Ordinal);
        (await portal.AskAsync("GET", $"{Models}/broken")).Problem(404);
    }

    [Fact]
    public async Task One_that_a_run_uses_and_the_embedded_one_stay()
    {
        Assert.Contains(
            "came with the portal",
            Detail(await portal.AskAsync("DELETE", $"{Models}/emoji-base"), 409),
            StringComparison.Ordinal
        );
        var made = await RegisterAsync(ModelFolder.Copy(_folder.Path), "used");
        portal.AddRun("waiting", RunState.Queued, r => r.Model = "used");
        var refused = Detail(await portal.AskAsync("DELETE", made.Location!), 409);
        Assert.Contains("'Run waiting' (Queued)", refused, StringComparison.Ordinal);
        foreach (var (state, code) in new[] { (RunState.Stopped, 409), (RunState.Failed, 204) })
        {
            await portal.ChangeAsync(db => db.Runs.Single(r => r.Id == "waiting").State = state);
            Assert.Equal(code, (await portal.AskAsync("DELETE", made.Location!)).Code);
        }
    }

    [Fact]
    public async Task A_run_begins_with_a_registered_model()
    {
        RequireData();
        await RegisterAsync(ModelFolder.Copy(_folder.Path), "other");
        await ReadyAsync();
        var run = await portal.AskAsync(
            "POST",
            "/api/v1/runs",
            """{"method":"zero-shot","model":"other","languages":["en","de"],"device":"cpu"}"""
        );
        Assert.True(run.Code == 201, run.Text);
        JsonElement now;
        var end = DateTime.UtcNow + Patience;
        do
        {
            await Task.Delay(200, Stop);
            now = (await portal.AskAsync("GET", run.Location!)).Json;
        } while (now.GetProperty("state").GetString() is not ("Completed" or "Failed") && DateTime.UtcNow < end);
        Assert.True(now.GetProperty("state").GetString() == "Completed", now.ToString());
        var hash = (await portal.AskAsync("GET", $"{Models}/other")).Json.GetProperty("revision").GetString()!;
        Assert.Equal(hash, now.GetProperty("provenance").GetProperty("baseModelHash").GetString());
    }

    [Fact]
    public async Task A_stage_comes_as_a_Hugging_Face_folder_and_nothing_is_left()
    {
        RequireData();
        await ReadyAsync();
        var checkpoint = (await portal.AskAsync("GET", "/api/v1/checkpoints"))
            .Json.EnumerateArray()
            .Select(c => c.GetProperty("id").GetString()!)
            .FirstOrDefault(c => c.EndsWith(":1", StringComparison.Ordinal));
        Assert.SkipWhen(checkpoint is null, "No run with weights ships.");
        using var client = portal.Client();
        using var answer = await client.GetAsync($"/api/v1/checkpoints/{Uri.EscapeDataString(checkpoint)}/huggingface.zip", Stop);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
        Assert.Equal("application/zip", answer.Content.Headers.ContentType?.MediaType);
        await using (
            var zip = await ZipArchive.CreateAsync(await answer.Content.ReadAsStreamAsync(Stop), ZipArchiveMode.Read, false, null, Stop)
        )
        {
            await zip.ExtractToDirectoryAsync(_folder.Path, Stop);
        }
        var folder = Assert.Single(Directory.GetDirectories(_folder.Path));
        Assert.Equal(Path.GetFileName(folder) + ".zip", answer.Content.Headers.ContentDisposition?.FileName);
        Assert.Equal(
            [
                "README.md",
                "config.json",
                "merges.txt",
                "model.safetensors",
                "preprocessor_config.json",
                "tokenizer.json",
                "tokenizer_config.json",
                "vocab.json",
            ],
            Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)
        );
        using var model = ClipModel.Load(folder);
        Assert.True(model.VocabularyToGrow.Count > 1000);
        File.Delete(Path.Combine(folder, "vocab.json"));
        Assert.Equal(model.Vocabulary!.Tokens, Vocabulary.LoadIfThere(folder)!.Tokens); // tokenizer.json says the same
        for (var tries = 0; Directory.EnumerateFileSystemEntries(Path.Combine(portal.DataRoot, "exports")).Any() && tries < 50; tries++)
        {
            await Task.Delay(100, Stop); // the answer is read before the server has tidied up
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(portal.DataRoot, "exports")));
    }

    [Fact]
    public async Task What_cannot_be_exported_is_said()
    {
        (await portal.AskAsync("GET", "/api/v1/checkpoints/none:1/huggingface.zip")).Problem(404);
        Assert.Contains(
            "Hugging Face folder already",
            Detail(await portal.AskAsync("GET", "/api/v1/checkpoints/base/huggingface.zip"), 404),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Registering_needs_the_token_and_who_only_looks_sees_no_paths()
    {
        const string Token = "a token of this test";
        using var open = new PortalHost(
            new() { ["CllClip:Access:Token"] = Token, ["CllClip:Access:ServerFolders:0"] = _folder.Path },
            boundTo: "http://0.0.0.0:5080"
        );
        var folder = ModelFolder.Copy(_folder.Path);
        var body = JsonSerializer.Serialize(new { folder, id = "mine" });
        (await open.AskAsync("POST", Models, body)).Problem(401);
        (await open.AskAsync("DELETE", $"{Models}/mine")).Problem(401);
        Assert.Equal(201, (await open.AskAsync("POST", Models, body, change: WithToken)).Code);
        Directory.Move(folder, folder + " moved");
        Assert.DoesNotContain(_folder.Path, (await open.AskAsync("GET", Models)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Path, (await open.AskAsync("GET", $"{Models}/mine")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Path, (await open.AskAsync("GET", "/models")).Text, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, (await open.AskAsync("GET", Models, change: WithToken)).Text, StringComparison.Ordinal);

        using var scope = open.Services.CreateScope();
        var caller = (IHostEnvironmentAuthenticationStateProvider)scope.ServiceProvider.GetRequiredService<AuthenticationStateProvider>();
        void Be(ClaimsPrincipal user) => caller.SetAuthenticationState(Task.FromResult(new AuthenticationState(user)));
        var desk = scope.ServiceProvider.GetRequiredService<IModelDesk>();
        Be(new Caller(Caller.Anonymous, Role.Viewer, "10.0.0.7").ToPrincipal());
        Assert.Equal(["access"], (await desk.RegisterAsync(new ModelRequest { Folder = folder }, Stop)).Errors.Keys);
        Assert.Equal(ActionOutcome.Conflict, (await desk.RemoveAsync("mine", Stop)).Outcome);
        Be(new Caller("admin", Role.Admin, "10.0.0.7").ToPrincipal());
        Assert.Equal(ActionOutcome.Done, (await desk.RemoveAsync("mine", Stop)).Outcome);

        static void WithToken(HttpRequestMessage request) => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    private async Task ReadyAsync()
    {
        var end = DateTime.UtcNow + Patience;
        while ((await portal.AskAsync("GET", "/health/ready")).Code != 200)
        {
            Assert.True(DateTime.UtcNow < end, "The portal does not become ready.");
            await Task.Delay(100, Stop);
        }
    }

    private Task<Answer> RegisterAsync(string? folder, string? id = null, string? name = null) =>
        portal.AskAsync(
            "POST",
            Models,
            JsonSerializer.Serialize(
                new
                {
                    folder,
                    id,
                    name,
                }
            )
        );

    private static string? Detail(Answer answer, int status) => answer.Problem(status).GetProperty("detail").GetString();

    private static void RequireData() =>
        Assert.SkipUnless(
            PreparedData.IsThere,
            "The npm packages of Emoji36 are not installed: run 'npm ci' in the root of the repository."
        );
}
