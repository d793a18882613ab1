using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CllClip.Portal.Tests.Hosting;
using CllClip.Portal.Tests.Storage;
using Xunit;

namespace CllClip.Portal.Tests.Faults;

/// <summary>Every kind of file that the portal itself writes or reads, torn and with flipped bits, then the portal started.</summary>
public sealed class PortalFileFaultTests(StoredPortal stored) : IClassFixture<StoredPortal>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("database: header overwritten", "portal.db", 0, 100)]
    [InlineData("database: pages overwritten", "portal.db", 8192, 65536)]
    public async Task A_damaged_database_is_named_and_left_as_it_is(string fault, string file, long from, int bytes)
    {
        var root = stored.Copy();
        DatabaseDamage.Overwrite(Path.Combine(root, file), from, bytes);
        var damaged = await File.ReadAllBytesAsync(Path.Combine(root, file), Stop);
        using var portal = PortalProcess.Portal(root);
        Assert.Equal(1, await portal.EndAsync());
        FaultTable.Holds(fault, portal.Errors);
        Assert.DoesNotContain("   at ", portal.Errors, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(Path.Combine(root, file), Stop));
    }

    /// <summary>The portal starts, says what there is to say on the console or in an answer, and everything else is there.</summary>
    [Theory]
    [InlineData("queue of the scheduler overwritten", "queue.db", false, "/health/ready")]
    [InlineData("pictures of Emoji36: bit flipped", "datasets/emoji36/pictures.bin", true, "/health/ready")]
    [InlineData("description of Emoji36 torn", "datasets/emoji36/emoji36.json", false, "/health/ready")]
    [InlineData("embeddings in the cache: bit flipped", "features/emoji36-*-images.safetensors", true, "/health/ready")]
    [InlineData("embeddings in the cache torn", "features/emoji36-*-english.safetensors", false, "/health/ready")]
    [InlineData("keys of the cookies torn", "keys/*.xml", false, "/")]
    [InlineData("calibration torn", "calibration.json", false, "/launch")]
    [InlineData("registration of a data set torn", "datasets/mine/corpus.json", false, "/api/v1/datasets/mine")]
    [InlineData("manifest of a data set: bit flipped", "datasets/mine/manifest.json", true, "/api/v1/datasets/mine")]
    [InlineData("report of a data set torn", "datasets/mine/report.json", false, "/api/v1/datasets/mine")]
    [InlineData(
        "ranks of a run: bit flipped",
        "runs/*/chain/ranks/stage-002.safetensors",
        true,
        "/api/v1/runs/{run}/answers?stage=2&language=de"
    )]
    public async Task A_damaged_file_is_named_or_made_anew_and_the_portal_is_up(string fault, string pattern, bool flip, string ask)
    {
        var root = stored.Copy();
        var found = Find(root, pattern);
        foreach (var file in found)
        {
            var bytes = await File.ReadAllBytesAsync(file, Stop);
            // Of ranks the header is longer than what follows: a bit in each number of every query.
            var ranks = pattern.Contains("/ranks/", StringComparison.Ordinal);
            for (var i = ranks ? 8 + (int)BitConverter.ToInt64(bytes) : bytes.Length / 2; i < bytes.Length; i += ranks ? 2 : bytes.Length)
            {
                bytes[i] ^= 1;
            }
            await File.WriteAllBytesAsync(file, flip ? bytes : bytes[..(bytes.Length * 6 / 10)], Stop);
        }
        using var portal = PortalProcess.Portal(root);
        using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
        var run = Path.GetFileName(Directory.GetDirectories(Path.Combine(root, "runs"))[0]);
        using var ready = await client.GetAsync("/health/ready", Stop);
        for (var end = DateTime.UtcNow.AddSeconds(60); DateTime.UtcNow < end; await Task.Delay(200, Stop))
        {
            using var health = await client.GetAsync("/health/ready", Stop);
            if (health.StatusCode == HttpStatusCode.OK || portal.Errors.Contains("failed", StringComparison.OrdinalIgnoreCase))
            {
                break;
            }
        }
        using var answer = await client.GetAsync(ask.Replace("{run}", run, StringComparison.Ordinal), Stop);
        var told = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop));
        FaultTable.Holds(fault, $"{(int)answer.StatusCode} {told}\n{portal.Output}\n{portal.Errors}");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/", Stop)).StatusCode);
        Assert.Contains("Completed", await client.GetStringAsync($"/api/v1/runs/{run}", Stop), StringComparison.Ordinal);
        Assert.Contains("\"recall\"", await client.GetStringAsync($"/api/v1/runs/{run}/scores", Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_of_an_upload_that_is_torn_costs_the_upload_and_nothing_else()
    {
        var root = stored.Copy();
        var folder = Directory.CreateDirectory(Path.Combine(root, "uploads", new string('a', 32))).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "upload.json"), "{\"id\":", Stop);
        await File.WriteAllTextAsync(Path.Combine(folder, "data"), "half", Stop);
        using var portal = PortalProcess.Portal(root);
        using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
        using var answer = await client.GetAsync($"/api/v1/uploads/{Path.GetFileName(folder)}", Stop);
        FaultTable.Holds("record of an upload torn", await answer.Content.ReadAsStringAsync(Stop));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_read_only_data_root_is_named_at_the_start_and_left_as_it_is()
    {
        var mount = Directory.CreateTempSubdirectory("cllclip-readonly-").FullName;
        using (var disk = SmallDisk.Mount(mount, "200m"))
        {
            var root = stored.Copy(Path.Combine(disk.Folder, "data"));
            disk.MakeReadOnly();
            using var portal = PortalProcess.Portal(root);
            Assert.Equal(1, await portal.EndAsync());
            FaultTable.Holds("data root read-only", portal.Errors);
            Assert.DoesNotContain("   at ", portal.Errors, StringComparison.Ordinal);
        }
        Directory.Delete(mount);
    }

    /// <summary>The user's own files, which a data set only refers to: one image gone, all images gone, the captions changed.</summary>
    [Theory]
    [InlineData("an image of a user's data set missing", 1)]
    [InlineData("all images of a user's data set missing", int.MaxValue)]
    public async Task Missing_images_are_told_where_they_are_wanted(string fault, int count)
    {
        var root = stored.Copy();
        var images = Directory
            .EnumerateFiles(stored.Corpus, "*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is ".png" or ".jpg")
            .Order(StringComparer.Ordinal)
            .Take(count)
            .ToDictionary(f => f, File.ReadAllBytes);
        Assert.NotEmpty(images);
        try
        {
            foreach (var image in images.Keys)
            {
                File.Delete(image);
            }
            using var portal = PortalProcess.Portal(root);
            using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
            var told = new StringBuilder();
            var revision = (await client.GetFromJsonAsync<JsonElement>("/api/v1/datasets/mine", Stop)).GetProperty("revision").GetString()![
                ..16
            ];
            for (var i = 0; i < 23; i++)
            {
                using var answer = await client.GetAsync($"/api/v1/images/mine/{revision}/{i}", Stop);
                told.Append((int)answer.StatusCode).Append(' ');
                if (answer.StatusCode != HttpStatusCode.OK)
                {
                    told.AppendLine(await answer.Content.ReadAsStringAsync(Stop));
                }
            }
            using var page = await client.GetAsync("/datasets/mine", Stop);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            FaultTable.Holds(fault, told.ToString());
        }
        finally
        {
            foreach (var (path, bytes) in images)
            {
                await File.WriteAllBytesAsync(path, bytes, Stop);
            }
        }
    }

    private static List<string> Find(string root, string pattern)
    {
        var folders = new List<string> { root };
        var parts = pattern.Split('/');
        foreach (var part in parts[..^1])
        {
            folders = [.. folders.SelectMany(f => Directory.GetDirectories(f, part))];
        }
        var files = folders.SelectMany(f => Directory.GetFiles(f, parts[^1])).ToList();
        Assert.NotEmpty(files);
        return files;
    }
}
