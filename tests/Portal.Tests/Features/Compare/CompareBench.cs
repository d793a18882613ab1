using CllClip.Engine.Evaluation;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Compare;
using CllClip.Portal.Localization;
using CllClip.Portal.Storage;
using CllClip.Portal.Tests.Jobs;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Tests.Features.Compare;

/// <summary>Runs whose answers to every query are made up, in a real database and real files.</summary>
internal sealed class CompareBench : IDisposable
{
    public const int Queries = 40;

    private readonly Bench _bench = Bench.Ready();

    public RunComparison Comparison => new(_bench.Queries, _bench.Get<RunChains>());

    public void Dispose() => _bench.Dispose();

    public Task<Comparison> CompareAsync(params string[] runs) =>
        Comparison.CompareAsync(new CompareQuery { Runs = runs }, PageText.English, default);

    /// <summary>The same, each run after its own last task.</summary>
    public Task<Comparison> AtLastAsync(params string[] runs) =>
        Comparison.CompareAsync(new CompareQuery { Runs = runs, AtLast = true }, PageText.English, default);

    /// <summary>A run over languages of which it answers the first so many queries after each of its stages, so many fewer for each stage since it learned them.</summary>
    public void Add(
        string id,
        (string Language, int Answered)[] languages,
        bool ranks = true,
        Action<RunEntity>? change = null,
        int stages = int.MaxValue,
        int fading = 0
    )
    {
        AddRun(id, languages, change);
        for (var stage = 1; stage <= Math.Min(stages, languages.Length); stage++)
        {
            var seen = languages.Take(stage).Select((l, i) => (l.Language, Answered: l.Answered - (fading * (stage - 1 - i)))).ToList();
            _bench.Store.AddScores(id, [.. seen.SelectMany(l => Scores(stage, l.Language, l.Answered))]);
            _bench.Store.AddStage(id, Stage(stage, [languages[stage - 1].Language]), _ => { });
            if (ranks)
            {
                RankFile.Write(_bench.Folders.Chain(id), stage, seen.Select(l => Ranks(l.Language, l.Answered)));
            }
        }
    }

    /// <summary>A run of one stage over all its languages: joint training, or none.</summary>
    public void AddAtOnce(string id, string method, params (string Language, int Answered)[] languages)
    {
        AddRun(id, languages, run => run.Method = method);
        _bench.Store.AddScores(id, [.. languages.SelectMany(l => Scores(1, l.Language, l.Answered))]);
        _bench.Store.AddStage(id, Stage(1, [.. languages.Select(l => l.Language)]), _ => { });
        RankFile.Write(_bench.Folders.Chain(id), 1, languages.Select(l => Ranks(l.Language, l.Answered)));
    }

    /// <summary>Scores that were measured elsewhere, without figures of stages.</summary>
    public void AddImported(string id, params (string Language, int Answered)[] languages)
    {
        AddRun(
            id,
            languages,
            run =>
                (run.Provenance, run.Origin) = (
                    null,
                    new RunOrigin
                    {
                        Source = "elsewhere",
                        ImportedAt = DateTime.UnixEpoch,
                        Fingerprint = id,
                    }
                )
        );
        for (var stage = 1; stage <= languages.Length; stage++)
        {
            _bench.Store.AddScores(id, [.. languages.Take(stage).SelectMany(l => Scores(stage, l.Language, l.Answered))]);
        }
    }

    private void AddRun(string id, (string Language, int Answered)[] languages, Action<RunEntity>? change) =>
        _bench.Add(
            id,
            change: run =>
            {
                run.Languages = [.. languages.Select(l => l.Language)];
                run.Provenance = Provenance("r1");
                change?.Invoke(run);
            }
        );

    public static Provenance Provenance(string revision) =>
        new()
        {
            CodeVersion = "1",
            DataRevision = revision,
            BaseModelHash = "h",
            Device = "cpu",
            Machine = "m",
            Libraries = new Dictionary<string, string> { ["libtorch"] = "2" },
        };

    private static IEnumerable<Score> Scores(int stage, string language, int answered) =>
        [
            new(stage, language, RetrievalDirection.TextToImage, 1, 100.0 * answered / Queries, Queries, "toy"),
            new(stage, language, RetrievalDirection.TextToImage, 5, 100, Queries, "toy"),
        ];

    private static QueryRanks Ranks(string language, int answered) =>
        new(
            null,
            "toy",
            language,
            RetrievalDirection.TextToImage,
            [.. Enumerable.Range(0, Queries).Select(i => (short)(i < answered ? 0 : 3))]
        );

    private static StageView Stage(int stage, string[] languages) =>
        new()
        {
            Stage = stage,
            Languages = languages,
            VocabularySize = 1,
            NewTokens = 1,
            RowsInUse = 1,
            TrainingPairs = 1,
            TrainSeconds = 1,
            EvaluationSeconds = 1,
            BestEpoch = 1,
            ValidationScore = 1,
            PeakMemoryBytes = 1,
        };
}
