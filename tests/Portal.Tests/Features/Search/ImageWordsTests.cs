using Bunit;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Features.Search.Words;
using CllClip.Shared.Languages;
using Xunit;

namespace CllClip.Portal.Tests.Features.Search;

/// <summary>The table that tells an image in every language.</summary>
public sealed class ImageWordsTests : PageContext
{
    private IRenderedComponent<InEveryLanguage> Shown =>
        Render<InEveryLanguage>(p =>
            p.Add(x => x.Query, new SearchQuery { Like = "1f431_0", Gallery = "emoji36" }).Add(x => x.Checkpoint, "joint:1")
        );

    [Fact]
    public void Every_language_has_its_best_caption_with_language_direction_and_meaning()
    {
        var table = Shown;
        var rows = table.FindAll("tbody tr");
        Assert.Equal(LanguageCatalog.All.Count, rows.Count);
        var arabic = rows[0];
        Assert.Equal(
            ("ar", "rtl"),
            (arabic.QuerySelectorAll("td")[0].GetAttribute("lang"), arabic.QuerySelectorAll("td")[0].GetAttribute("dir"))
        );
        Assert.Equal("ar caption 1", Text(arabic.QuerySelectorAll("td")[0]));
        Assert.Equal("meaning 0", Text(arabic.QuerySelectorAll("td")[1]));
        Assert.Equal("0.499", Text(arabic.QuerySelectorAll("td")[2]));
        Assert.DoesNotContain("not learned", Text(arabic), StringComparison.Ordinal);
        Assert.Contains("not learned", Text(rows[1]), StringComparison.Ordinal);
        var asked = Assert.Single(Searching.Told);
        Assert.Equal(("1f431_0", "emoji36", "joint:1", 3), (asked.Like, asked.Gallery, asked.Checkpoint, asked.Count));
    }

    [Fact]
    public void It_is_sorted_by_any_column_and_copied()
    {
        var copied = JSInterop.Setup<bool>("portal.copy", _ => true).SetResult(true);
        var table = Shown;
        table.FindAll("th button").Single(b => Text(b).StartsWith("Cosine", StringComparison.Ordinal)).Click();
        var scores = table.FindAll("tbody tr").Select(r => Text(r.QuerySelectorAll("td")[2])).ToList();
        Assert.Equal(scores.OrderDescending(StringComparer.Ordinal), scores);
        table.FindAll("th button").Single(b => Text(b).StartsWith("Cosine", StringComparison.Ordinal)).Click();
        Assert.Equal(scores.AsEnumerable().Reverse(), table.FindAll("tbody tr").Select(r => Text(r.QuerySelectorAll("td")[2])));
        table.FindAll("button").Single(b => Text(b) == "Copy").Click();
        var text = (string)JSInterop.Invocations["portal.copy"].Single().Arguments[0]!;
        Assert.Equal(36, text.Split('\n').Length);
        Assert.Contains("Arabic\tar caption 1\tmeaning 0", text, StringComparison.Ordinal);
        Assert.Contains(table.FindAll("button"), b => Text(b) == "Copied");
    }
}
