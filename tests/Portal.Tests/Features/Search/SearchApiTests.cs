using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using CllClip.Shared.Search;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.Search;

/// <summary>Search over HTTP in a whole portal, with the base model that ships.</summary>
public sealed class SearchApiTests(PortalHost portal) : IClassFixture<PortalHost>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10); // the machine may be shared

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("cat", "1f431")]
    [InlineData("  Pizza\u0000", "1f355")]
    [InlineData("umbrella", "2614")]
    public async Task A_text_finds_its_thing(string text, string thing)
    {
        var answer = await SearchAsync($"q={Uri.EscapeDataString(text)}&checkpoint=base&k=5");
        Assert.Contains(answer.Results, r => r.ThingId.StartsWith(thing, StringComparison.Ordinal));
        Assert.Equal(5, answer.Results.Count);
        Assert.Equal(100, answer.Results[0].Percentile);
        Assert.Equal(answer.Results.OrderByDescending(r => r.Score).Select(r => r.ImageId), answer.Results.Select(r => r.ImageId));
        Assert.Equal((text.Trim().TrimEnd('\0'), "base"), (answer.Query, answer.Checkpoint));
        Assert.InRange(answer.Gallery.Images, answer.Gallery.Things, 4 * answer.Gallery.Things);
        Assert.True(answer.TookMs > 0);
    }

    [Fact]
    public async Task What_was_found_is_a_table_where_that_is_asked_for()
    {
        using var client = portal.Client();
        var found = await SearchAsync("q=pizza&lang=fi&checkpoint=base&k=3");
        var csv = (await client.GetStringAsync("/api/v1/search?q=pizza&lang=fi&checkpoint=base&k=3&format=csv", Stop)).Split(
            "\n",
            StringSplitOptions.RemoveEmptyEntries
        );
        Assert.StartsWith(
            "place,image,thing,title,title_language,english,score,percentile,own,url,query,",
            csv[0],
            StringComparison.Ordinal
        );
        Assert.Equal(
            found.Results.Select((r, i) => $"{i + 1},{r.ImageId},{r.ThingId}"),
            csv[1..].Select(l => string.Join(',', l.Split(',')[..3]))
        );
        Assert.All(csv[1..], l => Assert.EndsWith(",pizza,fi,base,emoji36", l, StringComparison.Ordinal));
        using var wrong = await client.GetAsync("/api/v1/search?q=pizza&format=xml", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task The_language_is_detected_or_chosen_and_titles_are_in_it()
    {
        var detected = await SearchAsync("q=%E7%8C%AB%E3%81%AE%E9%A1%94&checkpoint=base");
        Assert.Equal(("ja", true), (detected.Language, detected.LanguageDetected));
        Assert.Contains("not learned Japanese", detected.Message, StringComparison.Ordinal);
        Assert.All(detected.Results, r => Assert.True(r.TitleLanguage == "ja" || r.Title == r.English));
        var chosen = await SearchAsync("q=pizza&lang=fi&checkpoint=base");
        Assert.Equal(("fi", false), (chosen.Language, chosen.LanguageDetected));
    }

    [Fact]
    public async Task Tokens_are_told_with_the_stage_that_added_them_and_who_shares_them()
    {
        var answer = await SearchAsync("q=%E7%8C%AB&lang=ja&checkpoint=shipped-joint");
        Assert.NotEmpty(answer.Tokens);
        Assert.All(answer.Tokens, t => Assert.InRange(t.Stage, 0, 1));
        Assert.All(
            answer.Tokens,
            t =>
                Assert.Equal(
                    t.LanguageCount switch
                    {
                        0 => TokenUse.Unseen,
                        1 => TokenUse.Unique,
                        _ => TokenUse.Shared,
                    },
                    t.Use
                )
        );
        Assert.All(answer.Tokens, t => Assert.True(t.IsRead));
        var own = await SearchAsync("q=cat&checkpoint=base");
        Assert.All(own.Tokens, t => Assert.Equal((0, TokenUse.Unknown, null), (t.Stage, t.Use, t.TeirScale)));
        Assert.Equal("cat", string.Concat(own.Tokens.Select(t => t.Text)));
        Assert.Empty((await SearchAsync("q=")).Tokens);
    }

    [Theory]
    [InlineData("")]
    [InlineData("q=")]
    [InlineData("q=%20%09%0A")]
    [InlineData("q=%00%01%1B")]
    public async Task What_holds_no_text_gets_a_friendly_word(string query)
    {
        var answer = await SearchAsync(query);
        Assert.Empty(answer.Results);
        Assert.False(string.IsNullOrEmpty(answer.Message));
    }

    [Fact]
    public async Task A_very_long_text_is_answered_for_its_beginning()
    {
        var answer = await SearchAsync("q=" + string.Join('+', Enumerable.Repeat("cat", 1500)) + "&checkpoint=base");
        Assert.NotEmpty(answer.Results);
        Assert.Contains("beginning", answer.Message, StringComparison.Ordinal);
        Assert.Contains(
            $"{answer.Tokens.Count(t => t.IsRead)} of over {answer.Tokens.Count} tokens",
            answer.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Every_wrong_field_is_named()
    {
        using var client = await ReadyAsync();
        using var answer = await client.GetAsync("/api/v1/search?q=cat&lang=xx&checkpoint=gone:3&k=0", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(["checkpoint", "k", "lang"], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order());
        using var word = await client.GetAsync("/api/v1/search?q=cat&k=many", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, word.StatusCode);
    }

    [Fact]
    public async Task A_picture_is_served_to_be_kept_and_only_pictures_are()
    {
        using var client = await ReadyAsync();
        var hit = (await SearchAsync("q=cat&k=1")).Results[0];
        using var picture = await client.GetAsync(hit.Url, Stop);
        Assert.Equal(HttpStatusCode.OK, picture.StatusCode);
        Assert.Contains(picture.Content.Headers.ContentType!.MediaType, new[] { "image/svg+xml", "image/webp" });
        Assert.Contains("immutable", picture.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        using var again = new HttpRequestMessage(HttpMethod.Get, hit.Url);
        again.Headers.IfNoneMatch.Add(picture.Headers.ETag!);
        using var same = await client.SendAsync(again, Stop);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        foreach (var id in new[] { "x", "1f431_9", "1f431_", "..%2f..%2fportal.db", "1f431", "_0", "1F431_0" })
        {
            using var none = await client.GetAsync(hit.Url[..(hit.Url.LastIndexOf('/') + 1)] + id, Stop);
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        }
        using var old = await client.GetAsync($"/api/v1/images/emoji36/0000000000000000/{hit.ImageId}", Stop);
        Assert.Equal(HttpStatusCode.NotFound, old.StatusCode);
    }

    [Fact]
    public async Task A_drawing_sent_finds_itself_and_a_file_that_is_none_is_refused_in_words()
    {
        using var client = await ReadyAsync();
        var hits = (await SearchAsync("q=cat&k=100&checkpoint=base")).Results;
        var drawing = hits.First(h => h.ImageId.EndsWith("_3", StringComparison.Ordinal)); // WebP, as prepared
        var file = await client.GetByteArrayAsync(drawing.Url, Stop);
        using var found = await PostAsync(client, file);
        var answer = (await found.Content.ReadFromJsonAsync<SearchResponse>(Stop))!;
        Assert.Contains(answer.Results.Take(3), r => r.ThingId == drawing.ThingId);
        using var text = await PostAsync(client, "no image at all"u8.ToArray());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, text.StatusCode);
        Assert.Contains("PNG", await text.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        using var empty = await PostAsync(client, []);
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
    }

    [Fact]
    public async Task A_small_file_that_is_a_huge_image_is_refused_before_it_is_decoded()
    {
        using var client = await ReadyAsync();
        // A GIF whose one frame says that it has 6000 x 6000 pixels.
        var file = Convert.FromHexString("47494638396170177017800000000000ffffff2c00000000701770170002024401003b");
        using var answer = await PostAsync(client, file);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.Contains("6000 x 6000 pixels, more than the 25000000 allowed", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_is_told_in_every_language_and_a_drawing_as_well_as_a_file()
    {
        (await ReadyAsync()).Dispose();
        using var client = portal.Client();
        client.Timeout = Patience; // the first question embeds every caption
        var cat = (await SearchAsync("q=cat&k=1&checkpoint=shipped-joint")).Results[0];
        var named = await TellAsync(client, new() { { new StringContent(cat.ImageId), "imageId" } }, "k=2");
        Assert.Equal(36, named.Languages.Count);
        Assert.Equal((cat.ImageId, cat.Url), (named.Image!.ImageId, named.Image.Url));
        Assert.All(named.Languages, l => Assert.Equal((true, 2), (l.Learned, l.Captions.Count)));
        Assert.All(named.Languages, l => Assert.InRange(l.Candidates, 1000, 4000));
        Assert.All(named.Languages, l => Assert.True(l.Captions[0].Score >= l.Captions[1].Score && l.Captions[0].Percentile > 99));
        // Most languages say something of cats of a drawing of a cat.
        Assert.InRange(named.Languages.Count(l => l.Captions.Any(c => c.English.Contains("cat", StringComparison.Ordinal))), 18, 36);
        var file = await client.GetByteArrayAsync(cat.Url[..^1] + "3", Stop); // WebP, as prepared
        var sent = await TellAsync(client, new() { { new ByteArrayContent(file), "file", "cat.webp" } }, "k=1");
        Assert.InRange(sent.Languages.Count(l => l.Captions[0].English.Contains("cat", StringComparison.Ordinal)), 12, 36);
        foreach (
            var wrong in new MultipartFormDataContent[]
            {
                new() { { new StringContent("x"), "other" } },
                new() { { new StringContent("nothing"), "imageId" } },
            }
        )
        {
            using var refused = await client.PostAsync("/api/v1/search/text?checkpoint=base", wrong, Stop);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    [Fact]
    public async Task Galleries_are_listed_and_the_test_drawings_are_a_part_of_all()
    {
        using var client = await ReadyAsync();
        var galleries = (await client.GetFromJsonAsync<List<GalleryView>>("/api/v1/galleries", Stop))!;
        Assert.Equal(["emoji36", "emoji36-test"], galleries.Take(2).Select(g => g.Id));
        Assert.True(galleries[1].Images < galleries[0].Images && galleries[1].Images == galleries[1].Things);
        var few = await SearchAsync("q=cat&checkpoint=base&gallery=emoji36-test&k=100");
        Assert.Equal("emoji36-test", few.Gallery.Id);
        Assert.Contains(few.Results.Take(10), r => r.English.Contains("cat", StringComparison.Ordinal));
        Assert.Equal(few.Results.Count, few.Results.Select(r => r.ThingId).Distinct().Count());
        using var wrong = await client.GetAsync("/api/v1/search?q=cat&gallery=none", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("gallery", await wrong.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_fits_nothing_is_told_apart_from_one_that_does()
    {
        var cat = await SearchAsync("q=cat&checkpoint=base");
        Assert.Null(cat.Message);
        Assert.True(cat.Results[0].Score > cat.ChanceLevel);
        var nothing = await SearchAsync("q=qxzv+jjkw&lang=en&checkpoint=base");
        Assert.True(nothing.Results[0].Score < nothing.ChanceLevel, $"{nothing.Results[0].Score} {nothing.ChanceLevel}");
        Assert.Contains("Nothing here fits well", nothing.Message, StringComparison.Ordinal);
    }

    private static async Task<ImageInWords> TellAsync(HttpClient client, MultipartFormDataContent form, string query)
    {
        using var answer = await client.PostAsync($"/api/v1/search/text?checkpoint=shipped-joint&{query}", form, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<ImageInWords>(Stop))!;
    }

    [Fact]
    public async Task Many_images_at_once_are_all_answered()
    {
        using var client = await ReadyAsync();
        var file = await client.GetByteArrayAsync(
            (await SearchAsync("q=cat&k=1&checkpoint=base")).Results[0].Url.Replace("_0", "_3"),
            Stop
        );
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(client, file)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        Array.ForEach(answers, a => a.Dispose());
    }

    [Fact]
    public async Task A_deleted_run_s_checkpoint_answers_no_more()
    {
        using var client = await ReadyAsync();
        var chain = Path.Combine(PreparedData.Root, "shipped", "joint", RunArchive.ChainName);
        portal.AddRun("goes", RunState.Completed, r => r.ChainFolder = chain);
        await portal.ChangeAsync(db =>
            db.Stages.Add(
                new StageEntity
                {
                    RunId = "goes",
                    Stage = 1,
                    Figures = SampleDesk.Stage(1, ["en", "de"]),
                }
            )
        );
        Assert.Equal("goes:1", (await SearchAsync("q=cat&checkpoint=goes:1")).Checkpoint);
        Assert.Equal("goes:1", (await SearchAsync("q=dog&checkpoint=goes")).Checkpoint);
        using var deleted = await client.DeleteAsync("/api/v1/runs/goes", Stop);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var answer = await client.GetAsync("/api/v1/search?q=cat&checkpoint=goes:1", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.False(portal.Services.GetRequiredService<ISearch>().IsLoaded(new SearchQuery { Checkpoint = "goes:1" }));
    }

    [Fact]
    public async Task The_base_model_is_a_checkpoint()
    {
        using var client = await ReadyAsync();
        var checkpoints = (await client.GetFromJsonAsync<List<CheckpointView>>("/api/v1/checkpoints", Stop))!;
        Assert.Equal(("base", 0), (checkpoints[0].Id, checkpoints[0].Stage));
        Assert.Equal(["en"], checkpoints[0].Languages);
    }

    private async Task<SearchResponse> SearchAsync(string query)
    {
        using var client = await ReadyAsync();
        return (await client.GetFromJsonAsync<SearchResponse>("/api/v1/search?" + query, Stop))!;
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, byte[] file)
    {
        var form = new MultipartFormDataContent
        {
            {
                new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("image/webp") } },
                "file",
                "a.webp"
            },
        };
        return client.PostAsync("/api/v1/search/image?checkpoint=base", form, Stop);
    }

    private async Task<HttpClient> ReadyAsync()
    {
        Assert.SkipUnless(
            PreparedData.IsThere,
            "The npm packages of Emoji36 are not installed: run 'npm ci' in the root of the repository."
        );
        var client = portal.Client();
        for (var i = 0; i < 600; i++)
        {
            using var answer = await client.GetAsync("/api/v1/search?q=", Stop);
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                break;
            }
            await Task.Delay(200, Stop);
        }
        return client;
    }
}
