using System.Text.Json;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Hosting;
using CllClip.Portal.Tests.Api;
using CllClip.Portal.Tests.Features.Models;
using CllClip.Portal.Tests.Hosting;
using CllClip.Shared.Search;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.Search;

/// <summary>A registered base model is a checkpoint to search with, in a whole portal.</summary>
public sealed class BaseModelSearchTests(PortalHost portal) : IClassFixture<PortalHost>, IDisposable
{
    private const string Models = "/api/v1/models";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10); // the machine may be shared
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_listed_answers_like_the_weights_it_is_and_says_when_it_is_gone()
    {
        await ReadyAsync();
        var folder = ModelFolder.Copy(_folder.Path, "mine");
        await File.WriteAllTextAsync(Path.Combine(folder, "README.md"), "# Mine\n\n* Languages in the order of learning: en de\n", Stop);
        Assert.Equal(201, (await portal.AskAsync("POST", Models, JsonSerializer.Serialize(new { folder, id = "mine" }))).Code);
        var listed = (await portal.AskAsync("GET", "/api/v1/checkpoints")).Json.Deserialize<List<CheckpointView>>(
            JsonSerializerOptions.Web
        )!;
        Assert.Equal(["base", "base:mine"], listed.Take(2).Select(c => c.Id));
        Assert.Equal(("Mine", "mine", null), (listed[1].Label, listed[1].Model, listed[1].RunId));
        Assert.Equal(["en", "de"], listed[1].Languages);
        Assert.True(listed[1].VocabularySize > 1000);

        var own = await SearchAsync("q=cat&lang=en&checkpoint=base:mine&k=5");
        var shipped = await SearchAsync("q=cat&lang=en&checkpoint=base&k=5");
        Assert.Equal("base:mine", own.Checkpoint);
        Assert.Equal(shipped.Results.Select(r => (r.ImageId, r.Score)), own.Results.Select(r => (r.ImageId, r.Score)));
        Assert.DoesNotContain(
            "not learned",
            (await SearchAsync("q=Katze&lang=de&checkpoint=base:mine")).Message ?? "",
            StringComparison.Ordinal
        );
        Assert.Contains(
            "not learned Finnish",
            (await SearchAsync("q=kissa&lang=fi&checkpoint=base:mine")).Message,
            StringComparison.Ordinal
        );
        Assert.True(portal.Services.GetRequiredService<ISearch>().IsLoaded(new SearchQuery { Checkpoint = "base:mine" }));
        var zip = await portal.AskAsync("GET", "/api/v1/checkpoints/base:mine/huggingface.zip");
        Assert.Contains("already", zip.Problem(404).GetProperty("detail").GetString(), StringComparison.Ordinal);

        Directory.Move(folder, folder + " moved");
        var lost = Assert.Single((await portal.AskAsync("GET", "/api/v1/search?q=cat&checkpoint=base:mine")).Errors["checkpoint"]);
        Assert.Contains("Put it back", lost, StringComparison.Ordinal);
        Assert.DoesNotContain(folder, lost, StringComparison.Ordinal);
        Assert.DoesNotContain("base:mine", (await portal.AskAsync("GET", "/api/v1/checkpoints")).Text, StringComparison.Ordinal);
        Directory.Move(folder + " moved", folder);
        await SearchAsync("q=cat&checkpoint=base:mine");

        Assert.Equal(204, (await portal.AskAsync("DELETE", $"{Models}/mine")).Code);
        var gone = Assert.Single((await portal.AskAsync("GET", "/api/v1/search?q=cat&checkpoint=base:mine")).Errors["checkpoint"]);
        Assert.Contains("/models", gone, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_gets_the_id_of_another_answers_with_its_own_weights()
    {
        await ReadyAsync();
        var first = ModelFolder.Copy(_folder.Path, "first");
        var second = ModelFolder.Copy(_folder.Path, "second");
        await File.WriteAllTextAsync(Path.Combine(second, "README.md"), "# Second\n", Stop);
        Assert.Equal(201, (await portal.AskAsync("POST", Models, JsonSerializer.Serialize(new { folder = first, id = "same" }))).Code);
        await SearchAsync("q=cat&checkpoint=base:same");
        Assert.Equal(204, (await portal.AskAsync("DELETE", $"{Models}/same")).Code);
        Assert.Equal(201, (await portal.AskAsync("POST", Models, JsonSerializer.Serialize(new { folder = second, id = "same" }))).Code);
        var located = await portal.Services.GetRequiredService<LoadedCheckpoints>().LocateAsync("base:same", Stop);
        Assert.Equal("Second", located.View.Label);
        Assert.Empty(located.View.Languages);
        Assert.DoesNotContain(
            "not learned",
            (await SearchAsync("q=kissa&lang=fi&checkpoint=base:same")).Message ?? "",
            StringComparison.Ordinal
        );
        Assert.Equal(204, (await portal.AskAsync("DELETE", $"{Models}/same")).Code);
    }

    [Theory]
    [InlineData("base:emoji-base", "its checkpoint is 'base'")]
    [InlineData("base:", "registered here")]
    [InlineData("base:../../etc", "registered here")]
    public async Task An_id_that_names_no_registered_model_is_told_so(string id, string words)
    {
        await ReadyAsync();
        var answer = await portal.AskAsync("GET", $"/api/v1/search?q=cat&checkpoint={Uri.EscapeDataString(id)}");
        Assert.Contains(words, Assert.Single(answer.Errors["checkpoint"]), StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task ReadyAsync()
    {
        Assert.SkipUnless(PreparedData.IsThere, "Emoji36 cannot be prepared: the npm packages are missing.");
        await portal.Services.GetRequiredService<IEngineHost>().Ready.WaitAsync(Patience, Stop);
    }

    private async Task<SearchResponse> SearchAsync(string query)
    {
        var answer = await portal.AskAsync("GET", $"/api/v1/search?{query}");
        Assert.True(answer.Code == 200, answer.Text);
        return answer.Json.Deserialize<SearchResponse>(JsonSerializerOptions.Web)!;
    }
}
