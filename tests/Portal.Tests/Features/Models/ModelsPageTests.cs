using AngleSharp.Dom;
using Bunit;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Models;
using Xunit;

namespace CllClip.Portal.Tests.Features.Models;

public sealed class ModelsPageTests : PageContext
{
    [Fact]
    public void Every_model_is_shown_with_what_it_is()
    {
        Models.Models.Add(SampleModels.Model("emoji-base"));
        Models.Models.Add(SampleModels.Model("mine") with { Registered = true, Folder = "/data/mine" });
        var rows = Render<ModelsPage>().FindAll("tbody tr");
        Assert.Equal(3, rows.Count);
        Assert.Equal(
            "Model emoji-base emoji-base · came with the portal|ready|aaaaaaaaaaaa|605 MB|MIT|512|49 408|77|224 px|Search with it",
            string.Join('|', rows[0].Children.Select(Text))
        );
        Assert.Equal(Models.Models[0].Revision, rows[0].QuerySelector("td code")!.GetAttribute("title"));
        Assert.Empty(rows[0].QuerySelectorAll("button"));
        Assert.Equal("/search?checkpoint=base", rows[0].QuerySelector("td a")!.GetAttribute("href"));
        Assert.Equal("/search?checkpoint=base%3Amine", rows[1].QuerySelector("td a")!.GetAttribute("href"));
        Assert.NotNull(rows[1].QuerySelector("button[aria-label='Remove mine']"));
        Assert.Equal("/data/mine", Text(rows[2]));
    }

    [Fact]
    public void A_model_that_cannot_be_used_says_why()
    {
        Models.Models.Add(
            SampleModels.Model("lost") with
            {
                Registered = true,
                State = "failed",
                Error = "The folder is gone. Put it back.",
                ImageSize = null,
                SizeBytes = 0,
            }
        );
        var page = Render<ModelsPage>();
        Assert.NotNull(page.Find(".chip.failed"));
        Assert.Empty(page.FindAll("td a"));
        Assert.Equal("The folder is gone. Put it back.", Text(page.Find("tbody .notice.error")));
    }

    [Fact]
    public void A_folder_is_registered_and_the_form_is_empty_again()
    {
        var page = Render<ModelsPage>();
        Assert.Contains("No base model", page.Markup, StringComparison.Ordinal);
        page.Find("#folder").Change("/data/clip");
        page.Find("#id").Change("clip");
        page.Find("form").Submit();
        Assert.Equal(("/data/clip", "clip", null), (Models.Asked!.Folder, Models.Asked.Id, Models.Asked.Name));
        Assert.Equal("Model clip clip", Text(page.Find("tbody th")));
        Assert.True(string.IsNullOrEmpty(page.Find("#folder").GetAttribute("value")));
    }

    [Fact]
    public void What_is_wrong_stands_beside_its_field_and_what_was_typed_stays()
    {
        Models.Wrong["folder"] = ["/x holds its weights only in pytorch_model.bin, a Python pickle."];
        Models.Wrong["id"] = ["There is one already."];
        var page = Render<ModelsPage>();
        page.Find("#folder").Change("/x");
        page.Find("form").Submit();
        Assert.Contains("pickle", page.Find("#error-folder").TextContent, StringComparison.Ordinal);
        Assert.Contains("already", page.Find("#error-id").TextContent, StringComparison.Ordinal);
        Assert.Equal("true", page.Find("#folder").GetAttribute("aria-invalid"));
        Assert.Equal("/x", page.Find("#folder").GetAttribute("value"));
        Assert.Null(page.Find("#name").GetAttribute("aria-invalid"));
    }

    [Fact]
    public void Who_may_only_look_sees_no_form_and_no_button()
    {
        Visitor.Role = Role.Viewer;
        Models.Models.Add(SampleModels.Model("mine") with { Registered = true });
        var page = Render<ModelsPage>();
        Assert.Empty(page.FindAll("form"));
        Assert.Empty(page.FindAll("button"));
        Assert.Contains("needs a token of the role runner", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_cannot_be_read_is_said_and_can_be_tried_again()
    {
        Models.Broken = new IOException("disk on fire");
        var page = Render<ModelsPage>();
        Assert.Contains("disk on fire", page.Find(".notice.error").TextContent, StringComparison.Ordinal);
        Models.Broken = null;
        Models.Models.Add(SampleModels.Model("emoji-base"));
        page.Find(".notice.error button").Click();
        Assert.Single(page.FindAll("tbody tr"));
    }

    [Fact]
    public void How_a_checkpoint_is_taken_out_is_explained() =>
        Assert.Contains("export checkpoint", Render<ModelsPage>().Markup, StringComparison.Ordinal);
}
