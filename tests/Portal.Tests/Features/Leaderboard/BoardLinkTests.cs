using CllClip.Engine.Evaluation;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Shared.Results;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace CllClip.Portal.Tests.Features.Leaderboard;

public class BoardLinkTests
{
    private static readonly BoardVocabulary Vocabulary = new(
        ["emoji36", "xm3600"],
        ["emoji36", "all-captions"],
        [("cll-clip", "CLL-CLIP"), ("er", "ER")]
    );

    public static TheoryData<BoardQuery> Queries() =>
        [
            new BoardQuery(),
            new BoardQuery
            {
                Dataset = "xm3600",
                Protocol = "all-captions",
                Direction = RetrievalDirection.ImageToText,
                K = 10,
            },
            new BoardQuery
            {
                Languages = ["de", "fr", "ja"],
                Moment = BoardMoment.OwnTask,
                Source = BoardSource.Published,
            },
            new BoardQuery
            {
                Method = "cll-clip",
                Teir = false,
                Text = "a & b = 50%, ünï+漢",
                Sort = "de",
                Descending = true,
            },
            new BoardQuery { Metric = ForgettingDefinition.Mammoth, Plot = BoardAxis.Memory },
            new BoardQuery
            {
                Teir = true,
                Source = BoardSource.Own,
                Sort = "forgetting-en",
                K = 5,
            },
        ];

    [Theory]
    [MemberData(nameof(Queries))]
    public void A_link_holds_every_choice(BoardQuery query)
    {
        var read = BoardLink.Read(QueryHelpers.ParseQuery(BoardLink.Write(query)), Vocabulary, out var errors);
        Assert.Empty(errors);
        foreach (var property in typeof(BoardQuery).GetProperties())
        {
            Assert.Equal(property.GetValue(query), property.GetValue(read));
        }
    }

    [Theory]
    [InlineData("?languages=de,xx,yy", "languages", "xx")]
    [InlineData("?colour=red", "colour", "Unknown parameter")]
    [InlineData("?k=2", "k", "1, 5, 10")]
    [InlineData("?direction=up", "direction", "t2i, i2t")]
    [InlineData("?dataset=nope", "dataset", "xm3600")]
    [InlineData("?protocol=nope", "protocol", "all-captions")]
    [InlineData("?sort=nope", "sort", "language code")]
    [InlineData("?k=1&k=5", "k", "more than once")]
    [InlineData("?method=nope", "method", "cll-clip, er")]
    [InlineData("?metric=nope", "metric", "paper, mammoth, avalanche")]
    [InlineData("?plot=nope", "plot", "forgetting, time, memory, vocabulary, parameters, none")]
    [InlineData("?languages=script-latin,de", "languages", "stands alone")]
    [InlineData("?teir=maybe", "teir", "true, false")]
    public void What_cannot_be_read_is_named(string link, string name, string message)
    {
        BoardLink.Read(QueryHelpers.ParseQuery(link), Vocabulary, out var errors);
        Assert.Contains(message, string.Join(' ', Assert.Single(errors, e => e.Key == name).Value), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resource-low", "quz,mi,sw,no,te")]
    [InlineData("script-cyrillic", "uk,ru")]
    [InlineData("tour", "en,de,fi,hi,ar,ja")]
    public void A_preset_fills_the_languages_and_the_link_holds_these(string preset, string codes)
    {
        var query = BoardLink.Read(QueryHelpers.ParseQuery("?languages=" + preset), Vocabulary, out var errors);
        Assert.Empty(errors);
        Assert.Equal("?languages=" + codes, BoardLink.Write(query));
    }
}
