using Bunit;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Features.Uploads;
using CllClip.Portal.Hosting;
using CllClip.Portal.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.Uploads;

/// <summary>The component that uploads.</summary>
public sealed class UploadBoxTests : UploadContext
{
    [Fact]
    public async Task Progress_speed_pause_and_cancel_are_shown_and_passed_on()
    {
        var box = Render<UploadBox>(p => p.Add(b => b.Help, "Images and captions."));
        Assert.Contains("Images and captions. A file of at most 20 GB", Text(box.Find(".drop")), StringComparison.Ordinal);
        await box.InvokeAsync(() => box.Instance.OnChosen("a.zip", 1_000_000_000));
        await box.InvokeAsync(() => box.Instance.OnProgress(250_000_000, 1_000_000_000, 50_000_000));
        Assert.True(box.Find(".drop").HasAttribute("hidden"));
        Assert.Contains("Uploading a.zip · 25.0 %", Text(box.Find(".progress")), StringComparison.Ordinal);
        Assert.Contains("15 s left", Text(box.Find(".progress")), StringComparison.Ordinal);
        Assert.Contains("250 MB of 1.0 GB · 50 MB/s", Text(box.Find("[role=group]")), StringComparison.Ordinal);
        Button(box, "Pause").Click();
        Assert.Contains("Paused: a.zip", Text(box.Find(".progress")), StringComparison.Ordinal);
        Button(box, "Resume").Click();
        Button(box, "Cancel").Click();
        Assert.Empty(box.FindAll(".progress"));
        Assert.False(box.Find(".drop").HasAttribute("hidden"));
    }

    [Fact]
    public async Task What_goes_wrong_is_said_in_the_server_s_words_or_in_ours()
    {
        var box = Render<UploadBox>(p => p.Add(b => b.Help, "x"));
        await box.InvokeAsync(() => box.Instance.OnTooLarge("big.zip", 30_000_000_000));
        Assert.Contains(
            "“big.zip” has 30 GB; uploads of at most 20 GB are taken",
            Text(box.Find("[role=alert]")),
            StringComparison.Ordinal
        );
        await box.InvokeAsync(() => box.Instance.OnChosen("a.zip", 10));
        await box.InvokeAsync(() => box.Instance.OnFailed(507, "The disk is full. Free some."));
        Assert.Equal("The disk is full. Free some.", Text(box.Find("[role=alert]")));
        await box.InvokeAsync(() => box.Instance.OnChosen("a.zip", 10));
        Assert.Empty(box.FindAll("[role=alert]"));
        await box.InvokeAsync(() => box.Instance.OnFailed(0, ""));
        Assert.Contains("“a.zip” broke off. Choose the file again to go on", Text(box.Find("[role=alert]")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_one_that_was_sent_is_chosen_once_it_is_unpacked_and_others_can_be_chosen_or_discarded()
    {
        string? chosen = null;
        var old = Shelf.Create("old.zip", 100, "", out _)!.Id;
        var box = Render<UploadBox>(p => p.Add(b => b.Help, "x").Add(b => b.ValueChanged, v => chosen = v));
        Assert.Contains(
            "0 B of 100 B are here; choose the same file again to go on",
            Text(box.Find(".uploads li")),
            StringComparison.Ordinal
        );
        var mine = Shelf.Create("mine.zip", 10, "", out _)!.Id;
        await box.InvokeAsync(() => box.Instance.OnChosen("mine.zip", 10));
        await box.InvokeAsync(() => box.Instance.OnAddress(mine));
        Assert.Single(box.FindAll(".uploads li")); // its own is shown by itself
        await box.InvokeAsync(() => box.Instance.OnSent(mine));
        Assert.Null(chosen);
        Shelf.Touch(Shelf.Item(mine)!, new UnpackOutcome(3, 4_000, null));
        box.WaitForAssertion(() => Assert.Equal(mine, chosen));
        Assert.Contains("3 files, 4.0 kB unpacked", Text(box.FindAll(".uploads li")[1]), StringComparison.Ordinal);
        Shelf.Touch(Shelf.Item(old)!, new UnpackOutcome(0, 0, "The archive is empty."));
        box.WaitForAssertion(() => Assert.Equal("The archive is empty.", Text(box.Find(".uploads [role=alert]"))));
        Assert.Single(box.FindAll(".uploads li:first-child button")); // nothing to try again
        Shelf.Touch(Shelf.Item(old)!, new UnpackOutcome(0, 0, "No room.", MayRetry: true));
        box.WaitForAssertion(() => Assert.Equal("No room.", Text(box.Find(".uploads [role=alert]"))));
        box.FindAll(".uploads button").Single(b => b.TextContent == "Try again").Click();
        Assert.Equal((UploadState.Receiving, null), (Shelf.Find(old)!.State, Shelf.Find(old)!.Error)); // its bytes never came in this test
        box.Find("button[aria-label='Discard old.zip']").Click();
        Assert.Null(Shelf.Find(old));
        Assert.Single(box.FindAll(".uploads li"));
    }

    [Fact]
    public async Task Whoever_may_only_look_sees_no_uploads_and_removes_none()
    {
        var id = Shelf.Create("a.zip", 10, "", out _)!.Id;
        Visitor.Role = Role.Viewer;
        Assert.Empty(Render<UploadBox>(p => p.Add(b => b.Help, "x")).FindAll(".uploads li"));
        Assert.NotNull(await Services.GetRequiredService<UploadDesk>().RemoveAsync(id));
        Assert.NotNull(Shelf.Find(id));
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<UploadBox> box, string text) =>
        box.FindAll("button").Single(b => b.TextContent == text);
}
