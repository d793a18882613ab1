using CllClip.Portal.Tests.Features;
using CllClip.Shared.Runs;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>What needs a real pointer and a real keyboard: ordering the queue by drag, choosing many runs.</summary>
public sealed class RunsBoardTests(BrowserSession session) : IClassFixture<BrowserSession>
{
    [Fact]
    public async Task Queued_runs_are_dragged_and_moved_by_keyboard()
    {
        Chromium.Require();
        var desk = new SampleDesk();
        desk.Add(SampleDesk.Run("hand", RunState.Running), 1);
        foreach (var id in new[] { "a", "b", "c" })
        {
            desk.Add(SampleDesk.Run(id, RunState.Queued), 0);
        }
        using var host = new PortalHost(desk);
        var (page, errors) = await session.OpenAsync(host.Address);
        await BrowserSession.GoAsync(page, "/runs/schedule");
        var names = page.Locator(".lane tbody .name a");
        string[] Order(params string[] ids) => [.. ids.Select(i => $"CLL-CLIP+TEIR {i}")];
        await Assertions.Expect(names).ToHaveTextAsync(Order("hand", "a", "b", "c"));
        await page.Locator("tr.queued").Nth(2).Locator("td").First.DragToAsync(page.Locator("tr.queued").Nth(0).Locator("td").First);
        await Assertions.Expect(names).ToHaveTextAsync(Order("hand", "c", "a", "b"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Move CLL-CLIP+TEIR b up" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(names).ToHaveTextAsync(Order("hand", "c", "b", "a"));
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Runs_are_chosen_by_arrow_keys_space_and_shift_click_and_tagged_together()
    {
        Chromium.Require();
        var desk = new SampleDesk();
        foreach (var i in Enumerable.Range(0, 8))
        {
            desk.Add(SampleDesk.Run($"r{i}"), 0);
        }
        using var host = new PortalHost(desk);
        var (page, errors) = await session.OpenAsync(host.Address);
        await BrowserSession.GoAsync(page, "/runs");
        var boxes = page.Locator("table.runs tbody input[type=checkbox]");
        var chosen = page.Locator(".chosen-bar strong");
        await boxes.Nth(0).FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(boxes.Nth(1)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(chosen).ToHaveTextAsync("1");
        await page.Keyboard.PressAsync("Shift+ArrowDown");
        await Assertions.Expect(boxes.Nth(2)).ToBeFocusedAsync();
        await Assertions.Expect(chosen).ToHaveTextAsync("2");
        await boxes.Nth(5).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Assertions.Expect(chosen).ToHaveTextAsync("5");
        await page.Locator(".tagging input").FillAsync("night");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("tbody a.tag")).ToHaveCountAsync(5);
        await page.Locator("tbody a.tag").First.ClickAsync();
        await Assertions.Expect(page.Locator("table.runs tbody tr")).ToHaveCountAsync(5);
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }
}
