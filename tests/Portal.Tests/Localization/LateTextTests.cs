using CllClip.Portal.Localization;
using Xunit;

namespace CllClip.Portal.Tests.Localization;

public sealed class LateTextTests
{
    [Fact]
    public void A_late_text_is_told_in_English_and_in_the_reader_s_language_and_is_equal_to_the_same_text()
    {
        var late = new LateText("running, {0} of {1} tasks done", "2", "6");
        Assert.Equal("running, 2 of 6 tasks done", late.ToString());
        Assert.Equal(late, new LateText("running, {0} of {1} tasks done", "2", "6"));
        Assert.NotEqual(late, new LateText("running, {0} of {1} tasks done", "3", "6"));
        var arabic = new PageText(new PageTextCatalog()) { Language = PageLanguage.Of("ar") };
        Assert.StartsWith("قيد التشغيل", late.In(arabic), StringComparison.Ordinal);
        Assert.Equal("{", new LateText("{").In(arabic)); // without values it is no format
    }
}
