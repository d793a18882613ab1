using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CllClip.Engine.Tests.Data.Corpora;
using CllClip.Portal.Tests.Hosting;
using Xunit;
using static CllClip.Portal.Tests.Features.Datasets.CorpusRuns;

namespace CllClip.Portal.Tests.Features.Answers;

/// <summary>The queries behind the cells of a run on a user's data set: they add up to the scores, and their pictures are there.</summary>
public sealed class AnswersApiTests(PortalHost portal) : IClassFixture<PortalHost>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Queries_add_up_to_the_scores_and_show_what_was_found_instead()
    {
        Assert.SkipUnless(PreparedData.IsThere, "npm ci brings Emoji36's packages");
        SmallCorpora.JsonLines(_folder.Path);
        using var client = portal.Client();
        await ReadyAsync(client, _folder.Path, "answered");
        var (address, _) = await LearnAsync(client, "answered");
        var scores = (await client.GetFromJsonAsync<JsonElement>(address + "/scores", Stop)).EnumerateArray().ToList();
        foreach (var score in scores.Where(s => s.GetProperty("k").GetInt32() == 1))
        {
            var cell =
                $"{address}/answers?stage={score.GetProperty("stage")}&language={Text(score, "language")}&protocol={Text(score, "protocol")}&direction={Text(score, "direction")}&take=50";
            var wrong = await client.GetFromJsonAsync<JsonElement>(cell, Stop);
            var counts = wrong.GetProperty("counts");
            int Count(string kind) => counts.GetProperty(kind).GetInt32();
            Assert.Equal(score.GetProperty("n").GetInt32(), Count("right") + Count("wrong"));
            Assert.Equal(score.GetProperty("recall").GetDouble(), 100.0 * Count("right") / score.GetProperty("n").GetInt32(), 10);
            Assert.InRange(Count("forgotten"), 0, Count("wrong"));
            Assert.InRange(Count("learned"), 0, Count("right"));
            var right = await client.GetFromJsonAsync<JsonElement>(cell + "&show=right", Stop);
            Assert.All(Items(right), i => Assert.Equal(1, i.GetProperty("place").GetInt32()));
            Assert.All(Items(right), i => Assert.True(i.GetProperty("found")[0].GetProperty("right").GetBoolean()));
            var places = Items(wrong).Select(i => i.GetProperty("place").GetInt32()).ToList();
            Assert.Equal(places.OrderDescending(), places);
            Assert.All(
                Items(wrong),
                i =>
                {
                    Assert.InRange(i.GetProperty("place").GetInt32(), 2, 12);
                    Assert.Equal(3, i.GetProperty("found").GetArrayLength());
                    Assert.NotEqual(0, i.GetProperty("tokens").GetArrayLength());
                    var german = Text(score, "language") == "de";
                    Assert.Equal(german, i.GetProperty("english").ValueKind == JsonValueKind.String);
                    // English was there at the first stage too
                    var earlier = !german && score.GetProperty("stage").GetInt32() == 2;
                    Assert.Equal(earlier, i.GetProperty("bestStage").ValueKind == JsonValueKind.Number);
                }
            );
        }
        var item = Items(await client.GetFromJsonAsync<JsonElement>($"{address}/answers?stage=1&language=en&show=right", Stop))
            .Concat(Items(await client.GetFromJsonAsync<JsonElement>($"{address}/answers?stage=1&language=en", Stop)))
            .FirstOrDefault();
        using var picture = await client.GetAsync(Text(item, "image"), Stop);
        Assert.Equal((HttpStatusCode.OK, "image/webp"), (picture.StatusCode, picture.Content.Headers.ContentType?.MediaType));
        using var none = await client.GetAsync(Text(item, "image")![..^1] + "999", Stop);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);

        var page = await client.GetFromJsonAsync<JsonElement>($"{address}/answers?stage=2&language=ja", Stop);
        Assert.Equal("'ja' was not measured at stage 2.", Text(page, "note"));
        page = await client.GetFromJsonAsync<JsonElement>($"{address}/answers?stage=2&language=fr", Stop);
        Assert.Contains("no captions in 'fr'", Text(page, "note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_fields_are_named_each()
    {
        using var client = portal.Client();
        using var answer = await client.GetAsync("/api/v1/runs/x/answers?direction=up&k=2&show=all&take=51", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors");
        Assert.Equal(
            ["direction", "k", "language", "show", "stage", "take"],
            errors.EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal)
        );
        using var missing = await client.GetAsync("/api/v1/runs/x/answers?stage=1&language=en", Stop);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    private static List<JsonElement> Items(JsonElement page) => [.. page.GetProperty("items").EnumerateArray()];
}
