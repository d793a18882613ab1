using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>Images on the page of search in a real browser: dropped, pasted, told in every language; and how fast typing is answered.</summary>
public sealed class SearchImagesTests(BrowserSession session) : IClassFixture<BrowserSession>
{
    /// <summary>Makes files (a PNG drawn here, or text under the name of one) and hands them to the page as a drop or a paste does.</summary>
    private const string Bring = """
        async ([event, names]) => {
          const data = new DataTransfer();
          for (const name of names) {
            if (name.startsWith('bad')) {
              data.items.add(new File(['no image'], name, { type: 'image/png' }));
              continue;
            }
            const canvas = document.createElement('canvas');
            canvas.width = canvas.height = 96;
            const pen = canvas.getContext('2d');
            pen.fillStyle = 'white';
            pen.fillRect(0, 0, 96, 96);
            pen.fillStyle = 'crimson';
            pen.arc(48, 52, 34, 0, 7);
            pen.fill();
            const blob = await new Promise((r) => canvas.toBlob(r, 'image/png'));
            data.items.add(new File([blob], name, { type: 'image/png' }));
          }
          if (event === 'paste') {
            document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
            return '';
          }
          document.body.dispatchEvent(new DragEvent('dragenter', { dataTransfer: data, bubbles: true }));
          const shown = document.body.className;
          document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
          return shown;
        }
        """;

    /// <summary>Types a text as one input event and waits for the results that answer it: milliseconds.</summary>
    private static readonly string[] Words =
    [
        "cat",
        "dog",
        "house",
        "tree",
        "sun",
        "fish",
        "apple",
        "pizza",
        "car",
        "rain",
        "moon",
        "bird",
        "hand",
        "book",
        "ball",
        "ship",
    ];

    private const string Timed = """
        (text) => new Promise((done) => {
          const box = document.getElementById('search-box');
          const start = performance.now();
          const watch = new MutationObserver(() => {
            if (document.querySelector('[aria-busy=true]')) return;
            watch.disconnect();
            requestAnimationFrame(() => done(performance.now() - start));
          });
          watch.observe(document.querySelector('.pane'), { subtree: true, childList: true, characterData: true });
          box.value = text;
          box.dispatchEvent(new Event('input', { bubbles: true }));
        })
        """;

    [Fact]
    public async Task Images_are_dropped_and_pasted_searched_by_and_told_in_every_language()
    {
        var (host, page, errors) = await OpenAsync("/search?q=cat&checkpoint=base");
        using var _ = host;
        Assert.Contains(
            "dropping",
            await page.EvaluateAsync<string>(Bring, new object[] { "drop", new[] { "apple.png" } }),
            StringComparison.Ordinal
        );
        await Assertions.Expect(page.Locator(".mine li")).ToHaveCountAsync(1);
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("like=own-1"));
        await Assertions.Expect(page.Locator(".hits li").First).ToContainTextAsync("yours"); // it is most like itself
        await Assertions.Expect(page.Locator("body.dropping")).ToHaveCountAsync(0);

        await page.EvaluateAsync<string>(Bring, new object[] { "paste", new[] { "one.png", "bad.png", "two.png" } });
        await Assertions.Expect(page.Locator(".mine li")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator(".errors li")).ToContainTextAsync("bad.png");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("like=own-1")); // several are only kept

        await page.GetByText("How every language says it").ClickAsync();
        await Assertions.Expect(page.Locator("table.plain tbody tr")).ToHaveCountAsync(36, new() { Timeout = 240_000 });
        await Assertions.Expect(page.Locator("td[lang=ar]").First).ToHaveAttributeAsync("dir", "rtl");
        await page.GetByText("Back to words").ClickAsync();
        await Assertions.Expect(page.Locator("#search-box")).ToHaveValueAsync("cat");
        await page.GetByText("Remove all").ClickAsync();
        await Assertions.Expect(page.Locator(".mine li")).ToHaveCountAsync(0);
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_query_s_tokens_are_told_and_typing_is_answered_at_once()
    {
        var (host, page, errors) = await OpenAsync("/search?q=%D9%82%D8%B7%D8%A9&lang=ar");
        using var _ = host;
        var tokens = page.Locator(".pane ol.tokens");
        await Assertions.Expect(tokens).ToHaveAttributeAsync("dir", "rtl");
        await tokens.Locator("button").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".about")).ToContainTextAsync("TEIR scale");
        await page.GotoAsync("/search?checkpoint=base");
        await page.WaitForFunctionAsync("() => window.portal?.ready === true");
        await page.Locator("#search-box").FillAsync("warm");
        await Assertions.Expect(page.Locator(".hits li").First).ToBeVisibleAsync();
        // A person leaves time between two letters, in which the images of the last results arrive; without a pause both are waited for.
        foreach (var (pause, how) in new[] { (120, "a person's pause of 120 ms after each"), (0, "without a pause") })
        {
            var times = new List<double>();
            foreach (var word in Words)
            {
                times.Add(await page.EvaluateAsync<double>(Timed, word + (pause == 0 ? "s" : "")));
                await Task.Delay(pause, TestContext.Current.CancellationToken);
            }
            times.Sort();
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"as you type, last key to results drawn, {how}: median {times[times.Count / 2]:0} ms, p95 {times[(int)(0.95 * times.Count)]:0} ms"
            );
            Assert.InRange(times[times.Count / 2], 1, 5_000); // the target of 100 ms is for a machine of its own
        }
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    private async Task<(PortalHost Host, IPage Page, List<string> Errors)> OpenAsync(string path)
    {
        PortalHost.RequireData();
        var host = new PortalHost();
        var (page, errors) = await session.OpenAsync(host.Address);
        page.SetDefaultTimeout(60_000);
        await BrowserSession.GoAsync(page, path);
        await Assertions.Expect(page.Locator(".hits li").First).ToBeVisibleAsync(new() { Timeout = 240_000 });
        return (host, page, errors);
    }
}
