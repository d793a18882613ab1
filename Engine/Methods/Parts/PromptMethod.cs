using System.Globalization;
using CllClip.Engine.Model;
using CllClip.Engine.Search;
using CllClip.Engine.Training;
using CllClip.Shared.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine.Methods.Parts;

/// <summary>Base of the methods whose prompts are chosen by the captions themselves: by the student's own embedding of them without prompts.</summary>
/// <param name="publishedMask">Whether the padding mask stands where the published code puts it.</param>
public abstract class PromptMethod(bool publishedMask) : ContinualMethod
{
    private const string StateFile = "prompts.safetensors";
    private readonly SortedDictionary<string, Tensor> _pool = new(StringComparer.Ordinal);
    private TextTower? _tower;

    /// <summary>Name of the option for the padding mask.</summary>
    protected const string MaskOption = "promptMask";

    /// <summary>Its value for the published code's mask.</summary>
    protected const string PublishedMask = "published";

    /// <summary>The option itself.</summary>
    protected static OptionDescriptor Mask { get; } =
        new()
        {
            Name = MaskOption,
            Label = "Padding mask",
            Type = OptionType.Choice,
            Default = "aligned",
            Choices = ["aligned", PublishedMask],
            Help =
                "aligned: padding is masked where it is. published: as in the published code, where the prompt's columns stand behind and can hide a caption's last tokens; for reproducing the paper's numbers.",
            Group = "Prompts",
            Variant = VariantKind.Ablation,
            VariantName = "mask",
        };

    /// <summary>Task at hand, from 0.</summary>
    protected int Task { get; private set; } = -1;

    /// <inheritdoc/>
    public override bool EmbedsWholeBatches => publishedMask;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Parameter)> Parameters => _pool.Select(p => (p.Key, p.Value));

    /// <summary>A tensor of the pool.</summary>
    protected Tensor Pool(string name) => _pool[name];

    /// <inheritdoc/>
    public override void BeginTask(TaskContext task, TaskRows rows)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(rows);
        (_tower, Task) = (task.Tower, task.Index);
        using var nothing = no_grad();
        foreach (var (name, values) in NewValues(task, rows.Values.dtype))
        {
            using (values)
            {
                Put(name, values.to(rows.Values.dtype, rows.Values.device, copy: true));
            }
        }
        Move(rows.Values.dtype, rows.Values.device);
        foreach (var parameter in _pool.Values)
        {
            parameter.requires_grad_(true);
        }
    }

    /// <inheritdoc/>
    public override TextTowerParts TrainingParts(Tensor tokens, Tensor ends)
    {
        var query = Query(_tower!, tokens, ends);
        return new PromptedParts(TrainingPrompts(query), ends, publishedMask);
    }

    /// <inheritdoc/>
    public override PartsOf? EvaluationParts(string language, TextTower tower)
    {
        ArgumentNullException.ThrowIfNull(tower);
        Move(null, tower.Device);
        return (tokens, ends) => new PromptedParts(EvaluationPrompts(Query(tower, tokens, ends)), ends, publishedMask);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> ExportParts() => _pool;

    /// <inheritdoc/>
    public override void SaveState(string stageFolder) => MethodFile.Write(stageFolder, StateFile, _pool);

    /// <inheritdoc/>
    public override void LoadState(string stageFolder)
    {
        foreach (var (name, value) in MethodFile.Read(stageFolder, StateFile))
        {
            Put(name, value);
        }
        Task++; // the task that the stage ended
    }

    /// <inheritdoc/>
    public override bool ChangesTower => true;

    /// <inheritdoc/>
    public override QueryPartsOf? QueryParts()
    {
        using var scope = NewDisposeScope();
        var numbers = _pool.ToDictionary(
            p => p.Key,
            p => (p.Value.shape, Values: p.Value.detach().to_type(ScalarType.Float32).cpu().contiguous().Elements<float>())
        );
        var prompts = QueryPrompts(numbers);
        return (_, plain) => new QueryPrompted(prompts(plain()));
    }

    /// <summary>Prompts of one query, by block. Each [L, W]</summary>
    /// <param name="pool">Shapes and numbers of the pool by name.</param>
    /// <returns>Given a query's embedding without prompts. [D]</returns>
    internal abstract Func<float[], IReadOnlyDictionary<int, float[]>> QueryPrompts(
        IReadOnlyDictionary<string, (long[] Shape, float[] Values)> pool
    );

    /// <summary>Tensors of the pool that this task makes or makes anew.</summary>
    protected abstract IEnumerable<(string Name, Tensor Values)> NewValues(TaskContext task, ScalarType type);

    /// <summary>Prompts of some captions in training, by block. Each [B or 1, L, W]</summary>
    /// <param name="query">Their embeddings without prompts. [B, D]</param>
    protected abstract IReadOnlyDictionary<int, Tensor> TrainingPrompts(Tensor query);

    /// <summary>Prompts of some captions in evaluation, by block.</summary>
    /// <param name="query">Their embeddings without prompts. [B, D]</param>
    protected abstract IReadOnlyDictionary<int, Tensor> EvaluationPrompts(Tensor query);

    /// <summary>Blocks whose tensors of a kind are in the pool.</summary>
    protected int[] BlocksWith(string kind) =>
        [.. _pool.Keys.Where(n => n.EndsWith("." + kind, StringComparison.Ordinal)).Select(BlockOf).Order()];

    /// <summary>Blocks that have prompts in a tower: those listed that it has, or its last one where it has none of them.</summary>
    protected static int[] BlocksOf(IEnumerable<int> listed, int layers)
    {
        int[] there = [.. listed.Where(b => b < layers)];
        return there.Length > 0 ? there : [layers - 1];
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var tensor in _pool.Values)
        {
            tensor.Dispose();
        }
        base.Dispose(disposing);
    }

    private static int BlockOf(string name) =>
        int.Parse(name.AsSpan("layer".Length, name.IndexOf('.', StringComparison.Ordinal) - "layer".Length), CultureInfo.InvariantCulture);

    private sealed class QueryPrompted(IReadOnlyDictionary<int, float[]> prompts) : QueryParts
    {
        public override QueryPrefix? Prefix(int block) =>
            prompts.TryGetValue(block, out var prompt)
                ? new QueryPrefix(prompt[..(prompt.Length / 2)], prompt[(prompt.Length / 2)..])
                : null;
    }

    private static Tensor Query(TextTower tower, Tensor tokens, Tensor ends)
    {
        using var nothing = no_grad();
        return tower.Forward(tokens.detach(), ends); // [B, D]
    }

    /// <summary>Brings the pool to where it is needed: read back from a stage it is on the CPU.</summary>
    private void Move(ScalarType? type, torch.Device device)
    {
        foreach (var (name, parameter) in _pool.ToList())
        {
            var wanted = type ?? parameter.dtype;
            if (parameter.dtype != wanted || parameter.device.type != device.type)
            {
                Put(name, parameter.to(wanted, device, copy: true));
            }
        }
    }

    private void Put(string name, Tensor value)
    {
        if (_pool.TryGetValue(name, out var old))
        {
            old.Dispose();
        }
        _pool[name] = value.DetachFromDisposeScope();
    }
}
