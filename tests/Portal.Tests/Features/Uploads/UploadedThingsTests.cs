using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CllClip.Engine.Tests.Data.Corpora;
using CllClip.Portal.Tests.Features.Models;
using CllClip.Portal.Tests.Hosting;
using Xunit;
using static CllClip.Portal.Tests.Features.Datasets.CorpusRuns;

namespace CllClip.Portal.Tests.Features.Uploads;

/// <summary>Data sets and models out of uploads: registered, looked through, counted, removed with their files.</summary>
public sealed class UploadedThingsTests(PortalHost portal) : IClassFixture<PortalHost>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_packed_data_set_is_uploaded_prepared_looked_through_counted_and_removed()
    {
        Assert.SkipUnless(PreparedData.IsThere, "npm ci brings Emoji36's packages");
        SmallCorpora.JsonLines(_folder.Path);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "README.md"), "---\nlicense: cc-by-sa-4.0\n---\n# Mine\n", Stop);
        using var client = portal.Client();
        var upload = await TusClient.UploadAsync(client, "Meine Bilder.tar.gz", Archives.Gzip(Archives.Tar(_folder.Path, "Meine Bilder")));
        var id = Text(upload, "id")!;
        using (var made = await client.PostAsJsonAsync("/api/v1/datasets", new { upload = id }, Stop))
        {
            Assert.True(made.StatusCode == HttpStatusCode.Created, await made.Content.ReadAsStringAsync(Stop));
            Assert.Equal("/api/v1/datasets/meine-bilder", made.Headers.Location?.ToString());
        }
        var ready = await UntilAsync(client, "/api/v1/datasets/meine-bilder", d => Text(d, "state") is "ready" or "failed");
        Assert.True(Text(ready, "state") == "ready", ready.ToString());
        Assert.Equal(("Meine Bilder", "cc-by-sa-4.0"), (Text(ready, "name"), Text(ready, "licence")));
        Assert.True(ready.GetProperty("uploaded").GetBoolean());
        Assert.Equal(JsonValueKind.Null, ready.GetProperty("folder").ValueKind);

        using (var twice = await client.PostAsJsonAsync("/api/v1/datasets", new { upload = id }, Stop))
        {
            var problem = await twice.Content.ReadFromJsonAsync<JsonElement>(Stop);
            Assert.Contains(
                "data set meine-bilder",
                problem.GetProperty("errors").GetProperty("upload")[0].GetString(),
                StringComparison.Ordinal
            );
        }
        Assert.Equal(HttpStatusCode.Conflict, (await TusClient.SendAsync(client, HttpMethod.Delete, $"{TusClient.Root}/{id}")).StatusCode);

        await LookAsync(client);
        await CountAsync(client);

        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync("/api/v1/datasets/meine-bilder", Stop)).StatusCode);
        Assert.False(Directory.Exists(Path.Combine(portal.DataRoot, "uploads", id)));
        Assert.False(Directory.Exists(Path.Combine(portal.DataRoot, "datasets", "meine-bilder")));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/api/v1/datasets/meine-bilder/images", Stop)).StatusCode);
    }

    private static async Task LookAsync(HttpClient client)
    {
        var page = await client.GetFromJsonAsync<JsonElement>(
            "/api/v1/datasets/meine-bilder/images?split=train&language=de&skip=3&take=2",
            Stop
        );
        Assert.Equal(SmallCorpora.TrainImages, page.GetProperty("total").GetInt32());
        var first = page.GetProperty("images")[0];
        Assert.Equal(2, page.GetProperty("images").GetArrayLength());
        Assert.Equal(("3", "pictures/3.jpg"), (Text(first, "id"), Text(first, "name")));
        Assert.Equal(
            [SmallCorpora.Caption("de", 3, 0), SmallCorpora.Caption("de", 3, 1)],
            first.GetProperty("captions").EnumerateArray().Select(c => c.GetString()!)
        );
        using (var picture = await client.GetAsync(Text(first, "url"), Stop))
        {
            Assert.Equal("image/webp", picture.Content.Headers.ContentType?.MediaType);
            Assert.Contains("immutable", picture.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        }
        var test = await client.GetFromJsonAsync<JsonElement>("/api/v1/datasets/meine-bilder/images?split=test&language=ja", Stop);
        Assert.Equal(SmallCorpora.TestImages, test.GetProperty("images").GetArrayLength());
        Assert.Equal("pictures/17.jpg", Text(test.GetProperty("images")[0], "name"));
        var beyond = await client.GetFromJsonAsync<JsonElement>("/api/v1/datasets/meine-bilder/images?skip=99", Stop);
        Assert.Equal(0, beyond.GetProperty("images").GetArrayLength());
        foreach (var wrong in new[] { "split=none", "language=xx", "skip=-1", "take=0", "take=101", "take=many" })
        {
            Assert.Equal(
                HttpStatusCode.BadRequest,
                (await client.GetAsync($"/api/v1/datasets/meine-bilder/images?{wrong}", Stop)).StatusCode
            );
        }
        foreach (var none in new[] { "none", "emoji37", "a%2fb" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/api/v1/datasets/{none}/images", Stop)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/api/v1/datasets/{none}/statistics", Stop)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/datasets/{none}", Stop)).StatusCode);
        }
        var drawings = await client.GetFromJsonAsync<JsonElement>("/api/v1/datasets/emoji36/images?split=test&language=ar&take=3", Stop);
        Assert.Equal(1_294, drawings.GetProperty("total").GetInt32());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Text(drawings.GetProperty("images")[1], "url"), Stop)).StatusCode);
        var html = await client.GetStringAsync("/datasets/meine-bilder?split=train&language=de", Stop);
        Assert.Contains("Meine Bilder", html, StringComparison.Ordinal);
    }

    private static async Task CountAsync(HttpClient client)
    {
        const string address = "/api/v1/datasets/meine-bilder/statistics";
        var ready = await UntilAsync(client, address, s => Text(s, "state") is "ready" or "failed");
        Assert.True(Text(ready, "state") == "ready", ready.ToString());
        var german = ready.GetProperty("languages").EnumerateArray().Single(l => Text(l, "language") == "de");
        Assert.Equal(2 * SmallCorpora.TrainImages, german.GetProperty("training").GetInt32());
        Assert.Equal(2.5, german.GetProperty("words").GetProperty("mean").GetDouble(), 9); // two words, and a number in every other caption
        var japanese = ready.GetProperty("languages").EnumerateArray().Single(l => Text(l, "language") == "ja");
        Assert.Equal(JsonValueKind.Null, japanese.GetProperty("words").ValueKind);
        var csv = await client.GetStringAsync(address + ".csv", Stop);
        Assert.StartsWith("language,training,validation,test,charactersMean,", csv, StringComparison.Ordinal);
        Assert.Equal(4, csv.TrimEnd().Split('\n').Length);
        Assert.Equal(HttpStatusCode.Conflict, (await client.PostAsync(address + "/cancel", null, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync(address + "?model=none", Stop)).StatusCode);
    }

    [Fact]
    public async Task A_broken_one_gets_the_same_report_as_a_folder_and_what_is_no_data_set_is_said_by_the_file_s_name()
    {
        Assert.SkipUnless(PreparedData.IsThere, "npm ci brings Emoji36's packages");
        SmallCorpora.Csv(_folder.Path);
        File.Delete(Path.Combine(_folder.Path, "pictures", "2.jpg"));
        using var client = portal.Client();
        var upload = await TusClient.UploadAsync(client, "broken.zip", Archives.Zip(_folder.Path));
        using (var made = await client.PostAsJsonAsync("/api/v1/datasets", new { upload = Text(upload, "id"), id = "broken-upload" }, Stop))
        {
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        }
        await UntilAsync(client, "/api/v1/datasets/broken-upload", d => Text(d, "state") == "failed");
        var report = await client.GetFromJsonAsync<JsonElement>("/api/v1/datasets/broken-upload/report", Stop);
        Assert.Contains("own.csv", report.GetProperty("findings").ToString(), StringComparison.Ordinal);

        var other = await TusClient.UploadAsync(client, "other.zip", Archives.Zip(("a.txt", "x")));
        foreach (var address in new[] { "/api/v1/datasets", "/api/v1/models" })
        {
            using var refused = await client.PostAsJsonAsync(address, new { upload = Text(other, "id") }, Stop);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            var text = await refused.Content.ReadAsStringAsync(Stop);
            Assert.Contains("other.zip", text, StringComparison.Ordinal);
            Assert.DoesNotContain(portal.DataRoot, text, StringComparison.Ordinal);
            using var both = await client.PostAsJsonAsync(address, new { upload = Text(other, "id"), folder = _folder.Path }, Stop);
            Assert.Contains("not both", await both.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
            using var none = await client.PostAsJsonAsync(address, new { upload = "../../etc" }, Stop);
            Assert.Contains("no such upload", await none.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_packed_model_is_uploaded_registered_and_removed_with_its_files()
    {
        var folder = ModelFolder.Copy(_folder.Path);
        await File.WriteAllTextAsync(Path.Combine(folder, "README.md"), "---\nlicense: mit\n---\n# Uploaded CLIP\n", Stop);
        using var client = portal.Client();
        var upload = await TusClient.UploadAsync(client, "My CLIP.zip", Archives.Zip(folder, "My CLIP"), 2 << 20);
        var id = Text(upload, "id")!;
        using (var made = await client.PostAsJsonAsync("/api/v1/models", new { upload = id }, Stop))
        {
            Assert.True(made.StatusCode == HttpStatusCode.Created, await made.Content.ReadAsStringAsync(Stop));
            var model = await made.Content.ReadFromJsonAsync<JsonElement>(Stop);
            Assert.Equal(("my-clip", "Uploaded CLIP", "ready"), (Text(model, "id"), Text(model, "name"), Text(model, "state")));
            Assert.Equal("mit", Text(model, "licence"));
            Assert.True(model.GetProperty("uploaded").GetBoolean());
        }
        Assert.True(Directory.Exists(Path.Combine(portal.DataRoot, "uploads", id)));
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync("/api/v1/models/my-clip", Stop)).StatusCode);
        Assert.False(Directory.Exists(Path.Combine(portal.DataRoot, "uploads", id)));
        Assert.True(Directory.Exists(folder));
    }
}
