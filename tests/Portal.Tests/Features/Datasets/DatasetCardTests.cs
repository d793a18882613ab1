using Bunit;
using CllClip.Engine.Data.Corpora;
using CllClip.Portal.Features.Datasets;
using Xunit;

namespace CllClip.Portal.Tests.Features.Datasets;

public sealed class DatasetCardTests : PageContext
{
    private static readonly CorpusEntry Entry = new()
    {
        Registration = new CorpusRegistration
        {
            Id = "coco",
            Name = "MSCOCO36",
            Kind = "coco",
            Folder = "/data/secret/coco",
        },
    };

    private static readonly StoredReport Broken = new(
        new DateTime(2026, 11, 26, 0, 0, 0, DateTimeKind.Utc),
        1,
        1,
        [
            new(FindingSeverity.Error, "annotations/coco/en/train.json", 3, "The image a.jpg is missing.", "Replace it."),
            new(FindingSeverity.Warning, "coco_en-de.tsv.gz", 7, "\"a dog\" has no translation.", "The line is left out."),
        ]
    );

    [Fact]
    public void While_it_is_prepared_progress_and_time_left_show_and_it_can_be_cancelled()
    {
        var cancelled = 0;
        var card = Card(new(Entry, CorpusState.Preparing, "Checking images", 0.4, 65, null, null, null), onCancel: () => cancelled++);
        Assert.Contains("Checking images · 40.0 %", Text(card.Find(".progress")), StringComparison.Ordinal);
        Assert.Contains("left", Text(card.Find(".progress")), StringComparison.Ordinal);
        card.Find("button").Click();
        Assert.Equal(1, cancelled);
    }

    [Fact]
    public void What_is_wrong_stands_in_a_table_that_is_open_and_can_be_filtered()
    {
        var card = Card(new(Entry, CorpusState.Failed, null, null, null, null, null, Broken));
        Assert.True(card.Find("details").HasAttribute("open"));
        Assert.Equal(2, card.FindAll("tbody tr").Count);
        Assert.Contains("annotations/coco/en/train.json:3", Text(card.Find("tbody tr")), StringComparison.Ordinal); // the gravest first
        card.Find("input[type=search]").Input("translation");
        Assert.Equal("coco_en-de.tsv.gz:7", Text(Assert.Single(card.FindAll("tbody tr td.place"))));
    }

    [Fact]
    public void A_ready_one_shows_its_counts_by_language_sorted()
    {
        var manifest = new CorpusManifest
        {
            Registration = Entry.Registration,
            Revision = new string('a', 64),
            PreparedAt = Broken.CheckedAt,
            Files = [],
            ImageFolder = "/data",
            Images = ["a.jpg", "b.jpg", "c.jpg"],
            TrainingImages = 2,
            LeftOut = [1],
            Languages = new Dictionary<string, CorpusLanguage> { ["ar"] = new(20, 1, 2, 3, 6), ["pt-BR"] = new(40, 1, 2, 3, 9) },
        };
        var card = Card(new(Entry, CorpusState.Ready, null, null, null, null, manifest, null));
        Assert.Contains("2 images (1 left out) · 2 languages", Text(card.FindAll("p.small")[1]), StringComparison.Ordinal);
        Assert.Equal("rtl", card.Find("tbody th bdi").GetAttribute("dir"));
        Assert.Contains("português", Text(card.FindAll("tbody th")[1]), StringComparison.OrdinalIgnoreCase);
        card.FindAll("thead button").Single(b => Text(b).StartsWith("Training", StringComparison.Ordinal)).Click();
        Assert.Equal("40", Text(card.Find("tbody td")));
    }

    [Fact]
    public void Whoever_may_only_look_sees_no_path_of_the_server_and_no_button()
    {
        var card = Card(new(Entry, CorpusState.Failed, null, null, null, "/data/secret/coco is gone.", null, null), mayChange: false);
        Assert.DoesNotContain("secret", card.Markup, StringComparison.Ordinal);
        Assert.Empty(card.FindAll("button"));
    }

    [Fact]
    public void The_form_gives_what_was_typed_and_is_empty_again_once_it_is_taken()
    {
        DatasetRequest? asked = null;
        var form = Render<RegisterDataset>(p =>
            p.Add(f => f.Models, ["emoji-base", "vit"])
                .Add(f => f.Errors, new Dictionary<string, string[]> { ["folder"] = ["There is no such folder."] })
                .Add(
                    f => f.OnSubmit,
                    request =>
                    {
                        asked = request;
                        return Task.FromResult(true);
                    }
                )
        );
        Assert.Equal("There is no such folder.", Text(form.Find("#error-folder")));
        form.Find("#d-folder").Change("/data/coco");
        form.Find("#d-kind").Change("coco");
        form.FindAll("fieldset input")[1].Change(false);
        form.Find("form").Submit();
        Assert.Equal(("/data/coco", "coco"), (asked!.Folder, asked.Kind));
        Assert.Equal(["emoji-base"], asked.Models!);
        Assert.Equal("", form.Find("#d-folder").GetAttribute("value") ?? "");
    }

    private IRenderedComponent<DatasetCard> Card(CorpusView view, bool mayChange = true, Action? onCancel = null) =>
        Render<DatasetCard>(p =>
            p.Add(c => c.View, view)
                .Add(c => c.MayChange, mayChange)
                .Add(c => c.MayRemove, mayChange)
                .Add(c => c.OnCancel, onCancel ?? (() => { }))
        );
}
