using Bunit;
using CllClip.Engine.Methods;
using CllClip.Portal.Features.Launch;
using CllClip.Shared.Languages;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.Launch;

public sealed class LaunchPageTests : PageContext
{
    private string Address => Services.GetRequiredService<NavigationManager>().Uri;

    [Fact]
    public void Every_method_of_the_catalogue_has_a_card_with_its_summary_in_its_family_and_the_chosen_one_its_paper()
    {
        var page = Render<LaunchPage>();
        var cards = page.FindAll("label.method");
        Assert.Equal(MethodCatalog.All.Count, cards.Count);
        Assert.All(
            MethodCatalog.All,
            m =>
            {
                var card = cards.Single(c => c.QuerySelector("strong")!.TextContent == m.Name);
                Assert.Contains(m.Summary, card.TextContent, StringComparison.Ordinal);
                Assert.Equal(m.Id == "cll-clip", card.TextContent.Contains(m.Paper, StringComparison.Ordinal));
            }
        );
        Assert.Equal(MethodCatalog.All.Select(m => m.Family).Distinct(), page.FindAll("h3.family").Select(h => h.TextContent));
    }

    [Fact]
    public void Every_option_of_the_method_is_there_with_its_default_and_range()
    {
        var page = Render<LaunchPage>();
        foreach (var option in MethodCatalog.Find("cll-clip")!.Options)
        {
            var field = page.Find($"#option-{option.Name}");
            var help = page.Find($"#option-{option.Name}-help").TextContent;
            Assert.Contains(option.Help, help, StringComparison.Ordinal);
            Assert.Contains("Default", help, StringComparison.Ordinal);
            if (option.Max is not null)
            {
                Assert.Contains("From ", help, StringComparison.Ordinal);
            }
            Assert.Contains($"{option.Name}-help", field.GetAttribute("aria-describedby"), StringComparison.Ordinal);
        }
        Assert.Contains("paper 5e-5", page.Find("#option-learningRate-help").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void TEIR_is_disabled_with_a_reason_where_it_does_not_compose()
    {
        var page = Render<LaunchPage>();
        Assert.False(page.Find("#teir").HasAttribute("disabled"));
        page.Find("input[name=method][value=joint]").Change("joint");
        Assert.True(page.Find("#teir").HasAttribute("disabled"));
        Assert.Contains("Joint training does not compose with TEIR", page.Find("#teir-note").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("#option-teirParts"));
    }

    [Fact]
    public void A_wrong_value_is_named_beside_its_field_and_nothing_is_submitted()
    {
        var page = Render<LaunchPage>();
        page.Find("#option-batchSize").Change("1");
        page.Find("#epochs").Change("0");
        Assert.Contains("between 2 and 4096", page.Find("[id='error-options.batchSize']").TextContent, StringComparison.Ordinal);
        Assert.Equal("1", page.Find("#option-batchSize").GetAttribute("value"));
        Assert.Equal("true", page.Find("#epochs").GetAttribute("aria-invalid"));
        page.Find("form").Submit();
        Assert.Empty(Desk.Submitted);
        page.Find("[aria-label^='Reset Batch size']").Click();
        page.Find("#epochs").Change("2");
        Assert.Empty(page.FindAll(".field-error"));
    }

    [Fact]
    public void Further_data_sets_are_offered_to_evaluate_on_where_there_is_one()
    {
        Assert.Empty(Render<LaunchPage>().FindAll("#test-sets"));
        Desk.Datasets.AddRange([("coco", "MSCOCO36"), ("xm3600", "XM3600")]);
        Desk.Refusal["testSets"] = ["None of the languages."];
        var page = Render<LaunchPage>();
        Assert.Equal(["MSCOCO36", "XM3600"], page.FindAll("#test-sets label").Select(Text));
        page.Find("#test-sets input[value=xm3600]").Change(true);
        page.Find("form").Submit();
        Assert.Contains("None of the languages.", page.Find("#test-sets #error-testSets").TextContent, StringComparison.Ordinal);
        Desk.Refusal.Clear();
        page.Find("#dataset").Change("coco");
        Assert.Equal(["Emoji36", "XM3600"], page.FindAll("#test-sets label").Select(Text));
        page.Find("form").Submit();
        Assert.Equal(("coco", "xm3600"), (Assert.Single(Desk.Submitted).Dataset, Assert.Single(Desk.Submitted[0].TestSets!)));
    }

    [Fact]
    public void A_loaded_run_s_test_set_that_is_not_here_can_be_taken_off()
    {
        Desk.Add(SampleDesk.Run("42") with { TestSets = ["gone"] }, 2);
        Services.GetRequiredService<NavigationManager>().NavigateTo("/launch?from=42");
        var page = Render<LaunchPage>();
        Assert.True(page.Find("#test-sets input[value=gone]").HasAttribute("checked"));
        page.Find("#test-sets input[value=gone]").Change(false);
        page.Find("form").Submit();
        Assert.Null(Assert.Single(Desk.Submitted).TestSets);
    }

    [Fact]
    public void Errors_of_the_server_stand_beside_their_fields_too()
    {
        Desk.Refusal["name"] = ["There is a run of that name."];
        Desk.Refusal["tenant"] = ["Not yours."];
        var page = Render<LaunchPage>();
        page.Find("form").Submit();
        Assert.Contains("There is a run of that name.", page.Find("#error-name").TextContent, StringComparison.Ordinal);
        Assert.Contains("Not yours.", page.Find(".summary .notice").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void One_press_launches_the_Tour_and_opens_its_page()
    {
        var page = Render<LaunchPage>();
        page.Find("form").Submit();
        Assert.Equal(LanguageCatalog.Tour, Assert.Single(Desk.Submitted).Languages);
        Assert.EndsWith("/runs/new-1", Address, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_seeds_make_a_sweep_and_open_it()
    {
        var page = Render<LaunchPage>();
        page.Find("#seed").Change("1-3");
        Assert.Contains("3 runs", page.Find(".summary h2").TextContent, StringComparison.Ordinal);
        page.Find("form").Submit();
        Assert.Equal(3, Desk.Submitted.Count);
        Assert.EndsWith("/sweeps/sweep-1", Address, StringComparison.Ordinal);
    }

    [Fact]
    public void Languages_are_ordered_removed_and_added_by_keyboard()
    {
        var page = Render<LaunchPage>();
        page.Find("[aria-label='Move German earlier']").Click();
        page.Find("[aria-label='Remove Finnish']").Click();
        page.Find("[aria-label='Search languages to add']").Input("עבר");
        page.Find("button.chip").Click();
        page.Find("form").Submit();
        Assert.Equal(["de", "en", "ja", "hi", "ar", "he"], Assert.Single(Desk.Submitted).Languages);
    }

    [Fact]
    public void The_papers_preset_takes_all_36_in_its_order()
    {
        var page = Render<LaunchPage>();
        page.FindAll("button").First(b => b.TextContent == "Paper's 36").Click();
        Assert.Equal(36, page.FindAll(".langs li").Count);
        Assert.True(page.Find("[aria-label='Move English earlier']").HasAttribute("disabled"));
    }

    [Fact]
    public void The_form_fills_from_a_run_and_says_when_there_is_none()
    {
        Desk.Add(SampleDesk.Run("42", languages: ["th", "ko"]), 2);
        var navigation = Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo("/launch?from=42");
        var page = Render<LaunchPage>();
        Assert.Equal(["th", "ko"], page.FindAll(".langs bdi").Select(b => b.GetAttribute("lang")!));
        Assert.Contains("Filled from", page.Markup, StringComparison.Ordinal);
        navigation.NavigateTo("/launch?from=nope");
        var other = Render<LaunchPage>();
        Assert.Contains("There is no run", other.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_estimate_shows_before_submitting_and_names_its_source()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        var summary = Text(Render<LaunchPage>().Find(".summary"));
        Assert.Contains("about 1 min 17 s", summary, StringComparison.Ordinal);
        Assert.Contains("from the stages of your run", summary, StringComparison.Ordinal);
    }
}
