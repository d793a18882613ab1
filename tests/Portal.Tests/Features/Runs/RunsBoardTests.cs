using System.Text.Json;
using Bunit;
using CllClip.Portal.Features.Runs;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Xunit;

namespace CllClip.Portal.Tests.Features.Runs;

/// <summary>The list of runs as a board: sweeps, choosing, tags, deleting.</summary>
public sealed class RunsBoardTests : PageContext
{
    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    private void AddSweep(string id = "s", params double[] recalls)
    {
        for (var i = 0; i < recalls.Length; i++)
        {
            var rate = i < recalls.Length / 2 ? 0.001 : 0.01;
            Desk.Add(
                SampleDesk.Run($"{id}{i}") with
                {
                    Seed = i % 2 + 1,
                    SweepId = id,
                    SweepName = $"Rates {id}",
                    Options = new Dictionary<string, JsonElement> { ["learningRate"] = JsonSerializer.SerializeToElement(rate) },
                    Summary = new() { ArT2i = recalls[i], ForgettingT2i = 2 },
                },
                1
            );
        }
    }

    [Fact]
    public void A_sweep_is_one_row_that_opens_to_its_configurations_with_mean_and_deviation_and_its_runs()
    {
        Desk.Add(SampleDesk.Run("single"), 1);
        AddSweep("s", 10, 12, 20, 26);
        var page = Render<RunsPage>();
        Assert.True(Desk.LastFilter!.Grouped);
        Assert.Equal(2, page.FindAll("tbody tr").Count);
        Assert.StartsWith("5 runs", Text(page.Find(".lead")), StringComparison.Ordinal);
        var head = page.Find("tr.sweep");
        Assert.Equal("/sweeps/s", head.QuerySelector("a")!.GetAttribute("href"));
        Assert.Contains("23.0 ± 4.2", Text(head), StringComparison.Ordinal); // the better configuration: 20 and 26
        head.QuerySelector("button.fold")!.Click();
        Assert.Equal("true", page.Find("button.fold").GetAttribute("aria-expanded"));
        var configurations = page.FindAll("tr.configuration").Select(Text).ToList();
        Assert.Equal(2, configurations.Count);
        Assert.Contains("Learning rate 0.001", configurations[0], StringComparison.Ordinal);
        Assert.Contains("11.0 ± 1.4", configurations[0], StringComparison.Ordinal);
        Assert.Equal(4, page.FindAll("tr.member").Count);
        page.Find(".filters > label.switch input").Change(false); // Group sweeps
        Assert.Contains("group=off", Navigation.Uri, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("tr.sweep"));
        Assert.Equal(5, page.FindAll("tbody tr").Count);
    }

    [Fact]
    public void Data_set_base_model_and_TEIR_are_filters_that_the_address_keeps()
    {
        Desk.Add(SampleDesk.Run("1"), 1);
        var page = Render<RunsPage>();
        Assert.Empty(page.FindAll("select[aria-label='Base model'], select[aria-label='Data set']")); // there is nothing to choose
        Desk.Add(SampleDesk.Run("2") with { Dataset = "mine", Model = "large", Teir = false }, 1);
        Navigation.NavigateTo("/runs?model=gone");
        Assert.Equal("gone", page.Find("select[aria-label='Base model']").GetAttribute("value"));
        page.Find("select[aria-label='Base model']").Change("large");
        page.Find("select[aria-label='Data set']").Change("mine");
        page.Find("select[aria-label=TEIR]").Change("false");
        Assert.EndsWith("/runs?dataset=mine&model=large&teir=false", Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal(("mine", "large", false), (Desk.LastFilter!.Dataset, Desk.LastFilter.Model, Desk.LastFilter.Teir));
        Assert.Single(page.FindAll("tbody tr"));
        page.FindAll("thead button").Single(b => Text(b) == "Data").Click();
        Assert.Equal(("dataset", "mine"), (Desk.LastFilter.Sort, Desk.LastFilter.Dataset));
    }

    [Fact]
    public void What_the_address_asks_for_and_cannot_be_is_named_with_what_can_and_the_rest_is_shown()
    {
        Desk.Add(SampleDesk.Run("1"), 1);
        Navigation.NavigateTo("/runs?state=foo&method=magic&teir=maybe&match=some&group=maybe&sort=-foo&page=x&q=CLL");
        var page = Render<RunsPage>();
        var said = page.FindAll("[role=alert]").Select(Text).ToList();
        Assert.Equal(7, said.Count);
        Assert.Contains("state=“foo”", said[0], StringComparison.Ordinal);
        Assert.Contains("Queued, Running", said[0], StringComparison.Ordinal);
        Assert.Contains("cll-clip", said[1], StringComparison.Ordinal);
        Assert.Contains("created, -created", said[5], StringComparison.Ordinal);
        Assert.Equal(("CLL", null, "created"), (Desk.LastFilter!.Search, Desk.LastFilter.State, Desk.LastFilter.Sort));
        Assert.Single(page.FindAll("tbody tr"));
        Assert.DoesNotContain("state=", page.Find("[role=alert] a").GetAttribute("href"), StringComparison.Ordinal);
        page.Find("select[aria-label=State]").Change("Completed"); // what cannot be does not stay in the address
        Assert.EndsWith("/runs?q=CLL&state=Completed", Navigation.Uri, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[role=alert]"));
        Navigation.NavigateTo("/runs?state=completed&sort=ar");
        Assert.Empty(page.FindAll("[role=alert]"));
        Assert.Equal((RunState.Completed, "ar", false), (Desk.LastFilter.State, Desk.LastFilter.Sort, Desk.LastFilter.Descending));
    }

    [Fact]
    public void More_runs_than_can_be_compared_are_counted_beside_the_link()
    {
        for (var i = 0; i < 70; i++)
        {
            Desk.Add(SampleDesk.Run($"r{i:00}"), 0);
        }
        var page = Render<RunsPage>();
        page.Find("[aria-label='Choose all runs shown']").Change(true);
        Assert.DoesNotContain("left out", Text(page.Find(".chosen-bar")), StringComparison.Ordinal);
        page.FindAll(".chosen-bar button").First(b => b.TextContent.StartsWith("Choose all", StringComparison.Ordinal)).Click();
        Assert.Contains("the first 64; 6 left out", Text(page.Find(".chosen-bar")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_box_of_a_sweep_chooses_all_its_runs()
    {
        AddSweep("s", 1, 2, 3, 4);
        var page = Render<RunsPage>();
        page.Find("tr.sweep input").Change(true);
        Assert.Equal("4 chosen", Text(page.Find(".chosen-bar span")));
        page.FindAll(".chosen-bar button").Single(b => b.TextContent == "Resume").Click();
        Assert.Equal(["s0", "s1", "s2", "s3"], Desk.Asked.Select(a => a.Id));
    }

    [Fact]
    public void Shift_and_a_click_choose_all_between_and_the_choice_goes_from_page_to_page_but_not_into_another_filter()
    {
        for (var i = 0; i < 30; i++)
        {
            Desk.Add(SampleDesk.Run($"r{i:00}"), 0);
        }
        var page = Render<RunsPage>();
        page.FindAll("tbody input")[2].Change(true);
        page.FindAll("tbody input")[6].Click(new MouseEventArgs { ShiftKey = true });
        page.FindAll("tbody input")[6].Change(true);
        Assert.Equal("5 chosen", Text(page.Find(".chosen-bar span")));
        page.FindAll("nav button").Single(b => b.TextContent == "Next").Click();
        Assert.Equal("5 chosen", Text(page.Find(".chosen-bar span")));
        page.FindAll(".chosen-bar button").First(b => b.TextContent.StartsWith("Choose all", StringComparison.Ordinal)).Click();
        Assert.Equal("30 chosen", Text(page.Find(".chosen-bar span")));
        page.Find("select[aria-label=State]").Change("Completed");
        Assert.Empty(page.FindAll(".chosen-bar"));
    }

    [Fact]
    public void Tags_are_put_on_and_taken_off_all_chosen_runs_and_filter_and_rename()
    {
        Desk.Add(SampleDesk.Run("1") with { Tags = ["old"] }, 0);
        Desk.Add(SampleDesk.Run("2"), 0);
        var page = Render<RunsPage>();
        page.Find("[aria-label='Choose all runs shown']").Change(true);
        page.Find(".tagging input").Input("lab, night");
        page.Find(".tagging").Submit();
        Assert.Equal(["1", "2"], Desk.Tagged[0].Ids);
        Assert.Equal(["lab", "night"], Desk.Tagged[0].Change.Add);
        page.Find(".tagging input").Input("old");
        page.FindAll(".tagging button").Single(b => b.TextContent == "Remove tags").Click();
        Assert.Equal(["old"], Desk.Tagged[1].Change.Remove);
        Assert.Equal(4, page.FindAll("tbody a.tag").Count);
        Assert.Equal("/runs?tag=lab", page.Find("tbody a.tag").GetAttribute("href"));

        page.FindAll(".tags label input")[0].Change(true);
        Assert.EndsWith("tag=lab", Navigation.Uri, StringComparison.Ordinal);
        page.FindAll(".tags .seg button")[1].Click();
        Assert.True(Desk.LastFilter!.AnyTag);
        Assert.Equal(["lab"], Desk.LastFilter.Tags);
        page.Find("[aria-label='Tag to rename']").Change("night");
        page.Find("[aria-label='Its new name']").Input("day");
        page.Find("form.rename").Submit();
        Assert.All(Desk.Runs, r => Assert.Equal(["lab", "day"], r.Tags));
    }

    [Fact]
    public async Task Deleting_says_what_is_lost_and_how_many_bytes_first()
    {
        Desk.Add(SampleDesk.Run("1", RunState.Failed), 0);
        Desk.Add(SampleDesk.Run("2", RunState.Failed), 0);
        var dialogs = Render<MudDialogProvider>();
        var page = Render<RunsPage>();
        page.Find("[aria-label='Choose all runs shown']").Change(true);
        var pressed = page.FindAll(".chosen-bar button").Single(b => b.TextContent == "Delete").ClickAsync(new MouseEventArgs());
        dialogs.WaitForAssertion(() => Assert.Contains("3.0 MB on the disk", dialogs.Markup, StringComparison.Ordinal));
        Assert.Empty(Desk.Asked);
        dialogs.FindAll("button").Single(b => Text(b) == "Delete").Click();
        await pressed;
        Assert.Equal([("delete", "1"), ("delete", "2")], Desk.Asked);
    }

    [Fact]
    public void Name_tags_and_notes_are_edited_on_the_run_s_page_and_wrong_ones_are_kept_as_typed()
    {
        Desk.Add(SampleDesk.Run("1") with { Tags = ["a"] }, 1);
        var page = Render<RunPage>(p => p.Add(r => r.Id, "1"));
        page.WaitForElement(".notes button").Click();
        page.WaitForElement("#edit-name").Change("  ");
        page.Find("#edit-notes").Change("It was warm.");
        page.Find("form.edit").Submit();
        Assert.Contains("must not be empty", page.WaitForElement("#error-name").TextContent, StringComparison.Ordinal);
        Assert.Equal("It was warm.", page.Find("#edit-notes").GetAttribute("value"));
        page.Find("#edit-name").Change("Warm");
        page.Find("#edit-tags").Change("a, b");
        page.Find("form.edit").Submit();
        page.WaitForAssertion(() => Assert.Equal("Warm", Text(page.Find("h1"))));
        page.WaitForAssertion(() => Assert.Equal("It was warm.", Text(page.Find(".notes .text")))); // the form closes once the run was read again
        Assert.Equal(["a", "b"], Assert.Single(Desk.Edits).Edit.Tags!);
    }
}
