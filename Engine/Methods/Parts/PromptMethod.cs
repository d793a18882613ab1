using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Shared.Methods;
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
        };

    /// <summary>Task at hand, from 0.</summary>
    protected int Task { get; private set; }

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
        foreach (var (name, parameter) in _pool.ToList())
        {
            if (parameter.dtype != rows.Values.dtype || parameter.device.ToString() != rows.Values.device.ToString())
            {
                Put(name, parameter.to(rows.Values.dtype, rows.Values.device, copy: true)); // read back from a stage
            }
            _pool[name].requires_grad_(true);
        }
    }

    /// <inheritdoc/>
    public override TextTowerParts TrainingParts(Tensor tokens, Tensor ends)
    {
        var query = Query(tokens, ends);
        return new PromptedParts(TrainingPrompts(query), ends, publishedMask);
    }

    /// <inheritdoc/>
    public override PartsOf? EvaluationParts(string language) =>
        (tokens, ends) => new PromptedParts(EvaluationPrompts(Query(tokens, ends)), ends, publishedMask);

    /// <inheritdoc/>
    public override void SaveState(string stageFolder) => MethodFile.Write(stageFolder, StateFile, _pool);

    /// <inheritdoc/>
    public override void LoadState(string stageFolder)
    {
        foreach (var (name, value) in MethodFile.Read(stageFolder, StateFile))
        {
            Put(name, value);
        }
    }

    /// <summary>Tensors of the pool that this task makes or makes anew.</summary>
    protected abstract IEnumerable<(string Name, Tensor Values)> NewValues(TaskContext task, ScalarType type);

    /// <summary>Prompts of some captions in training, by block. Each [B or 1, L, W]</summary>
    /// <param name="query">Their embeddings without prompts. [B, D]</param>
    protected abstract IReadOnlyDictionary<int, Tensor> TrainingPrompts(Tensor query);

    /// <summary>Prompts of some captions in evaluation, by block.</summary>
    /// <param name="query">Their embeddings without prompts. [B, D]</param>
    protected abstract IReadOnlyDictionary<int, Tensor> EvaluationPrompts(Tensor query);

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

    private Tensor Query(Tensor tokens, Tensor ends)
    {
        using var nothing = no_grad();
        return _tower!.Forward(tokens.detach(), ends); // [B, D]
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
