using Bunit;
using CllClip.Engine.Search;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Hosting;
using CllClip.Shared.Languages;
using CllClip.Shared.Search;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.Search;

public sealed class SearchPageTests : PageContext
{
    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void Results_show_picture_name_in_its_language_share_and_lead_to_what_is_alike()
    {
        var hits = new[] { SampleSearch.Hit("1f431", "قطة", "ar"), SampleSearch.Hit("1f436", "كلب", "ar", 99.94) };
        var results = Render<SearchResults>(p => p.Add(r => r.Answer, SampleSearch.Answer(new SearchQuery { Text = "قطة" }, null, hits)));
        var items = results.FindAll("ol > li");
        Assert.Equal(2, items.Count);
        Assert.Equal(hits[0].Url, items[0].QuerySelector("img")!.GetAttribute("src"));
        Assert.Equal(("ar", "قطة"), (items[0].QuerySelector("bdi")!.GetAttribute("lang"), items[0].QuerySelector("bdi")!.TextContent));
        Assert.Contains("beats 99.9", Text(items[1]), StringComparison.Ordinal);
        Assert.Equal("/search?like=1f436_0", items[1].QuerySelector("a")!.GetAttribute("href"));
        Assert.Empty(results.FindAll("[role=status]"));
    }

    [Fact]
    public void Every_result_leads_to_itself_in_every_language_and_the_address_keeps_what_was_asked()
    {
        Navigation.NavigateTo("/search?q=kissa&gallery=mine");
        Searching.Named = ["de", "en", "fi"];
        var page = Render<SearchPage>();
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll(".hits a.languages").Count));
        Assert.Equal("One image in every language", page.Find("#one-thing h2").TextContent);
        page.WaitForAssertion(() => Assert.Equal(("1f431", "mine"), Searching.Things[^1])); // the best one found, until another is chosen
        var link = page.FindAll(".hits a.languages")[1].GetAttribute("href")!;
        Assert.Contains("q=kissa", link, StringComparison.Ordinal);
        Assert.EndsWith("gallery=mine&thing=1f436#one-thing", link, StringComparison.Ordinal);
        Navigation.NavigateTo(link);
        page.WaitForAssertion(() => Assert.Equal(("1f436", "mine"), Searching.Things[^1]));
        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll(".all li").Count));
        Assert.Contains(page.FindAll("#one-thing button.thing"), t => t.GetAttribute("aria-pressed") == "true");

        // another gallery has other things
        page.Find(".gallery select").Change("emoji36");
        Assert.DoesNotContain("thing=", Navigation.Uri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "no caption of this image")]
    [InlineData(1, "in one language alone (German)")]
    public void A_gallery_that_cannot_be_asked_in_several_languages_says_why(int languages, string said)
    {
        Searching.Named = [.. new[] { "de" }.Take(languages)];
        var thing = Render<OneThing>(p => p.Add(x => x.Checkpoint, "base").Add(x => x.Gallery, "mine").Add(x => x.Thing, "7"));
        thing.WaitForAssertion(() => Assert.Contains(said, Text(thing.Find("[role=status]")), StringComparison.Ordinal));
        Assert.Empty(thing.FindAll(".all li"));
    }

    [Fact]
    public void A_language_that_is_none_is_named_with_those_there_are_and_the_rest_goes_on()
    {
        Navigation.NavigateTo("/search?q=kissa&lang=xx&mode=riddles");
        var page = Render<SearchPage>();
        var said = page.FindAll("[role=alert]").Select(Text).ToList();
        Assert.Equal(2, said.Count);
        Assert.Contains("lang=“xx”", said[0], StringComparison.Ordinal);
        Assert.Contains("en, es", said[0], StringComparison.Ordinal);
        Assert.Contains("mode=“riddles”", said[1], StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".hits li")));
        Assert.Null(Searching.Asked[^1].Language);
        Assert.EndsWith("/search?q=kissa&mode=riddles", page.Find("[role=alert] a").GetAttribute("href"), StringComparison.Ordinal);
        Navigation.NavigateTo("/search?q=kissa&lang=FI");
        page.WaitForAssertion(() => Assert.Equal("fi", Searching.Asked[^1].Language));
        Assert.Empty(page.FindAll("[role=alert]"));
    }

    [Fact]
    public void Without_results_the_word_stands_alone_and_with_them_above()
    {
        var none = Render<SearchResults>(p => p.Add(r => r.Answer, SampleSearch.Answer(new SearchQuery(), "Type a word.")));
        Assert.Equal("Type a word.", none.Find("[role=status]").TextContent);
        Assert.Empty(none.FindAll("ol"));
        var some = Render<SearchResults>(p =>
            p.Add(r => r.Answer, SampleSearch.Answer(new SearchQuery(), "Has not learned it.", SampleSearch.Hit("1f431", "cat")))
        );
        Assert.Single(some.FindAll("ol > li"));
        Assert.Equal("Has not learned it.", some.Find("[role=status]").TextContent);
    }

    [Fact]
    public void The_page_opens_with_the_default_checkpoint_examples_of_all_languages_and_the_credits()
    {
        var page = Render<SearchPage>();
        Assert.Equal(36, page.FindAll(".examples .line").Count);
        Assert.Equal("joint", page.Find(".picker select").GetAttribute("value"));
        Assert.Equal(["joint:1"], Searching.Loads);
        Assert.Contains("CC-BY-SA-4.0", page.Find(".credits").TextContent, StringComparison.Ordinal);
        Assert.NotNull(page.Find("details[open]"));
        Assert.Equal(36, page.FindAll(".all li").Count); // one thing in 36 languages
    }

    [Fact]
    public async Task The_first_letter_is_searched_for_at_once_what_follows_fast_when_it_rests_and_the_address_holds_it()
    {
        var page = Render<SearchPage>(p => p.Add(x => x.Rest, TimeSpan.FromMilliseconds(400)));
        foreach (var typed in new[] { "k", "ki", "kissa" })
        {
            await page.InvokeAsync(() => page.Find("#search-box").Input(typed)); // found anew: the page may have been drawn in between
        }
        page.WaitForAssertion(() => Assert.Contains("kissa by joint:1", page.Markup, StringComparison.Ordinal));
        Assert.Equal(["k", "kissa"], Searching.Asked.Select(a => a.Text).Where(t => !string.IsNullOrEmpty(t)));
        page.WaitForAssertion(() => Assert.Contains("q=kissa", Navigation.Uri, StringComparison.Ordinal));
        Assert.Contains("Suomi", Text(page.Find(".status")), StringComparison.Ordinal);
        Assert.Contains("Detected", Text(page.Find(".status")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_latest_question_wins_over_an_answer_that_comes_late()
    {
        Searching.Loaded.Add("joint:1");
        var late = Searching.Held["first"] = new TaskCompletionSource();
        var pane = Render<SearchPane>(p =>
            p.Add(x => x.Checkpoints, Searching.Checkpoints)
                .Add(x => x.Checkpoint, "joint:1")
                .Add(x => x.Query, new SearchQuery { Text = "first" })
        );
        pane.Render(p => p.Add(x => x.Query, new SearchQuery { Text = "second" }));
        late.SetResult();
        pane.WaitForAssertion(() => Assert.Contains("second by joint:1", pane.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("first by", pane.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_asked_while_a_checkpoint_loads_is_answered_and_the_earlier_one_dropped()
    {
        var loading = Searching.HeldLoads["joint:1"] = new TaskCompletionSource();
        var pane = Render<SearchPane>(p =>
            p.Add(x => x.Checkpoints, Searching.Checkpoints)
                .Add(x => x.Checkpoint, "joint:1")
                .Add(x => x.Query, new SearchQuery { Text = "first" })
        );
        pane.Render(p => p.Add(x => x.Query, new SearchQuery { Text = "second" }));
        Assert.NotEmpty(pane.FindAll("[role=progressbar]"));
        loading.SetResult();
        pane.WaitForAssertion(() => Assert.Contains("second by joint:1", pane.Markup, StringComparison.Ordinal));
        Assert.Empty(pane.FindAll("[role=progressbar]"));
        Assert.Equal(["second"], Searching.Asked.Select(a => a.Text));
    }

    [Fact]
    public void Another_thing_chosen_while_the_first_is_looked_up_is_the_one_shown()
    {
        var late = Searching.HeldThings = new TaskCompletionSource();
        var thing = Render<OneThing>(p => p.Add(x => x.Thing, "1f431").Add(x => x.Checkpoint, "joint:1"));
        thing.Render(p => p.Add(x => x.Thing, "1f436"));
        late.SetResult();
        thing.WaitForAssertion(() => Assert.Contains("1f436 en", thing.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("1f431 en", thing.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chosen_language_reaches_the_query_and_the_address()
    {
        Navigation.NavigateTo("/search?q=kissa");
        var page = Render<SearchPage>();
        page.Find("form select").Change("sv");
        page.WaitForAssertion(() => Assert.Equal("sv", Searching.Asked[^1].Language));
        Assert.Contains("lang=sv", Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal("sv", page.Find("#search-box").GetAttribute("lang"));
        Assert.StartsWith("In", Text(page.Find(".status")), StringComparison.Ordinal);
    }

    [Fact]
    public void Before_and_after_stand_side_by_side()
    {
        Navigation.NavigateTo("/search?q=kissa&checkpoint=teir:36");
        var page = Render<SearchPage>();
        page.FindAll("form button").Single(b => Text(b) == "Before and after").Click();
        page.WaitForAssertion(() => Assert.Contains("kissa by base", page.Markup, StringComparison.Ordinal));
        Assert.Contains("kissa by teir:36", page.Markup, StringComparison.Ordinal);
        Assert.Equal(["Before", "After"], page.FindAll(".pane").Select(p => p.GetAttribute("aria-label")));
        Assert.Contains("before=base", Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal(12, Searching.Asked[^1].Count);
    }

    [Fact]
    public async Task The_slider_moves_through_the_stages_of_a_run()
    {
        var chosen = new List<string>();
        var picker = Render<CheckpointPicker>(p =>
            p.Add(x => x.Checkpoints, Searching.Checkpoints)
                .Add(x => x.Value, "teir:36")
                .Add(x => x.ValueChanged, chosen.Add)
                .Add(x => x.Rest, TimeSpan.FromMilliseconds(1))
        );
        var slider = picker.Find("input[type=range]");
        Assert.Equal(("1", "36", "36"), (slider.GetAttribute("min"), slider.GetAttribute("max"), slider.GetAttribute("value")));
        Assert.Contains("Magyar", Text(picker.Find(".stage")), StringComparison.Ordinal);
        await slider.InputAsync("3");
        Assert.Equal(["teir:3"], chosen);
        Assert.Contains("Deutsch", Text(picker.Find(".stage")), StringComparison.Ordinal);
        picker.Find("select").Change("base");
        Assert.Equal("base", chosen[^1]);
    }

    [Fact]
    public void A_checkpoint_that_is_gone_is_named_and_the_default_answers()
    {
        Navigation.NavigateTo("/search?q=kissa&checkpoint=deleted:4");
        var page = Render<SearchPage>();
        Assert.Contains("deleted:4", Text(page.Find(".notice.warning")), StringComparison.Ordinal);
        Assert.Contains("kissa by joint:1", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_registered_base_model_can_be_chosen_and_what_it_knows_is_its_card_s_word()
    {
        Searching.Checkpoints.Insert(1, new("base:mine", null, 0, 0, "My CLIP", null, [], 4199, "mine"));
        Searching.Checkpoints.Insert(2, new("base:two", null, 0, 0, "Two", null, ["en", "de"], 4199, "two"));
        Navigation.NavigateTo("/search?q=kissa&checkpoint=base:mine");
        var page = Render<SearchPage>();
        Assert.Contains("kissa by base:mine", page.Markup, StringComparison.Ordinal);
        Assert.Equal(
            ["Base model · English only", "Base model · My CLIP", "Base model · Two"],
            page.FindAll(".picker option").Take(3).Select(Text)
        );
        Assert.Contains("names no languages", Text(page.Find(".picker")), StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".pane p > button")); // whether another knows more, nobody can say
        page.Find(".picker select").Change("base:two");
        Assert.EndsWith(
            "checkpoint=base%3Atwo",
            Navigation.Uri.Replace("base:two", "base%3Atwo", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.Contains("2 languages, as its model card says.", Text(page.Find(".picker")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_base_model_that_is_gone_is_named_with_the_way_to_those_there_are()
    {
        Navigation.NavigateTo("/search?q=kissa&checkpoint=base:mine");
        var page = Render<SearchPage>();
        Assert.Contains("“mine” is not registered any more", Text(page.Find(".notice.warning")), StringComparison.Ordinal);
        Assert.Equal("/models", page.Find(".notice.warning a").GetAttribute("href"));
        Assert.Contains("kissa by joint:1", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_is_shown_in_words()
    {
        Searching.Refusal = "Stage 3 is damaged. Restore the file from a copy.";
        Navigation.NavigateTo("/search?q=kissa");
        Assert.Contains("Restore the file", Text(Render<SearchPage>().Find(".notice.error")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_cannot_be_read_is_told_and_asked_again()
    {
        Searching.Broken = new IOException("database is locked");
        var page = Render<SearchPage>();
        Assert.Contains("database is locked", Text(page.Find(".notice.error")), StringComparison.Ordinal);
        Searching.Broken = null;
        page.Find(".notice.error button").Click();
        Assert.Equal(36, page.FindAll(".examples .line").Count);
        Assert.Empty(page.FindAll(".notice.error"));
    }

    [Fact]
    public void The_form_works_before_the_circuit_does()
    {
        Navigation.NavigateTo("/search?q=kissa&lang=fi&checkpoint=teir:36");
        var form = Render<SearchPage>().Find("form");
        Assert.Equal(("get", "/search"), (form.GetAttribute("method"), form.GetAttribute("action")));
        var sent = form.QuerySelectorAll("[name]").Select(f => (f.GetAttribute("name"), f.GetAttribute("value")));
        Assert.Equal([("q", "kissa"), ("lang", "fi"), ("checkpoint", "teir:36")], sent);
        Assert.Equal("500", form.QuerySelector("#search-box")!.GetAttribute("maxlength"));
    }

    [Fact]
    public void Preparation_is_shown_and_the_page_opens_by_itself()
    {
        Searching.Preparation = new PreparationStatus(false, "Drawing", 0.4, 12, null);
        var page = Render<SearchPage>();
        Assert.Equal("40", page.Find("[role=progressbar]").GetAttribute("aria-valuenow"));
        Assert.Contains("12 s left", page.Markup, StringComparison.Ordinal);
        Searching.Prepare(new PreparationStatus(false, "Drawing", 0.5, 10, "No space left. Free 100 MB."));
        page.WaitForAssertion(() => Assert.Contains("Free 100 MB", Text(page.Find(".notice.error")), StringComparison.Ordinal));
        Searching.Prepare(new PreparationStatus(true, "Ready", 1, 0, null));
        page.WaitForAssertion(() => Assert.Equal(36, page.FindAll(".examples .line").Count));
    }

    [Fact]
    public void An_example_is_searched_for_in_its_language()
    {
        var page = Render<SearchPage>();
        var button = page.FindAll(".examples button[lang=ja]")[0];
        button.Click();
        var text = SearchExamples.All.Examples["ja"][0].Text;
        page.WaitForAssertion(() => Assert.Equal((text, "ja"), (Searching.Asked[^1].Text, Searching.Asked[^1].Language)));
        Assert.Equal(text, page.Find("#search-box").GetAttribute("value"));
    }

    [Fact]
    public void A_drawing_is_searched_by()
    {
        Navigation.NavigateTo("/search?like=1f431_0");
        var page = Render<SearchPage>();
        Assert.Equal("1f431_0", Searching.Asked[^1].Like);
        Assert.Contains("Back to words", page.Markup, StringComparison.Ordinal);
        Assert.Null(page.Find("details").GetAttribute("open"));
    }

    [Fact]
    public void One_thing_shows_its_place_in_every_language()
    {
        var thing = Render<OneThing>(p => p.Add(x => x.Checkpoint, "base").Add(x => x.Thing, "1f431"));
        var rows = thing.FindAll(".all li");
        Assert.Equal(LanguageCatalog.All.Count, rows.Count);
        Assert.Equal("–", Text(rows[0].QuerySelector(".place")!)); // no token
        Assert.Equal("5", Text(rows[5].QuerySelector(".place")!));
        Assert.Contains("First in 1, among the first ten in 10 of 36", Text(thing.Find("[role=status]")), StringComparison.Ordinal);
        Assert.Contains(thing.FindAll(".thing"), t => t.GetAttribute("aria-pressed") == "true");
    }

    [Fact]
    public void Every_language_has_examples()
    {
        Assert.Equal(LanguageCatalog.All.Select(l => l.Code).Order(), SearchExamples.All.Examples.Keys.Order());
        Assert.All(SearchExamples.All.Examples.Values, queries => Assert.InRange(queries.Count, 3, 6));
        Assert.All(
            SearchExamples.All.Examples.Values.SelectMany(q => q),
            (ExampleQuery q) => Assert.Equal(q.Text, QueryText.Clean(q.Text).Text)
        );
    }
}
