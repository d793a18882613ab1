using CllClip.Portal.Hubs;
using CllClip.Portal.Localization;
using CllClip.Portal.Tests.Features;
using CllClip.Shared.Runs;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>The pages in other languages: that all their text can be translated, and that pages from right to left fit and stay so.</summary>
public sealed class PageLanguageTests(BrowserSession session) : IClassFixture<BrowserSession>, IDisposable
{
    private readonly SampleDesk _desk = PagesTests.Sample();
    private PortalHost? _host;

    private string Address => (_host ??= new PortalHost(_desk, ("CllClip:PseudoLanguage", "true"))).Address;

    // Words outside the brackets of the pseudo language, in text and in what screen readers say, but for what is not to be translated.
    private const string NotTranslatable = """
        () => {
          const kept = (e) => e.closest('[translate=no], code, pre, script, style, noscript, [lang]:not(html)');
          const names = /\b(s|min|h|d|ms|B|kB|MB|GB|TB|px|UTC|AR|CSV|JSON|API|TEIR|Emoji36)\b/g; // units and names that are the same everywhere
          const left = (text) => {
            let [depth, outside] = [0, ''];
            for (const c of text) {
              if (c === '⟦') depth++;
              else if (c === '⟧') depth--;
              else if (depth <= 0) outside += c;
            }
            return outside.replace(names, ' ').replace(/\b[0-9a-f]{16,}\b/g, ' '); // hashes
          };
          const found = new Set();
          const look = (element, text, where) => {
            if (text && /\p{L}{2,}/u.test(left(text)) && !kept(element)) found.add(where + ': ' + text.trim().replace(/\s+/g, ' ').slice(0, 120));
          };
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node; (node = walker.nextNode()); ) look(node.parentElement, node.textContent, node.parentElement.tagName.toLowerCase() + '.' + node.parentElement.className);
          for (const element of document.body.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
            for (const name of ['aria-label', 'title', 'placeholder', 'alt']) look(element, element.getAttribute(name)?.replace(/^(\/|https?:).*/, ''), element.tagName.toLowerCase() + '[' + name + ']');
          if (!location.pathname.match(/^\/(runs\/\d|sweeps\/)/)) look(document.body, document.title.replace('CLL-CLIP', ''), 'title'); // there it is the run's name, or the sweep's
          return [...found];
        }
        """;

    public void Dispose() => _host?.Dispose();

    [Fact]
    public async Task All_text_of_the_pages_can_be_translated()
    {
        Chromium.Require();
        var (page, _) = await session.OpenAsync(Address);
        await page.GotoAsync($"/language/{PageLanguage.Pseudo.Code}");
        var found = new List<string>();
        foreach (var path in PagesTests.Paths.Select(row => row.Data))
        {
            await BrowserSession.GoAsync(page, path);
            found.AddRange((await page.EvaluateAsync<string[]>(NotTranslatable)).Select(f => $"{path} {f}"));
        }
        Assert.True(found.Count == 0, $"{found.Count} texts are not translatable:\n" + string.Join('\n', found.Take(80)));
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("ar", "rtl")]
    [InlineData("zh", "ltr")]
    public async Task Every_page_is_in_the_language_and_fits_a_phone(string code, string direction)
    {
        Chromium.Require();
        var (page, errors) = await session.OpenAsync(Address, width: 360, height: 740);
        await page.GotoAsync($"/language/{code}");
        var wrong = new List<string>();
        foreach (var path in PagesTests.Paths.Select(row => row.Data))
        {
            await BrowserSession.GoAsync(page, path);
            var html = page.Locator("html");
            Assert.Equal((code, direction), (await html.GetAttributeAsync("lang"), await html.GetAttributeAsync("dir")));
            wrong.AddRange((await page.EvaluateAsync<string[]>(PagesTests.TooWide)).Select(e => $"{path}: too wide: {e}"));
            var heading = await page.Locator("h1").First.InnerTextAsync();
            if (
                path is not ("/runs/1" or "/runs/36" or "/sweeps/s1" or "/docs/api" or "/webhooks" or "/datasets/emoji36")
                && !heading.Any(c => c > '\u0600')
            )
            {
                wrong.Add($"{path}: the heading is “{heading}”");
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.DoesNotContain(errors, e => !e.Contains("404", StringComparison.Ordinal));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_language_is_chosen_in_the_bar_and_kept_by_the_circuit_and_its_news()
    {
        Chromium.Require();
        var (page, errors) = await session.OpenAsync(Address);
        await BrowserSession.GoAsync(page, "/runs?state=running");
        await page.Locator(".language-switch summary").ClickAsync();
        await page.Locator(".language-switch a[lang=zh]").ClickAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "zh");
        Assert.EndsWith("/runs?state=running", page.Url, StringComparison.Ordinal); // the place and its choices are kept
        await page.WaitForFunctionAsync("() => window.portal?.ready === true");
        await page.Locator(".top-nav a[href='/leaderboard']").ClickAsync(); // without loading anew
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("排行榜");
        await page.Locator(".top-nav a[href='/runs']").ClickAsync();
        await Assertions.Expect(page.Locator(".chip.running").First).ToHaveTextAsync("运行中");
        _desk.Send(new StateMessage("2", RunState.Completed, "All tasks are done.", DateTime.UtcNow)); // told by a thread that knows no language
        await Assertions
            .Expect(page.Locator("tr", new() { Has = page.Locator("a[href='/runs/2']") }).Locator(".chip.completed"))
            .ToHaveTextAsync("已完成");
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_browsers_list_of_languages_decides_until_somebody_chooses()
    {
        Chromium.Require();
        var context = await session.Browser.NewContextAsync(new BrowserNewContextOptions { BaseURL = Address, Locale = "ar-EG" });
        var page = await context.NewPageAsync();
        await BrowserSession.GoAsync(page, "/");
        Assert.Equal(
            ("ar", "rtl"),
            (await page.Locator("html").GetAttributeAsync("lang"), await page.Locator("html").GetAttributeAsync("dir"))
        );
        await page.GotoAsync("/language/en?back=/about");
        Assert.Equal("en", await page.Locator("html").GetAttributeAsync("lang"));
        Assert.EndsWith("/about", page.Url, StringComparison.Ordinal);
        await context.CloseAsync();
    }

    [Theory]
    [InlineData("/language/zh?back=//evil.example/x")]
    [InlineData("/language/zh?back=https://evil.example/x")]
    [InlineData("/language/zh?back=/%5Cevil.example/x")]
    public async Task A_choice_leads_back_into_the_portal_only(string path)
    {
        Chromium.Require();
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(Address) };
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal((302, "/"), ((int)answer.StatusCode, answer.Headers.Location?.ToString()));
    }
}
