using CllClip.Engine.Methods.Parts;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Shared.Methods;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CllClip.Engine.Methods;

/// <summary>
/// DualPrompt: general prompts for all languages in the first blocks, and in later ones expert prompts, one of a pool for each task, found again by
/// the likeness of a caption's embedding to the task's key (spec section 7, fixtures/methods kind dualprompt).
/// </summary>
public sealed class DualPrompt : PromptMethod
{
    private const string GeneralLengthOption = "generalLength";
    private const string ExpertLengthOption = "expertLength";
    private const string PoolOption = "poolSize";
    private const string PullOption = "pull";

    /// <summary>What the form and the API say about it.</summary>
    public static MethodDescriptor Descriptor { get; } =
        new()
        {
            Id = "dualprompt",
            Name = "DualPrompt",
            Family = "Prompts",
            Paper = "Wang et al., DualPrompt: Complementary Prompting for Rehearsal-free Continual Learning, ECCV 2022, arXiv 2204.04799",
            Summary = "Learns prompts that all languages share and one expert prompt per task, which a caption finds by its own embedding.",
            ComposesWithTeir = true,
            Options =
            [
                new()
                {
                    Name = GeneralLengthOption,
                    Label = "General prompts",
                    Type = OptionType.Integer,
                    Default = 2L,
                    Min = 2,
                    Max = 1000,
                    Unit = "vectors, keys and values together",
                    Help = "Length of the prompts that all languages share, in blocks 0 and 1.",
                    Group = "Prompts",
                },
                new()
                {
                    Name = ExpertLengthOption,
                    Label = "Expert prompts",
                    Type = OptionType.Integer,
                    Default = 16L,
                    Min = 2,
                    Max = 1000,
                    Unit = "vectors, keys and values together",
                    Help = "Length of a task's own prompts, in blocks 2 and 3; in a tower without them, in its last block.",
                    Group = "Prompts",
                },
                new()
                {
                    Name = PoolOption,
                    Label = "Pool",
                    Type = OptionType.Integer,
                    Default = 36L,
                    Min = 1,
                    Max = 1000,
                    Unit = "tasks",
                    Help = "Expert prompts there are; a run has at most as many tasks. All of them, later tasks' too, compete for a query.",
                    Group = "Prompts",
                },
                new()
                {
                    Name = PullOption,
                    Label = "Pull",
                    Type = OptionType.Number,
                    Default = 1.0,
                    Min = 0,
                    Max = 1000,
                    Help = "Weight of the term that pulls a task's key to its captions.",
                    Group = "Prompts",
                },
                Mask,
                .. CommonOptions.Training,
                .. CommonOptions.AllTeir,
            ],
        };

    private readonly Layout _layout;
    private int _pullDivisor = 1;
    private readonly List<(Tensor Sum, long Captions)> _pulled = [];

    /// <summary>DualPrompt with the options of a run.</summary>
    public DualPrompt(MethodOptions options)
        : this(
            new Layout(
                [0, 1],
                [2, 3, 4],
                options.Whole(GeneralLengthOption),
                options.Whole(ExpertLengthOption),
                options.Whole(PoolOption),
                options.Number(PullOption),
                options.Choice(MaskOption) == PublishedMask
            )
        ) { }

    /// <summary>DualPrompt with a layout of its own.</summary>
    internal DualPrompt(Layout layout)
        : base(layout.PublishedMask) => _layout = layout;

    /// <inheritdoc/>
    public override Tensor? Penalty(TaskRows rows)
    {
        if (_pulled.Count == 0)
        {
            return null;
        }
        using var scope = NewDisposeScope();
        var sum = _pulled.Select(p => p.Sum).Aggregate((a, b) => a.Plus(b));
        var pull = sum.Times(_layout.Pull / ((double)_pullDivisor * _pulled.Sum(p => p.Captions)));
        ForgetPull();
        return pull.MoveToOuterDisposeScope();
    }

    /// <summary>Cosine of every query to every key of a block. [B, pool]</summary>
    internal Tensor Cosine(Tensor query, int block) =>
        F.normalize(query, 2, 1, 1e-12).mm(F.normalize(Pool($"layer{block}.e_k"), 2, 1, 1e-12).t());

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, Tensor Values)> NewValues(TaskContext task, ScalarType type)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.Index >= _layout.Pool)
        {
            throw new EngineException(
                $"DualPrompt has expert prompts for {_layout.Pool} tasks; this run has more. Raise the option '{PoolOption}' or choose fewer languages."
            );
        }
        var (layers, width) = (task.Tower.Sizes.Layers, (long)task.Tower.Sizes.Width);
        // The published loop stops before the last block listed, whose share of the pull still counts in its divisor.
        int[] reached = [.. _layout.ExpertBlocks.SkipLast(1)];
        var experts = BlocksOf(reached, layers);
        _pullDivisor = experts.SequenceEqual(reached) ? _layout.ExpertBlocks.Length : experts.Length;
        if (Parameters.Any())
        {
            yield break; // all prompts are made before the first task
        }
        var random = Seeds.For(task.Seed, "prompts", 0);
        Tensor Drawn(params long[] shape) => tensor(Draws.Uniform(shape.Aggregate(1L, (a, b) => a * b), 1, random), shape);
        foreach (var block in _layout.GeneralBlocks.Where(b => b < layers).Except(experts))
        {
            yield return ($"layer{block}.g_p", Drawn(_layout.GeneralLength, width));
        }
        foreach (var block in experts)
        {
            yield return ($"layer{block}.e_p", Drawn(_layout.Pool, _layout.ExpertLength, width));
            yield return ($"layer{block}.e_k", Drawn(_layout.Pool, task.Tower.EmbeddingSize));
        }
    }

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<int, Tensor> TrainingPrompts(Tensor query)
    {
        ArgumentNullException.ThrowIfNull(query);
        Tensor? sum = null;
        var prompts = Prompts(block =>
        {
            var away = Cosine(query, block).select(1, Task).Times(-1).Plus(1.0).sum(); // 1 - cos, summed over the captions
            sum = sum is null ? away : sum.Plus(away);
            return Pool($"layer{block}.e_p").narrow(0, Task, 1); // [1, L, W]
        });
        if (sum is not null)
        {
            _pulled.Add((sum.DetachFromDisposeScope(), query.shape[0])); // wanted when the whole batch is embedded
        }
        return prompts;
    }

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<int, Tensor> EvaluationPrompts(Tensor query) =>
        Prompts(block => Pool($"layer{block}.e_p").index_select(0, Cosine(query, block).argmax(1))); // [B, L, W]

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        ForgetPull();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    internal override Func<float[], IReadOnlyDictionary<int, float[]>> QueryPrompts(
        IReadOnlyDictionary<string, (long[] Shape, float[] Values)> pool
    )
    {
        var general = BlocksWith("g_p").ToDictionary(b => b, b => pool[$"layer{b}.g_p"].Values);
        var experts = BlocksWith("e_p");
        return query =>
        {
            var prompts = new Dictionary<int, float[]>(general);
            foreach (var block in experts)
            {
                var (shape, keys) = pool[$"layer{block}.e_k"];
                var size = (int)shape[1];
                // the query's own length changes no order
                var best = Enumerable.Range(0, (int)shape[0]).MaxBy(k => Likeness(query, keys.AsSpan(k * size, size)));
                var all = pool[$"layer{block}.e_p"].Values; // [pool, L, W]
                var length = all.Length / (int)shape[0];
                prompts[block] = all.AsSpan(best * length, length).ToArray();
            }
            return prompts;
        };
    }

    private static float Likeness(ReadOnlySpan<float> query, ReadOnlySpan<float> key) =>
        TensorPrimitives.Dot(query, key) / TensorPrimitives.Norm(key);

    private void ForgetPull()
    {
        foreach (var (sum, _) in _pulled)
        {
            sum.Dispose();
        }
        _pulled.Clear();
    }

    private Dictionary<int, Tensor> Prompts(Func<int, Tensor> expert)
    {
        var prompts = BlocksWith("g_p").ToDictionary(b => b, b => Pool($"layer{b}.g_p").unsqueeze(0)); // [1, L, W]
        foreach (var block in BlocksWith("e_p"))
        {
            prompts[block] = expert(block);
        }
        return prompts;
    }

    /// <summary>Where the prompts are and how many.</summary>
    /// <param name="GeneralBlocks">Blocks with general prompts.</param>
    /// <param name="ExpertBlocks">Blocks listed for expert prompts; the last is never reached.</param>
    /// <param name="GeneralLength">Vectors of a general prompt.</param>
    /// <param name="ExpertLength">Vectors of an expert prompt.</param>
    /// <param name="Pool">Expert prompts.</param>
    /// <param name="Pull">Weight of the pull.</param>
    /// <param name="PublishedMask">Whether the padding mask stands where the published code puts it.</param>
    internal sealed record Layout(
        int[] GeneralBlocks,
        int[] ExpertBlocks,
        int GeneralLength,
        int ExpertLength,
        int Pool,
        double Pull = 1,
        bool PublishedMask = false
    );
}
