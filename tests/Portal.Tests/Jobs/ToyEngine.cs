using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Model;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>The engine with the base model of the repository and the toy data set; shared by the tests of one class.</summary>
public sealed class ToyEngine : IEngineHost, IDisposable
{
    private readonly Lazy<DirectoryInfo> _folder = new(() => Directory.CreateTempSubdirectory("cllclip-toy-"));
    private readonly Lazy<ClipModel> _model = new(() =>
        ClipModel.Load(Path.Combine(PortalFolders.FindContentRoot(), "models", "emoji-base"), "cpu")
    );
    private readonly Dictionary<string, TeacherFeatures> _features = [];

    public ToyDataset Toy { get; set; } = new();

    /// <summary>Data sets beside it.</summary>
    public IReadOnlyList<ToyDataset> Others { get; set; } = [];

    public PreparationStatus Preparation { get; set; } = new(true, "Ready", 1, 0, null);

    public event Action? PreparationChanged;

    public Task Ready { get; set; } = Task.CompletedTask;

    public IReadOnlyList<IRetrievalDataset> Datasets => Preparation.Ready ? [Toy, .. Others] : [];

    public IReadOnlyList<string> ModelIds => ["emoji-base"];

    public void Retry() => PreparationChanged?.Invoke();

    public ClipModel Model(string id, string? device = null) =>
        id == "emoji-base" ? _model.Value : throw new EngineException($"There is no base model '{id}'.");

    public DatasetDefaults Defaults(IRetrievalDataset dataset, string modelId) => dataset.Defaults;

    public TeacherFeatures Features(
        IRetrievalDataset dataset,
        string modelId,
        string? device = null,
        IProgress<FeatureProgress>? progress = null,
        CancellationToken stop = default
    )
    {
        lock (_features)
        {
            return _features.TryGetValue(dataset.Id, out var kept)
                ? kept
                : _features[dataset.Id] = new FeatureCache(_folder.Value.FullName).Load(dataset, _model.Value, progress, stop);
        }
    }

    public void Dispose()
    {
        foreach (var features in _features.Values)
        {
            features.Dispose();
        }
        if (_model.IsValueCreated)
        {
            _model.Value.Dispose();
        }
        if (_folder.IsValueCreated)
        {
            _folder.Value.Delete(true);
        }
    }
}
