using System.Text.RegularExpressions;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Tests.Features;
using CllClip.Shared.Languages;
using CllClip.Shared.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>The frame and the pages in a real browser, with made-up runs behind them.</summary>
public sealed class PagesTests(BrowserSession session) : IClassFixture<BrowserSession>, IDisposable
{
    private readonly SampleDesk _desk = Sample();
    private PortalHost? _host;

    private string Address => (_host ??= new PortalHost(_desk)).Address;

    // What makes the page wider than the window: nothing but elements that stand in a scrollable area may be; the document itself is none.
    internal const string TooWide = """
        () => {
          const wide = document.documentElement.scrollWidth;
          if (wide <= innerWidth) return [];
          const found = [...document.querySelectorAll('main *, header *, footer *')]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .filter(e => { for (let p = e.parentElement; p && p !== document.documentElement; p = p.parentElement) if (p.scrollWidth > p.clientWidth && /auto|scroll|hidden/.test(getComputedStyle(p).overflowX)) return false; return true; })
            .map(e => e.tagName + '.' + e.className + ' ' + Math.round(e.getBoundingClientRect().right));
          return found.length ? found : ['the document ' + wide];
        }
        """;

    public static TheoryData<string> Paths =>
        [
            "/",
            "/search",
            "/about",
            "/models",
            "/datasets",
            "/datasets/emoji36",
            "/launch",
            "/runs",
            "/runs/1",
            "/runs/36",
            "/runs/gone",
            "/runs/1/answers?stage=2&language=de",
            "/sweeps/s1",
            "/runs/schedule",
            "/runs/import",
            "/compare",
            "/docs/api",
            "/webhooks",
            "/audit",
            "/storage",
            "/diagnostics",
            "/leaderboard",
            "/leaderboard?source=own&method=joint",
            "/nowhere",
        ];

    internal static SampleDesk Sample()
    {
        var desk = new SampleDesk();
        desk.Add(SampleDesk.Run("2", RunState.Running), 2);
        desk.Add(SampleDesk.Run("1"), 6);
        desk.Add(SampleDesk.Run("36", languages: LanguageCatalog.PaperOrder) with { Shipped = true }, 36);
        desk.Add(SampleDesk.Run("3", RunState.Failed), 1);
        desk.Add(SampleDesk.Run("4") with { SweepId = "s1", SweepName = "Seeds" }, 6);
        desk.Add(SampleDesk.Run("5", RunState.Running) with { SweepId = "s1", SweepName = "Seeds", Seed = 2 }, 2);
        return desk;
    }

    public void Dispose() => _host?.Dispose();

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Every_page_has_a_title_a_heading_no_errors_and_fits_a_phone(string path)
    {
        Chromium.Require();
        var (page, errors) = await session.OpenAsync(Address, width: 360, height: 740);
        await BrowserSession.GoAsync(page, path);
        Assert.EndsWith("CLL-CLIP", await page.TitleAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await page.Locator("h1").CountAsync());
        Assert.Empty(await page.EvaluateAsync<string[]>(TooWide));
        // The browser itself reports that an address answered 404; only this one is meant to.
        Assert.DoesNotContain(errors, e => path != "/nowhere" || !e.Contains("404", StringComparison.Ordinal));
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(1000)]
    [InlineData(620)]
    [InlineData(360)]
    public async Task The_formulas_of_forgetting_open_within_the_window(int width)
    {
        Chromium.Require();
        var (page, errors) = await session.OpenAsync(Address, width: width, height: 900);
        await BrowserSession.GoAsync(page, "/leaderboard");
        await page.Locator(".formulas summary").ClickAsync();
        var box = (await page.Locator(".formulas .sheet").BoundingBoxAsync())!;
        Assert.InRange(box.X, 0, width);
        Assert.InRange(box.X + box.Width, 200, width);
        Assert.Empty(await page.EvaluateAsync<string[]>(TooWide));
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_foreign_word_is_not_drawn_with_the_font_of_the_page_around_it()
    {
        Chromium.Require();
        var (page, _) = await session.OpenAsync(Address);
        await BrowserSession.GoAsync(page, "/about");
        var fonts = await page.EvaluateAsync<string[]>(
            """
            () => {
              document.documentElement.lang = 'zh';
              const main = document.querySelector('main');
              main.insertAdjacentHTML('beforeend', '<p lang="vi">cầu vồng <b>cầu</b></p><p lang="ja">さかな</p>');
              return [main, ...main.querySelectorAll('[lang=vi], [lang=vi] b, [lang=ja]:last-child')].map(e => getComputedStyle(e).fontFamily.split(',')[0].replaceAll('"', ''));
            }
            """
        );
        Assert.Equal(["Noto Sans SC", "system-ui", "system-ui", "Noto Sans JP"], fonts);
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("ar", "سمكة", "Noto Sans Arabic")]
    [InlineData("he", "דג", "Noto Sans Hebrew")]
    [InlineData("hi", "मछली", "Noto Sans")]
    [InlineData("bn", "মাছ", "Noto Sans Bengali")]
    [InlineData("te", "చేప", "Noto Sans Telugu")]
    [InlineData("th", "ปลา", "Noto Sans Thai")]
    [InlineData("ja", "さかな", "Noto Sans JP")]
    [InlineData("ko", "물고기", "Noto Sans KR")]
    [InlineData("zh", "鱼", "Noto Sans SC")]
    public async Task Foreign_text_is_drawn_with_a_font_that_the_portal_serves(string language, string text, string font)
    {
        Chromium.Require();
        var (page, errors) = await session.OpenAsync(Address);
        await BrowserSession.GoAsync(page, "/about");
        var foreign = new List<string>();
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(Address, StringComparison.Ordinal))
            {
                foreign.Add(request.Url);
            }
        };
        var loaded = await page.EvaluateAsync<string[]>(
            """
            async ([lang, text]) => {
              const p = document.createElement('p');
              p.lang = lang;
              p.textContent = text;
              document.querySelector('main').append(p);
              const family = getComputedStyle(p).fontFamily.split(',')[0];
              const faces = await document.fonts.load('16px ' + family, text);
              return faces.filter(f => f.status === 'loaded').map(f => f.family.replaceAll('"', ''));
            }
            """,
            new[] { language, text }
        );
        Assert.Equal(font, Assert.Single(loaded.Distinct()));
        Assert.Empty(foreign);
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_theme_follows_the_system_until_it_is_chosen_and_the_choice_lasts()
    {
        Chromium.Require();
        var (page, _) = await session.OpenAsync(Address, scheme: ColorScheme.Dark);
        await BrowserSession.GoAsync(page, "/");
        Assert.Equal("dark", await page.EvaluateAsync<string>("() => document.documentElement.dataset.theme"));
        await page.Locator("[data-theme-switch]").ClickAsync();
        Assert.Equal("light", await page.EvaluateAsync<string>("() => document.documentElement.dataset.theme"));
        await page.ReloadAsync();
        Assert.Equal("light", await page.EvaluateAsync<string>("() => document.documentElement.dataset.theme"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_keyboard_reaches_the_content_first_and_launches_a_run()
    {
        Chromium.Require();
        var (page, _) = await session.OpenAsync(Address);
        await BrowserSession.GoAsync(page, "/launch");
        await page.Locator(".brand").FocusAsync();
        await page.Keyboard.PressAsync("Shift+Tab");
        Assert.Equal("Skip to content", await page.EvaluateAsync<string>("() => document.activeElement.textContent"));
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("main", await page.EvaluateAsync<string>("() => document.activeElement.id"));
        Assert.EndsWith("/launch", page.Url, StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Move German earlier" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".langs li").First).ToContainTextAsync("Deutsch");
        await page.Locator("button[type=submit]").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/runs/new-1$"), new() { Timeout = 20_000 });
        Assert.Equal("de", Assert.Single(_desk.Submitted).Languages![0]);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_language_is_dragged_to_its_place()
    {
        Chromium.Require();
        var (page, _) = await session.OpenAsync(Address);
        await BrowserSession.GoAsync(page, "/launch");
        var items = page.Locator(".langs li");
        await items.Nth(5).DragToAsync(items.Nth(0));
        await Assertions.Expect(items.First).ToContainTextAsync("Suomi");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Progress_and_scores_arrive_without_a_reload()
    {
        Chromium.Require();
        var (page, _) = await session.OpenAsync(Address);
        await BrowserSession.GoAsync(page, "/runs/2");
        await page.EvaluateAsync("() => { window.sameDocument = true; }");
        for (var i = 1; i <= 20; i++)
        {
            _desk.Send(
                new ProgressMessage(
                    "2",
                    100 + i,
                    new RunProgress(3, 6, "ja", "training", 4, 6, 100 + i, 174, 0.5 + i / 100.0, 80, 1900),
                    new Dictionary<string, double> { ["total"] = 1.0 / i }
                )
            );
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        await Assertions
            .Expect(page.Locator("section[aria-label=Progress] [role=progressbar]"))
            .ToHaveAttributeAsync("aria-valuenow", "70");
        Assert.True(await page.EvaluateAsync<bool>("() => window.sameDocument"));
        await page.Context.CloseAsync();
    }
}
