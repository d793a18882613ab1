using System.Text.Json;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Training;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Engine.Tests.Training;

/// <summary>Runs on a toy data set with the embedded base model, in a folder of their own.</summary>
public abstract class ToyRuns : IDisposable
{
    protected static readonly string[] Languages = ["en", "de", "ja", "ar"];

    protected string Folder { get; } = Directory.CreateTempSubdirectory("cllclip-trainer-").FullName;
    protected ToyDataset Dataset { get; set; } = new();

    /// <summary>Further data sets that runs are evaluated on.</summary>
    protected IReadOnlyList<ToyDataset> TestSets { get; set; } = [];
    protected ClipModel Model { get; } = ClipModel.Load(Path.Combine(Fixtures.Repository!, "models", "emoji-base"), TestDevice.Name);

    public void Dispose()
    {
        Model.Dispose();
        Directory.Delete(Folder, true);
        GC.SuppressFinalize(this);
    }

    protected RunPlan Plan(string method, bool teir, string folder)
    {
        var options = new Dictionary<string, JsonElement> { ["batchSize"] = JsonSerializer.SerializeToElement(8) };
        var request = new RunRequest
        {
            Method = method,
            Teir = teir,
            Options = method == "zero-shot" ? null : options,
        };
        return new RunPlan
        {
            Method = method,
            Teir = teir,
            Languages = Languages,
            Epochs = 2,
            Seed = 1,
            Options = RunValidation.Resolve(request, Dataset.Defaults),
            CheckpointFolder = Path.Combine(Folder, folder),
        };
    }

    /// <summary>Two runs of the same plan ended with the same rows, counters, words and files of the method's own, to the last bit.</summary>
    protected void AssertSame(string one, string other)
    {
        using var a = CheckpointChain.Fold(Model, Path.Combine(Folder, one), Languages.Length);
        using var b = CheckpointChain.Fold(Model, Path.Combine(Folder, other), Languages.Length);
        Assert.Equal(a.Embedding.Table.cpu().Elements<float>(), b.Embedding.Table.cpu().Elements<float>());
        Assert.Equal(a.Counter.Counts, b.Counter.Counts);
        Assert.Equal(a.Vocabulary.Tokens, b.Vocabulary.Tokens);
        for (var stage = 1; stage <= Languages.Length; stage++)
        {
            var (left, right) = (
                CheckpointChain.FolderOf(Path.Combine(Folder, one), stage),
                CheckpointChain.FolderOf(Path.Combine(Folder, other), stage)
            );
            string[] files = [.. OwnFiles(left)];
            Assert.Equal(files, OwnFiles(right));
            Assert.All(files, f => Assert.Equal(File.ReadAllBytes(Path.Combine(left, f)), File.ReadAllBytes(Path.Combine(right, f))));
        }
    }

    // all but the file that tells how long things took
    private static IEnumerable<string> OwnFiles(string stageFolder) =>
        Directory.GetFiles(stageFolder).Select(f => Path.GetFileName(f)).Where(f => f != CheckpointChain.StageFile).Order();

    protected (List<Score> Scores, List<StageView> Stages) Run(
        RunPlan plan,
        Action<RunEvent>? seen = null,
        CancellationToken stop = default
    )
    {
        var (scores, stages) = (new List<Score>(), new List<StageView>());
        var cache = new FeatureCache(Path.Combine(Folder, "features"));
        using var features = cache.Load(Dataset, Model, stop: stop);
        var testSets = TestSets.Select(t => new TestSet(t, cache.Load(t, Model, stop: stop))).ToList();
        using var others = new Disposables(testSets.Select(t => t.Features));
        new ContinualTrainer(Dataset, Model, features, testSets: testSets).Run(
            plan,
            new Synchronous(e =>
            {
                if (e is ScoresMeasured measured)
                {
                    scores.AddRange(measured.Scores);
                }
                if (e is StageFinished finished)
                {
                    stages.Add(finished.Stage);
                }
                seen?.Invoke(e);
            }),
            stop
        );
        return (scores, stages);
    }

    private sealed class Disposables(IEnumerable<IDisposable> all) : IDisposable
    {
        private readonly List<IDisposable> _all = [.. all];

        public void Dispose() => _all.ForEach(one => one.Dispose());
    }

    private sealed class Synchronous(Action<RunEvent> handle) : IProgress<RunEvent>
    {
        public void Report(RunEvent value) => handle(value);
    }
}
