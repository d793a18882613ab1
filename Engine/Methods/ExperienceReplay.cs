using System.Text.Json;
using CllClip.Engine.Data;
using CllClip.Engine.Methods.Parts;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Shared.Methods;
using static TorchSharp.torch;

namespace CllClip.Engine.Methods;

/// <summary>Experience replay: each step trains on as many captions of a reservoir memory as on current ones (spec section 7).</summary>
public class ExperienceReplay : ContinualMethod
{
    private const string MemoryOption = "memorySize";
    private const string NamesOption = "namesOnly";
    private const string StateFile = "memory.json";
    private const string PositionFile = "replay.json";

    /// <summary>What the form and the API say about it.</summary>
    public static MethodDescriptor Descriptor { get; } =
        new()
        {
            Id = "er",
            Name = "ER",
            Family = "Replay",
            Paper = "Chaudhry et al., On Tiny Episodic Memories in Continual Learning, 2019, arXiv 1902.10486",
            Summary = "Keeps captions of earlier languages in a small memory and trains on them beside the current ones.",
            ComposesWithTeir = true,
            Options = ReplayOptions,
        };

    private readonly ReplayMemory<TrainingPair> _memory;
    private readonly IReplayDraws _draws;
    private readonly bool _namesOnly;
    private TaskContext? _task;

    /// <summary>ER with the options of a run.</summary>
    /// <param name="options">The options.</param>
    /// <param name="draws">The random choices; null for the run's seed.</param>
    public ExperienceReplay(MethodOptions options, IReplayDraws? draws = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _draws = draws ?? new SeededReplayDraws();
        Capacity = options.Whole(MemoryOption);
        _namesOnly = options.Flag(NamesOption);
        _memory = new ReplayMemory<TrainingPair>(Capacity, _draws);
    }

    /// <summary>Options of the replay methods.</summary>
    protected static IReadOnlyList<OptionDescriptor> ReplayOptions =>
        [
            new()
            {
                Name = MemoryOption,
                Label = "Memory",
                Type = OptionType.Integer,
                Default = 8000L,
                Min = 1,
                Max = 1_000_000,
                Unit = "captions",
                Help = "Captions kept of all languages together (reservoir sampling); as many as the batch size are replayed in each step.",
                Group = "Replay",
            },
            new()
            {
                Name = NamesOption,
                Label = "Names only",
                Type = OptionType.Boolean,
                Default = false,
                Help =
                    "This project's own variant: keywords, which a data set may train on beside names and which are never tested, do not enter the memory.",
                Group = "Replay",
                Variant = VariantKind.Own,
                VariantName = "names only",
            },
            .. CommonOptions.Training,
            .. CommonOptions.AllTeir,
        ];

    /// <inheritdoc/>
    public override IEnumerable<TrainingPair> Memory => _memory.Items;

    /// <summary>Captions offered to the memory so far.</summary>
    internal int Seen => _memory.Seen;

    /// <summary>Most captions kept.</summary>
    protected int Capacity { get; }

    /// <inheritdoc/>
    public override void BeginTask(TaskContext task, TaskRows rows)
    {
        ArgumentNullException.ThrowIfNull(task);
        _task = task;
        _draws.BeginTask(task.Seed, task.Index);
        if (task.Index > 0)
        {
            _memory.BeginTask();
        }
    }

    /// <inheritdoc/>
    public override TrainingBatch Compose(TrainingBatch current)
    {
        ArgumentNullException.ThrowIfNull(current);
        if (_task!.Index == 0)
        {
            return current;
        }
        var slots = _memory.Next(current.Tokens.Count);
        return current.WithMemory(Replayed(_task.Batch([.. slots.Select(s => _memory.Items[s])]), slots));
    }

    /// <inheritdoc/>
    public override void AfterStep(TrainingBatch batch, Tensor embeddings)
    {
        ArgumentNullException.ThrowIfNull(batch);
        int[] current =
        [
            .. Enumerable.Range(0, batch.Tokens.Count).Where(i => batch.FromMemory?[i] != true && !(_namesOnly && batch.Pairs[i].Keyword)),
        ];
        Stored(_memory.Offer([.. current.Select(i => batch.Pairs[i])]), current, embeddings);
    }

    /// <inheritdoc/>
    public override void SaveState(string stageFolder) =>
        AtomicFile.WriteText(Path.Combine(stageFolder, StateFile), JsonSerializer.Serialize(new State(_memory.Seen, [.. _memory.Items])));

    /// <inheritdoc/>
    public override void LoadState(string stageFolder)
    {
        var state = Read<State>(Path.Combine(stageFolder, StateFile));
        _memory.Restore(state.Captions, state.Seen);
    }

    /// <inheritdoc/>
    public override void SaveWithinTask(string folder)
    {
        SaveState(folder);
        var (order, next) = _memory.Position;
        AtomicFile.WriteText(Path.Combine(folder, PositionFile), JsonSerializer.Serialize(new Position(order, next, _draws.Drawn)));
    }

    /// <inheritdoc/>
    public override void LoadWithinTask(string folder)
    {
        LoadState(folder);
        var position = Read<Position>(Path.Combine(folder, PositionFile));
        _memory.Restore((position.Order, position.Next));
        _draws.SkipTo(position.Drawn);
    }

    /// <summary>The memory's captions as a step trains on them: here with the teacher's embedding of their English partner as target.</summary>
    /// <param name="memory">The captions.</param>
    /// <param name="slots">Their slots.</param>
    protected virtual TrainingBatch Replayed(TrainingBatch memory, int[] slots) => memory;

    /// <summary>Captions went into the memory.</summary>
    /// <param name="slots">For each its slot, or -1.</param>
    /// <param name="places">Where each stands in the step's batch.</param>
    /// <param name="embeddings">The student's embeddings of that batch. [B, D]</param>
    protected virtual void Stored(int[] slots, int[] places, Tensor embeddings) { }

    private static T Read<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path)) ?? throw new JsonException("empty");
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new EngineException(
                $"The replay memory {path} cannot be read: {e.Message} Restore it from a copy, or delete the stage to train it again.",
                e
            );
        }
    }

    private sealed record State(int Seen, IReadOnlyList<TrainingPair> Captions);

    private sealed record Position(int[] Order, int Next, long Drawn);
}
