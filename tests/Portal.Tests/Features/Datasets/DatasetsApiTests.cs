using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CllClip.Engine.Tests.Data.Corpora;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static CllClip.Portal.Tests.Features.Datasets.CorpusRuns;

namespace CllClip.Portal.Tests.Features.Datasets;

/// <summary>A user's data set through the HTTP API: registered, checked, embedded, trained on, forgotten.</summary>
public sealed class DatasetsApiTests(PortalHost portal) : IClassFixture<PortalHost>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("coco")]
    [InlineData("flickr30k")]
    [InlineData("jsonl")]
    [InlineData("csv")]
    public async Task A_data_set_in_each_layout_is_prepared_learned_and_tested(string layout)
    {
        Assert.SkipUnless(PreparedData.IsThere, "npm ci brings Emoji36's packages");
        SmallCorpora.Write(layout, _folder.Path);
        using var client = portal.Client();
        var ready = await ReadyAsync(client, _folder.Path, $"my-{layout}");
        Assert.Equal((layout, 23), (Text(ready, "kind"), ready.GetProperty("images").GetInt32()));
        Assert.Equal(24, ready.GetProperty("counts").GetProperty("de").GetProperty("training").GetInt32());

        var (address, done) = await LearnAsync(client, $"my-{layout}");
        Assert.Equal(Text(ready, "revision"), Text(done.GetProperty("provenance"), "dataRevision"));
        var scores = await client.GetFromJsonAsync<JsonElement>(address + "/scores", Stop);
        var protocols = scores.EnumerateArray().Select(s => Text(s, "protocol")).Distinct();
        Assert.Equal(["all-captions", "first-caption"], protocols.Order(StringComparer.Ordinal));
        Assert.Equal(3 * 2 * 2 * 3, scores.GetArrayLength()); // en, then en and de; protocols, directions, K
        Assert.NotEqual(JsonValueKind.Null, done.GetProperty("summary").GetProperty("arT2i").ValueKind);

        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync($"/api/v1/datasets/my-{layout}", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/api/v1/datasets/my-{layout}", Stop)).StatusCode);
        Assert.True(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Count() > 20, "the user's files stay");
    }

    [Fact]
    public async Task What_has_no_test_captions_is_learned_from_and_what_has_nothing_else_is_tested_on()
    {
        Assert.SkipUnless(PreparedData.IsThere, "npm ci brings Emoji36's packages");
        string At(string name) => Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;
        SmallCorpora.Cc3m(At("train"));
        SmallCorpora.Xm3600(At("published"));
        SmallCorpora.Xm3600Annotated(At("annotated"));
        using var client = portal.Client();
        var ready = await ReadyAsync(client, At("train"), "my-cc3m");
        Assert.Equal(
            ("cc3m", 0),
            (Text(ready, "kind"), ready.GetProperty("counts").GetProperty("de").GetProperty("testCaptions").GetInt32())
        );
        foreach (var test in new[] { "published", "annotated" })
        {
            var other = await ReadyAsync(client, At(test), $"xm-{test}");
            Assert.Equal(("xm3600", 6), (Text(other, "kind"), other.GetProperty("images").GetInt32()));
            Assert.Equal(0, other.GetProperty("counts").GetProperty("de").GetProperty("training").GetInt32());
        }
        var (address, _) = await LearnAsync(client, "my-cc3m", "xm-published", "xm-annotated");
        var scores = (await client.GetFromJsonAsync<JsonElement>(address + "/scores", Stop))
            .EnumerateArray()
            .ToLookup(s => Text(s, "dataset"));
        Assert.Equal(["xm-annotated", "xm-published"], scores.Select(s => s.Key).Order(StringComparer.Ordinal));
        // one set of pictures and captions in two layouts: the same numbers
        static IEnumerable<string> Numbers(IEnumerable<JsonElement> of) =>
            of.Select(s =>
                    $"{s.GetProperty("stage")} {s.GetProperty("language")} {s.GetProperty("protocol")} {s.GetProperty("direction")} {s.GetProperty("k")} {s.GetProperty("recall")}"
                )
                .Order(StringComparer.Ordinal);
        Assert.Equal(36, scores["xm-published"].Count());
        Assert.Equal(Numbers(scores["xm-published"]), Numbers(scores["xm-annotated"]));
    }

    [Fact]
    public async Task An_image_is_asked_for_in_every_language_that_has_a_caption_of_it()
    {
        Assert.SkipUnless(PreparedData.IsThere, "npm ci brings Emoji36's packages");
        SmallCorpora.Xm3600(_folder.Path);
        using var client = portal.Client();
        await ReadyAsync(client, _folder.Path, "asked");
        var search = portal.Services.GetRequiredService<ISearch>();
        var rows = await search.ThingAsync("0", "base", "asked", Stop);
        Assert.Equal(["de", "en", "ja"], rows.Select(r => r.Language).Order(StringComparer.Ordinal));
        Assert.All(rows, r => Assert.InRange(r.Place, 1, 6));
        Assert.All(rows, r => Assert.StartsWith("/api/v1/images/asked/", r.First!.Url, StringComparison.Ordinal));
        Assert.Equal("0", Assert.Single(await search.DescribeAsync(["0", "1f431"], "en", "asked", Stop)).ThingId);
        var wrong = await Assert.ThrowsAsync<SearchException>(() => search.ThingAsync("1f431", "base", "asked", Stop));
        Assert.Contains("thing", wrong.Errors.Keys);
    }

    [Fact]
    public async Task A_broken_one_gets_a_report_with_file_line_and_remedy_and_is_taken_once_mended()
    {
        Assert.SkipUnless(PreparedData.IsThere, "npm ci brings Emoji36's packages");
        SmallCorpora.Write("coco", _folder.Path);
        var picture = Path.Combine(_folder.Path, "MSCOCO/train2014/COCO_train2014_000000000001.jpg");
        var whole = await File.ReadAllBytesAsync(picture, Stop);
        await File.WriteAllTextAsync(picture, "no picture", Stop);
        using var client = portal.Client();
        using var made = await client.PostAsJsonAsync("/api/v1/datasets", new { folder = _folder.Path, id = "broken" }, Stop);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var failed = await UntilAsync(client, "/api/v1/datasets/broken", d => Text(d, "state") is "ready" or "failed");
        Assert.Equal(("failed", 1), (Text(failed, "state"), failed.GetProperty("errors").GetInt32()));
        var report = await client.GetFromJsonAsync<JsonElement>("/api/v1/datasets/broken/report", Stop);
        var finding = Assert.Single(report.GetProperty("findings").EnumerateArray());
        Assert.Equal(("annotations/coco/en/train.json", 3), (Text(finding, "file"), finding.GetProperty("line").GetInt32()));
        Assert.Contains("no image of a known format", Text(finding, "message"), StringComparison.Ordinal);
        var csv = await client.GetStringAsync("/api/v1/datasets/broken/report.csv", Stop);
        Assert.StartsWith("severity,file,line,message,remedy\nerror,annotations/coco/en/train.json,3,", csv, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(picture, whole, Stop);
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync("/api/v1/datasets/broken/prepare", null, Stop)).StatusCode);
        var ready = await UntilAsync(client, "/api/v1/datasets/broken", d => Text(d, "state") is "ready");
        Assert.Equal(0, ready.GetProperty("errors").GetInt32());
    }

    [Fact]
    public async Task Wrong_fields_are_named_each()
    {
        using var client = portal.Client();
        Assert.Equal(["folder"], await WrongAsync(client, new { }));
        Assert.Equal(["folder"], await WrongAsync(client, new { folder = "relative/path" }));
        Assert.Equal(["folder"], await WrongAsync(client, new { folder = Path.Combine(_folder.Path, "nowhere") }));
        Assert.Equal(["kind"], await WrongAsync(client, new { folder = _folder.Path }));
        SmallCorpora.Write("coco", _folder.Path);
        SmallCorpora.Write("flickr30k", _folder.Path);
        Assert.Equal(["kind"], await WrongAsync(client, new { folder = _folder.Path })); // two of them: which?
        Assert.Equal(["kind"], await WrongAsync(client, new { folder = _folder.Path, kind = "xm3600" }));
        Assert.Equal(
            ["id", "images", "models", "name"],
            await WrongAsync(
                client,
                new
                {
                    folder = _folder.Path,
                    kind = "coco",
                    id = "../etc",
                    images = "/nowhere",
                    models = new[] { "clip" },
                    name = new string('x', 101),
                }
            )
        );
        Assert.Equal(
            ["id"],
            await WrongAsync(
                client,
                new
                {
                    folder = _folder.Path,
                    kind = "coco",
                    id = "emoji36",
                }
            )
        );
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync("/api/v1/datasets/none/prepare", null, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.DeleteAsync("/api/v1/datasets/emoji36", Stop)).StatusCode);
    }

    private static async Task<IEnumerable<string>> WrongAsync(HttpClient client, object request)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/datasets", request, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return [.. problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal)];
    }
}
