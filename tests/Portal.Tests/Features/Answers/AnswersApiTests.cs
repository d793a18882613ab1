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

        await NearestAsync(client, address);
        await FiguresAsync(client, address, scores);
        await TableAsync(client, address);
    }

    // What the run lacks is said, and the nearest that it has is offered.
    private static async Task NearestAsync(HttpClient client, string address)
    {
        foreach (
            var (cell, note, stage, language) in new[]
            {
                ("stage=2&language=ja", "This run does not learn 'ja'.", 2, "de"),
                ("stage=2&language=fr", "This run does not learn 'fr'.", 2, "de"),
                ("stage=99&language=en", "This run has 2 stages: there is no stage 99.", 2, "en"),
                ("stage=1&language=de", "This run learns 'de' at stage 2 only: at stage 1 it was not measured.", 2, "de"),
                ("stage=2&language=de&dataset=other", "This run was not evaluated on the data set 'other'.", 2, "de"),
            }
        )
        {
            var page = await client.GetFromJsonAsync<JsonElement>($"{address}/answers?{cell}", Stop);
            Assert.Equal(note, Text(page, "note"));
            Assert.Equal(
                (stage, language),
                (page.GetProperty("nearest").GetProperty("stage").GetInt32(), Text(page.GetProperty("nearest"), "language"))
            );
            Assert.Equal(JsonValueKind.Null, page.GetProperty("nearest").GetProperty("dataset").ValueKind);
            Assert.False(page.GetProperty("scoresAlone").GetBoolean());
        }
        var html = await client.GetStringAsync(
            new Uri(address.Replace("/api/v1", "", StringComparison.Ordinal) + "/answers?stage=99&language=en", UriKind.Relative),
            Stop
        );
        Assert.Contains("there is no stage 99", html, StringComparison.Ordinal);
        Assert.Contains("Nearest: English at stage 2", html, StringComparison.Ordinal);
        Assert.Contains("/answers?stage=2&amp;language=en\"", html, StringComparison.Ordinal);
    }

    private static async Task FiguresAsync(HttpClient client, string address, List<JsonElement> scores)
    {
        double Recall(int stage) =>
            scores
                .First(s =>
                    s.GetProperty("stage").GetInt32() == stage
                    && Text(s, "language") == "en"
                    && Text(s, "direction") == "t2i"
                    && s.GetProperty("k").GetInt32() == 1
                )
                .GetProperty("recall")
                .GetDouble();
        var figures = (await client.GetFromJsonAsync<JsonElement>($"{address}/answers?stage=2&language=en", Stop)).GetProperty("figures");
        Assert.Equal(Recall(2), figures.GetProperty("recall").GetDouble());
        Assert.InRange(Recall(2), figures.GetProperty("low").GetDouble(), figures.GetProperty("high").GetDouble());
        Assert.Equal(1, figures.GetProperty("before").GetProperty("stage").GetInt32());
        Assert.Equal(Recall(2) - Recall(1), figures.GetProperty("best").GetProperty("change").GetDouble(), 10);
        var html = await client.GetStringAsync(
            new Uri(address.Replace("/api/v1", "", StringComparison.Ordinal) + "/answers?stage=2&language=en", UriKind.Relative),
            Stop
        );
        Assert.Contains("95 % interval", html, StringComparison.Ordinal);
        Assert.Contains("Since stage 1", html, StringComparison.Ordinal);
        Assert.Contains("All queries of this cell as CSV", html, StringComparison.Ordinal);
    }

    // Every query of the cell is in the table, whatever the page shows.
    private static async Task TableAsync(HttpClient client, string address)
    {
        const string cell = "stage=2&language=en";
        var counts = (await client.GetFromJsonAsync<JsonElement>($"{address}/answers?{cell}", Stop)).GetProperty("counts");
        using var answer = await client.GetAsync($"{address}/answers?{cell}&format=csv&take=1&skip=1", Stop);
        Assert.Equal(
            ("text/csv", $"run-{address.Split('/')[^1]}-stage-2-en-t2i-r1-answers.csv"),
            (answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.FileName)
        );
        var lines = (await answer.Content.ReadAsStringAsync(Stop)).TrimEnd('\n').Split('\n');
        Assert.Equal(
            "position,caption,english,image,right,answer,place,best_place,best_stage,run,stage,language,direction,k,protocol,dataset",
            lines[0]
        );
        Assert.Equal(counts.GetProperty("right").GetInt32() + counts.GetProperty("wrong").GetInt32(), lines.Length - 1);
        Assert.All(
            lines.Skip(1),
            l =>
                Assert.EndsWith(
                    "," + string.Join(',', address.Split('/')[^1], "2,en,t2i,1"),
                    l[..l.LastIndexOf(',', l.LastIndexOf(',') - 1)],
                    StringComparison.Ordinal
                )
        );
        foreach (var kind in new[] { "wrong", "forgotten", "right", "learned" })
        {
            var some = await client.GetStringAsync(new Uri($"{address}/answers?{cell}&format=csv&show={kind}", UriKind.Relative), Stop);
            Assert.Equal(counts.GetProperty(kind).GetInt32(), some.Count(c => c == '\n') - 1);
        }
        Assert.Equal(
            counts.GetProperty("forgotten").GetInt32(),
            lines.Count(l => l.Contains(",false,forgotten,", StringComparison.Ordinal))
        );
        Assert.Equal(counts.GetProperty("learned").GetInt32(), lines.Count(l => l.Contains(",true,learned,", StringComparison.Ordinal)));
        using var none = await client.GetAsync($"{address}/answers?stage=99&language=en&format=csv", Stop);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, none.StatusCode);
        Assert.Contains("no stage 99", await none.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        using var missing = await client.GetAsync("/api/v1/runs/x/answers?stage=1&language=en&format=csv", Stop);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task A_run_with_scores_alone_shows_them_and_says_what_can_be_done()
    {
        Assert.SkipUnless(PreparedData.IsThere, "npm ci brings Emoji36's packages");
        using var client = portal.Client();
        var list = await UntilAsync(
            client,
            "/api/v1/runs?method=cll-clip&take=50",
            r => r.GetProperty("items").EnumerateArray().Any(i => i.GetProperty("shipped").GetBoolean())
        );
        var run = list.GetProperty("items").EnumerateArray().First(i => i.GetProperty("shipped").GetBoolean());
        var language = run.GetProperty("languages")[2].GetString();
        var page = await client.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{Text(run, "id")}/answers?stage=36&language={language}", Stop);
        Assert.True(page.GetProperty("scoresAlone").GetBoolean());
        Assert.Equal(36, page.GetProperty("stages").GetInt32());
        Assert.Equal(35, page.GetProperty("figures").GetProperty("before").GetProperty("stage").GetInt32());
        Assert.Equal(0, page.GetProperty("items").GetArrayLength());
        Assert.NotEqual("", Text(page, "protocol"));
        var html = await client.GetStringAsync(
            new Uri($"/runs/{Text(run, "id")}/answers?stage=36&language={language}", UriKind.Relative),
            Stop
        );
        Assert.Contains($"/launch?from={Text(run, "id")}", html, StringComparison.Ordinal);
        Assert.Contains("Since stage 35", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_fields_are_named_each()
    {
        using var client = portal.Client();
        using var answer = await client.GetAsync("/api/v1/runs/x/answers?direction=up&k=2&show=all&take=51&format=xml", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors");
        Assert.Equal(
            ["direction", "format", "k", "language", "show", "stage", "take"],
            errors.EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal)
        );
        using var missing = await client.GetAsync("/api/v1/runs/x/answers?stage=1&language=en", Stop);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    private static List<JsonElement> Items(JsonElement page) => [.. page.GetProperty("items").EnumerateArray()];
}
