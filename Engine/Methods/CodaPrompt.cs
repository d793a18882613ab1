using CllClip.Engine.Methods.Parts;
using CllClip.Engine.Training;
using CllClip.Shared.Methods;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CllClip.Engine.Methods;

/// <summary>
/// CODA-Prompt: a caption's prompt is a sum of components weighted by attention; every task adds some, orthogonal to those before, which stay as they
/// are (spec section 7, fixtures/methods kinds codaprompt and coda_gram_schmidt).
/// </summary>
public sealed class CodaPrompt : PromptMethod
{
    private const string TasksOption = "promptTasks";
    private const string ComponentsOption = "componentsPerTask";
    private const string LengthOption = "promptLength";
    private const string UntrainedOption = "untrainedPrompts";

    /// <summary>What the form and the API say about it.</summary>
    public static MethodDescriptor Descriptor { get; } =
        new()
        {
            Id = "coda-prompt",
            Name = "CODA-Prompt",
            Family = "Prompts",
            Paper =
                "Smith et al., CODA-Prompt: COntinual Decomposed Attention-based Prompting for Rehearsal-Free Continual Learning, CVPR 2023, arXiv 2211.13218",
            Summary =
                "Builds each caption's prompt from learned components by attention; every task adds components orthogonal to the earlier ones.",
            ComposesWithTeir = true,
            Options =
            [
                new()
                {
                    Name = TasksOption,
                    Label = "Tasks",
                    Type = OptionType.Integer,
                    Default = 36L,
                    Min = 1,
                    Max = 1000,
                    Help = "Tasks that the pool has components for; a run has at most as many.",
                    Group = "Prompts",
                },
                new()
                {
                    Name = ComponentsOption,
                    Label = "Components per task",
                    Type = OptionType.Integer,
                    Default = 5L,
                    Min = 1,
                    Max = 1000,
                    Help =
                        "Components that a task adds. All tasks' together can be no more than the embedding is long, or none would be orthogonal: a small base model takes fewer.",
                    Group = "Prompts",
                },
                new()
                {
                    Name = LengthOption,
                    Label = "Prompt length",
                    Type = OptionType.Integer,
                    Default = 2L,
                    Min = 2,
                    Max = 1000,
                    Unit = "vectors, keys and values together",
                    Help = "Length of a component.",
                    Group = "Prompts",
                },
                new()
                {
                    Name = UntrainedOption,
                    Label = "Prompts untrained, as published",
                    Type = OptionType.Boolean,
                    Default = false,
                    Help =
                        "The published code builds its optimiser before a task's components exist and so never trains them; only their gradients count when clipping. For reproducing the paper's numbers.",
                    Group = "Prompts",
                    Variant = VariantKind.Ablation,
                    VariantName = "prompts untrained",
                },
                Mask,
                .. CommonOptions.Training,
                .. CommonOptions.AllTeir,
            ],
        };

    private static readonly string[] Kinds = ["e_k", "e_a", "e_p"];
    private readonly Layout _layout;

    /// <summary>CODA-Prompt with the options of a run.</summary>
    public CodaPrompt(MethodOptions options)
        : this(
            new Layout(
                [0, 1, 2, 3, 4],
                options.Whole(TasksOption),
                options.Whole(ComponentsOption),
                options.Whole(LengthOption),
                options.Choice(MaskOption) == PublishedMask,
                options.Flag(UntrainedOption)
            )
        ) { }

    /// <summary>CODA-Prompt with a layout of its own.</summary>
    internal CodaPrompt(Layout layout)
        : base(layout.PublishedMask) => _layout = layout;

    /// <inheritdoc/>
    public override bool StepsParameters => !_layout.Untrained;

    /// <summary>A pool at the start of a task: earlier components as they are, the task's own from draws made orthogonal, later ones zero.</summary>
    /// <param name="before">The pool before. [pool, …]</param>
    /// <param name="task">Task from 0.</param>
    /// <param name="perTask">Components of a task.</param>
    /// <param name="draws">Normal draws. [perTask, …]</param>
    /// <remarks>Classical: the projections are those of the draw itself, on earlier rows as they are, not normalised; the new rows are normalised in the end.</remarks>
    internal static Tensor Orthogonalise(Tensor before, int task, int perTask, Tensor draws)
    {
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        var pool = before.shape[0];
        var flat = zeros([pool, before.numel() / pool], ScalarType.Float64);
        var (first, end) = (task * perTask, (task + 1) * perTask);
        if (first > 0)
        {
            flat.narrow(0, 0, first).copy_(before.reshape(pool, -1).narrow(0, 0, first));
        }
        var drawn = draws.reshape(perTask, -1).to_type(ScalarType.Float64).cpu();
        for (var k = first; k < end; k++)
        {
            var draw = drawn[k - first]; // [n]
            using var row = flat[k];
            row.copy_(draw);
            if (k > 0)
            {
                var earlier = flat.narrow(0, 0, k); // [k, n]
                var shares = earlier.mv(draw) / (earlier * earlier).sum(1); // [k]
                row.copy_(draw.Minus(shares.unsqueeze(0).mm(earlier).squeeze(0)));
            }
        }
        var own = flat.narrow(0, first, perTask);
        own.copy_(own / own.norm(1, keepdim: true, p: 2));
        return flat.reshape(before.shape).to(before.dtype, before.device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, Tensor Values)> NewValues(TaskContext task, ScalarType type)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.Index >= _layout.Tasks)
        {
            throw new EngineException(
                $"CODA-Prompt has components for {_layout.Tasks} tasks; this run has more. Raise the option '{TasksOption}' or choose fewer languages."
            );
        }
        var (width, embedding) = ((long)task.Tower.Sizes.Width, (long)task.Tower.EmbeddingSize);
        var room = Math.Min(embedding, _layout.Length * width) / _layout.Tasks;
        if (room == 0)
        {
            throw new EngineException(
                $"CODA-Prompt needs an orthogonal component for each of {_layout.Tasks} tasks; this base model's embedding has {embedding} dimensions. Lower the option '{TasksOption}'."
            );
        }
        var perTask = Math.Min(_layout.PerTask, room);
        var pool = _layout.Tasks * perTask;
        var random = Seeds.For(task.Seed, "prompts", task.Index);
        foreach (var block in BlocksOf(_layout.Blocks, task.Tower.Sizes.Layers))
        foreach (var kind in Kinds)
        {
            var name = $"layer{block}.{kind}";
            long[] shape = kind == "e_p" ? [pool, _layout.Length, width] : [pool, embedding];
            using var fresh = zeros(shape, type);
            var before = Parameters.FirstOrDefault(p => p.Name == name).Parameter ?? fresh;
            using var draws = tensor(Draws.Normal(perTask * fresh.numel() / pool, 0, 1, random));
            yield return (name, Orthogonalise(before.detach(), task.Index, (int)perTask, draws));
        }
    }

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<int, Tensor> TrainingPrompts(Tensor query)
    {
        Tensor Seen(string name)
        {
            var pool = Pool(name);
            var perTask = pool.shape[0] / _layout.Tasks;
            var first = Task * perTask;
            var own = pool.narrow(0, first, perTask);
            return first == 0 ? own : cat([pool.narrow(0, 0, first).detach(), own]); // earlier components are frozen
        }
        return Prompts(query, Seen);
    }

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<int, Tensor> EvaluationPrompts(Tensor query) =>
        Prompts(query, name => Pool(name).narrow(0, 0, (Task + 1) * Pool(name).shape[0] / _layout.Tasks));

    /// <inheritdoc/>
    internal override Func<float[], IReadOnlyDictionary<int, float[]>> QueryPrompts(
        IReadOnlyDictionary<string, (long[] Shape, float[] Values)> pool
    )
    {
        var (blocks, tasks) = (BlocksWith("e_p"), Task + 1);
        return query =>
        {
            var prompts = new Dictionary<int, float[]>();
            foreach (var block in blocks)
            {
                var (shape, keys) = pool[$"layer{block}.e_k"];
                var (attention, components) = (pool[$"layer{block}.e_a"].Values, pool[$"layer{block}.e_p"].Values);
                var (size, length) = ((int)shape[1], components.Length / (int)shape[0]);
                var attended = new float[size];
                var prompt = prompts[block] = new float[length];
                for (var k = 0; k < tasks * (int)shape[0] / _layout.Tasks; k++)
                {
                    TensorPrimitives.Multiply(query, attention.AsSpan(k * size, size), attended);
                    var weight = TensorPrimitives.CosineSimilarity<float>(attended, keys.AsSpan(k * size, size));
                    TensorPrimitives.MultiplyAdd(components.AsSpan(k * length, length), weight, prompt, prompt);
                }
            }
            return prompts;
        };
    }

    private Dictionary<int, Tensor> Prompts(Tensor query, Func<string, Tensor> pool)
    {
        var prompts = new Dictionary<int, Tensor>();
        foreach (var block in BlocksWith("e_p"))
        {
            var components = pool($"layer{block}.e_p"); // [k, L, W]
            var attention = pool($"layer{block}.e_a"); // [k, D]
            var keys = F.normalize(pool($"layer{block}.e_k"), 2, 1, 1e-12); // [k, D]
            // cosine of query * attention with the key: two products, where [B, k, D] would cost more with every task
            var length = (query * query).mm((attention * attention).t()).NoLessThan(1e-24).sqrt(); // [B, k]
            var weights = query.mm((attention * keys).t()) / length; // [B, k]
            prompts[block] = weights.mm(components.flatten(1)).reshape(-1, components.shape[1], components.shape[2]); // [B, L, W]
        }
        return prompts;
    }

    /// <summary>Where the prompts are and how many.</summary>
    /// <param name="Blocks">Blocks with prompts.</param>
    /// <param name="Tasks">Tasks the pool has components for.</param>
    /// <param name="PerTask">Components of a task, at most.</param>
    /// <param name="Length">Vectors of a component.</param>
    /// <param name="PublishedMask">Whether the padding mask stands where the published code puts it.</param>
    /// <param name="Untrained">Whether components are never stepped, as published.</param>
    internal sealed record Layout(int[] Blocks, int Tasks, int PerTask, int Length, bool PublishedMask = false, bool Untrained = false);
}
