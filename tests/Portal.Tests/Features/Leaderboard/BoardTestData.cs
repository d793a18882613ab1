using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Localization;
using CllClip.Shared.Results;

namespace CllClip.Portal.Tests.Features.Leaderboard;

internal static class BoardTestData
{
    public const string Protocol = "emoji36";

    /// <summary>A run's scores with seeded random recalls: after task t every language learned so far is measured.</summary>
    public static List<Score> Scores(IReadOnlyList<string> languages, int seed, int stages = int.MaxValue)
    {
        var random = new Random(seed);
        return
        [
            .. from stage in Enumerable.Range(1, Math.Min(stages, languages.Count))
            from language in languages.Take(stage)
            from direction in Enum.GetValues<RetrievalDirection>()
            from k in new[] { 1, 5, 10 }
            select new Score(stage, language, direction, k, random.NextDouble() * 100, 1294, Protocol),
        ];
    }

    public static BoardEntry Entry(
        string id,
        IReadOnlyList<string> languages,
        IEnumerable<Score> scores,
        int seed = 1,
        string configuration = "c",
        bool finished = true
    ) =>
        new()
        {
            Id = id,
            Label = "CLL-CLIP",
            Method = "cll-clip",
            Teir = false,
            Dataset = "emoji36",
            Model = "emoji-base",
            Source = BoardSource.Own,
            Languages = languages,
            Configuration = configuration,
            Seed = seed,
            Finished = finished,
            Status = finished ? null : new LateText("running, task 2 of 4"),
            Link = "/runs/" + id,
            Scores = StageScores.Build(scores, languages.Count, "emoji36"),
        };
}
