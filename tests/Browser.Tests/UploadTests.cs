using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using CllClip.Engine.Tests.Data.Corpora;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>A data set is uploaded in a real browser, broken off by a reload, gone on with, prepared and looked at.</summary>
public sealed class UploadTests(BrowserSession session) : IClassFixture<BrowserSession>, IDisposable
{
    private const int ChunkBytes = 8 * 1024 * 1024;
    private const int FillerBytes = 20_000_000; // so that it goes in three parts
    private readonly string _folder = Directory.CreateTempSubdirectory("cllclip-upload-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_upload_that_a_reload_breaks_off_goes_on_where_it_was_and_becomes_a_data_set()
    {
        PortalHost.RequireData();
        using var host = new PortalHost();
        var (page, errors) = await session.OpenAsync(host.Address);
        var archive = Packed();
        var size = new FileInfo(archive).Length;

        var offsets = new List<string>(); // of every part that is sent
        var hold = true;
        await page.RouteAsync(
            "**/api/v1/uploads/*",
            async route =>
            {
                if (route.Request.Method == "PATCH")
                {
                    var headers = await route.Request.AllHeadersAsync();
                    offsets.Add(headers["upload-offset"]);
                    if (hold && offsets.Count == 2)
                    {
                        return; // the line is dead: neither answer nor error
                    }
                }
                await route.ContinueAsync();
            }
        );
        await OpenFormAsync(page);
        await page.Locator("#d-upload").SetInputFilesAsync(archive);
        await Assertions.Expect(page.Locator(".upload .progress")).ToContainTextAsync("Uploading my-pictures.zip");
        while (offsets.Count < 2)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(page.Locator(".upload .progress")).ToContainTextAsync("Paused: my-pictures.zip");

        hold = false;
        await page.ReloadAsync();
        await page.WaitForFunctionAsync("() => window.portal?.ready === true");
        await OpenFormAsync(page);
        await Assertions.Expect(page.Locator(".uploads li")).ToContainTextAsync("8.4 MB of");
        await Assertions.Expect(page.Locator(".uploads li")).ToContainTextAsync("choose the same file again");
        await page.Locator("#d-upload").SetInputFilesAsync(archive);
        await Assertions.Expect(page.Locator(".uploads input[type=radio]")).ToBeCheckedAsync();
        Assert.Equal(["0", $"{ChunkBytes}", $"{ChunkBytes}", $"{2 * ChunkBytes}"], offsets); // nothing was sent twice
        Assert.InRange(size, 2 * ChunkBytes, 3 * ChunkBytes);

        await page.Locator("#d-licence").FillAsync("CC0-1.0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add and check" }).ClickAsync();
        var card = page.Locator("section.card", new() { HasText = "my-pictures" }).First;
        await Assertions.Expect(card.Locator(".chip.good")).ToHaveTextAsync("ready", new() { Timeout = 120_000 });
        await Assertions.Expect(card).ToContainTextAsync("CC0-1.0");
        await Assertions.Expect(page.Locator(".uploads li")).ToHaveCountAsync(0); // it is in use
        await card.Locator("h2 a").ClickAsync();
        await LookAsync(page);
        Assert.DoesNotContain(errors, e => !e.Contains("ERR_", StringComparison.Ordinal)); // the part that was held back
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_told_at_its_field()
    {
        PortalHost.RequireData();
        using var host = new PortalHost();
        var (page, errors) = await session.OpenAsync(host.Address);
        await BrowserSession.GoAsync(page, "/datasets");
        await page.Locator("#d-folder").FillAsync("/no/such/folder");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add and check" }).ClickAsync();
        await Assertions.Expect(page.Locator("#error-folder")).ToContainTextAsync("There is no folder or file /no/such/folder");
        await Assertions.Expect(page.Locator("#d-folder")).ToHaveValueAsync("/no/such/folder");
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    private static async Task LookAsync(IPage page)
    {
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("my-pictures");
        await Assertions.Expect(page.Locator(".images > li")).ToHaveCountAsync(SmallCorpora.TrainImages);
        var first = page.Locator(".images > li").First;
        await Assertions.Expect(first.Locator("ul li").First).ToHaveTextAsync(SmallCorpora.Caption("en", 0, 0));
        await Assertions.Expect(first).ToContainTextAsync("pictures/0.jpg");
        await page.WaitForFunctionAsync("() => document.querySelector('.images img').naturalWidth > 0");
        await page.GetByLabel("Language of the captions").SelectOptionAsync("ja");
        await Assertions.Expect(first.Locator("ul")).ToHaveAttributeAsync("lang", "ja");
        await Assertions.Expect(first.Locator("ul li").First).ToHaveTextAsync(SmallCorpora.Caption("ja", 0, 0));
        await page.Locator(".seg button", new() { HasText = "Test" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("split=test&language=ja"));
        await Assertions.Expect(page.Locator(".images > li")).ToHaveCountAsync(SmallCorpora.TestImages);
        await first.Locator("a").FocusAsync();

        var rows = page.Locator("table tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(3, new() { Timeout = 120_000 });
        await Assertions.Expect(rows.Filter(new() { HasText = "日本語" }).Locator("td").Nth(5)).ToHaveTextAsync("–"); // no words
        await Assertions.Expect(rows.Filter(new() { HasText = "Deutsch" }).Locator("td").Nth(5)).ToHaveTextAsync("2.5");
    }

    private static async Task OpenFormAsync(IPage page)
    {
        if (!page.Url.EndsWith("/datasets", StringComparison.Ordinal))
        {
            await BrowserSession.GoAsync(page, "/datasets");
        }
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload from this computer" }).ClickAsync();
        await Assertions.Expect(page.Locator("#d-upload")).ToBeEnabledAsync();
    }

    private string Packed()
    {
        var data = Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName;
        SmallCorpora.JsonLines(data);
        File.WriteAllBytes(Path.Combine(data, "filler.bin"), RandomNumberGenerator.GetBytes(FillerBytes));
        var archive = Path.Combine(_folder, "my-pictures.zip");
        ZipFile.CreateFromDirectory(data, archive, CompressionLevel.NoCompression, includeBaseDirectory: true);
        return archive;
    }
}
