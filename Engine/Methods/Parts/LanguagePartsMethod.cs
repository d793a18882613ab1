using CllClip.Engine.Model;
using CllClip.Engine.Search;
using CllClip.Engine.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine.Methods.Parts;

/// <summary>
/// Base of the methods that add parameters of its own for each language (MLA, P-Tuning, LoRA): made when its task begins, trained with the
/// embeddings, kept as they are afterwards, and chosen by the language of the query. A language without its own is evaluated with none.
/// </summary>
public abstract class LanguagePartsMethod : ContinualMethod
{
    private const string StateFile = "parts.safetensors";
    private readonly Dictionary<string, IReadOnlyDictionary<string, Tensor>> _kept = new(StringComparer.Ordinal);
    private Dictionary<string, Tensor> _current = [];
    private string _language = "";

    /// <summary>Sizes of the tower; known from the first task on.</summary>
    protected TowerSizes? Sizes { get; private set; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Parameter)> Parameters => _current.Select(p => (p.Key, p.Value));

    /// <summary>Languages that have parts of their own.</summary>
    public IReadOnlyCollection<string> Languages => _kept.Keys;

    /// <inheritdoc/>
    public override void BeginTask(TaskContext task, TaskRows rows)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(rows);
        _language = string.Join(' ', task.Languages);
        Sizes = task.Tower.Sizes;
        var random = Seeds.For(task.Seed, "parts", task.Index);
        _current = [];
        foreach (var (name, shape, values) in Create(task.Tower.Sizes, random))
        {
            using var made = tensor(values, shape);
            _current[name] = made.to(rows.Values.dtype, rows.Values.device, copy: true).DetachFromDisposeScope().requires_grad_(true);
        }
    }

    /// <inheritdoc/>
    public override TextTowerParts TrainingParts(Tensor tokens, Tensor ends) => Parts(_current);

    /// <inheritdoc/>
    public override PartsOf? EvaluationParts(string language, TextTower tower)
    {
        ArgumentNullException.ThrowIfNull(language);
        if (_kept.TryGetValue(language, out var kept))
        {
            ArgumentNullException.ThrowIfNull(tower);
            var here = On(language, kept, tower.Device);
            return (_, _) => KeptParts(here);
        }
        return _current.Count > 0 && _language.Split(' ').Contains(language) ? (_, _) => Parts(_current) : null;
    }

    /// <inheritdoc/>
    public override void EndTask(TaskContext task, TaskRows rows)
    {
        using (no_grad())
        {
            var kept = Keep(_current);
            foreach (var language in _language.Split(' '))
            {
                _kept[language] = kept;
            }
        }
        _current = [];
    }

    /// <inheritdoc/>
    public override bool ChangesTower => true;

    /// <inheritdoc/>
    public override QueryPartsOf? QueryParts()
    {
        var parts = _kept.ToDictionary(
            k => k.Key,
            k => QueryPartsFrom(k.Value.ToDictionary(p => p.Key, p => Numbers(p.Value))),
            StringComparer.Ordinal
        );
        return (language, _) => language is not null && parts.TryGetValue(language, out var own) ? own : null;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> ExportParts() =>
        _kept.SelectMany(k => k.Value.Select(p => (Name: $"{k.Key}.{p.Key}", p.Value))).ToDictionary(p => p.Name, p => p.Value);

    /// <inheritdoc/>
    public override void SaveState(string stageFolder) =>
        MethodFile.Write(
            stageFolder,
            StateFile,
            _language
                .Split(' ')
                .SelectMany(l => _kept[l].Select(p => (Name: $"{l}.{p.Key}", p.Value)))
                .ToDictionary(p => p.Name, p => p.Value)
        );

    /// <inheritdoc/>
    public override void LoadState(string stageFolder)
    {
        foreach (var group in MethodFile.Read(stageFolder, StateFile).GroupBy(p => p.Key[..p.Key.IndexOf('.', StringComparison.Ordinal)]))
        {
            _kept[group.Key] = group.ToDictionary(p => p.Key[(group.Key.Length + 1)..], p => p.Value);
        }
    }

    /// <summary>A language's parts where the tower computes: those read from a stage come to the CPU.</summary>
    private IReadOnlyDictionary<string, Tensor> On(string language, IReadOnlyDictionary<string, Tensor> kept, torch.Device device)
    {
        if (kept.Values.All(p => p.device.type == device.type))
        {
            return kept;
        }
        var moved = kept.ToDictionary(p => p.Key, p => p.Value.to(device).DetachFromDisposeScope());
        foreach (var sharing in _kept.Where(k => ReferenceEquals(k.Value, kept)).Select(k => k.Key).ToList())
        {
            _kept[sharing] = moved;
        }
        foreach (var part in kept.Values)
        {
            part.Dispose();
        }
        return _kept[language];
    }

    /// <summary>The parameters of a new language, by name.</summary>
    /// <param name="sizes">Sizes of the text tower.</param>
    /// <param name="random">Source of the draws.</param>
    protected abstract IEnumerable<(string Name, long[] Shape, float[] Values)> Create(TowerSizes sizes, Random random);

    /// <summary>What parameters in training add to the tower.</summary>
    protected abstract TextTowerParts Parts(IReadOnlyDictionary<string, Tensor> own);

    /// <summary>What kept parameters add to the tower.</summary>
    protected virtual TextTowerParts KeptParts(IReadOnlyDictionary<string, Tensor> kept) => Parts(kept);

    /// <summary>What kept parameters add for single queries.</summary>
    /// <param name="kept">Their numbers by name.</param>
    internal abstract QueryParts QueryPartsFrom(IReadOnlyDictionary<string, float[]> kept);

    private static float[] Numbers(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to_type(ScalarType.Float32).cpu().contiguous().Elements<float>();
    }

    /// <summary>What is kept of a language's parameters; takes them over.</summary>
    protected virtual IReadOnlyDictionary<string, Tensor> Keep(IReadOnlyDictionary<string, Tensor> own)
    {
        ArgumentNullException.ThrowIfNull(own);
        foreach (var parameter in own.Values)
        {
            parameter.grad = null;
            parameter.requires_grad_(false);
        }
        return own;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var tensor in _kept.Values.Append(_current).SelectMany(p => p.Values).Distinct())
        {
            tensor.Dispose();
        }
        base.Dispose(disposing);
    }
}
