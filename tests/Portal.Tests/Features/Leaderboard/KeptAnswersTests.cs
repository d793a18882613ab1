using CllClip.Engine.Evaluation;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Shared.Results;
using Xunit;

namespace CllClip.Portal.Tests.Features.Leaderboard;

/// <summary>Answers out of real files of ranks.</summary>
public sealed class KeptAnswersTests : IDisposable
{
    private static readonly string[] Two = ["en", "de"];
    private static readonly ScoreKey Key = new("emoji36", "emoji36", RetrievalDirection.TextToImage, 1);

    private readonly string _chain = Directory.CreateTempSubdirectory("kept-answers").FullName;
    private readonly KeptAnswers _answers = new();

    public void Dispose()
    {
        _answers.Dispose();
        Directory.Delete(_chain, recursive: true);
    }

    private BoardEntry Entry(bool finished = true) =>
        BoardTestData.Entry(
            "a",
            Two,
            [
                new(1, "en", RetrievalDirection.TextToImage, 1, 75, 4, "emoji36"),
                new(2, "en", RetrievalDirection.TextToImage, 1, 50, 4, "emoji36"),
                new(2, "de", RetrievalDirection.TextToImage, 1, 25, 4, "emoji36"),
            ],
            finished: finished
        ) with
        {
            Chain = _chain,
        };

    private void Write(int stage, params (string Language, short[] Ranks)[] ranks) =>
        RankFile.Write(
            _chain,
            stage,
            ranks.Select(r => new QueryRanks(null, "emoji36", r.Language, RetrievalDirection.TextToImage, r.Ranks))
        );

    [Fact]
    public void Each_query_has_the_share_of_languages_that_answer_it()
    {
        Write(1, ("en", [0, 0, 0, 7]));
        Write(2, ("en", [0, 0, 3, 7]), ("de", [0, 1, 2, -1]));
        Assert.Equal([100, 50, 0, 0], _answers.Read(Entry(), Key, BoardMoment.Last, Two)!);
        Assert.Equal([100, 0, 0, 0], _answers.Read(Entry(), Key, BoardMoment.Last, ["de"])!);
        Assert.Equal([100, 50, 50, 0], _answers.Read(Entry(), Key, BoardMoment.OwnTask, Two)!);
        var row = BoardBuilder.Build(new BoardQuery(), [Entry()], _answers).Groups.Single().Rows.Single();
        Assert.Equal(ErrorBasis.Answers, row.Error!.Basis);
        Assert.Equal(row.Ar.Mean!.Value, row.Error.Units!.Average(), 10);
    }

    [Fact]
    public void What_was_not_kept_does_not_fit_or_goes_on_is_not_made_up()
    {
        Assert.Null(_answers.Read(Entry(), Key, BoardMoment.Last, Two));
        Write(2, ("en", [0, 0, 3, 7]), ("de", [0, 1, 2]));
        Assert.Null(_answers.Read(Entry(), Key, BoardMoment.Last, Two));
        Assert.Null(_answers.Read(Entry(), Key, BoardMoment.OwnTask, ["en"])); // the first stage's file is not there
        Assert.Null(_answers.Read(Entry(finished: false), Key, BoardMoment.Last, ["de"]));
        Assert.Null(_answers.Read(Entry() with { Chain = null }, Key, BoardMoment.Last, ["de"]));
        File.WriteAllText(RankFile.PathOf(_chain, 2), "damaged");
        Assert.Null(_answers.Read(Entry(), Key, BoardMoment.Last, ["de"]));
    }
}
