using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Model;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>The engine with the base model of the repository and the toy data set; shared by the tests of one class.</summary>
public sealed class ToyEngine : IEngineHost, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cllclip-toy-").FullName;
    private readonly Lazy<ClipModel> _model = new(() =>
        ClipModel.Load(Path.Combine(PortalFolders.FindContentRoot(), "models", "emoji-base"), "cpu")
    );
    private readonly Lazy<TeacherFeatures> _features;

    public ToyEngine() => _features = new(() => new FeatureCache(_folder).Load(Toy, _model.Value));

    public ToyDataset Toy { get; set; } = new();

    public PreparationStatus Preparation { get; set; } = new(true, "Ready", 1, 0, null);

    public event Action? PreparationChanged;

    public Task Ready { get; set; } = Task.CompletedTask;

    public IReadOnlyList<IRetrievalDataset> Datasets => Preparation.Ready ? [Toy] : [];

    public IReadOnlyList<string> ModelIds => ["emoji-base"];

    public void Retry() => PreparationChanged?.Invoke();

    public ClipModel Model(string id, string? device = null) =>
        id == "emoji-base" ? _model.Value : throw new EngineException($"There is no base model '{id}'.");

    public TeacherFeatures Features(
        IRetrievalDataset dataset,
        string modelId,
        string? device = null,
        IProgress<FeatureProgress>? progress = null,
        CancellationToken stop = default
    ) => _features.Value;

    public void Dispose()
    {
        if (_features.IsValueCreated)
        {
            _features.Value.Dispose();
        }
        if (_model.IsValueCreated)
        {
            _model.Value.Dispose();
        }
        Directory.Delete(_folder, true);
    }
}
