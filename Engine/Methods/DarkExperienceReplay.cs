using CllClip.Engine.Methods.Parts;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Shared.Methods;
using static TorchSharp.torch;

namespace CllClip.Engine.Methods;

/// <summary>Dark experience replay: as ER, and a replayed caption is drawn to what the student itself made of it when it was stored (spec section 7).</summary>
public sealed class DarkExperienceReplay(MethodOptions options, IReplayDraws? draws = null) : ExperienceReplay(options, draws)
{
    private const string TargetFile = "memory.safetensors";
    private const string TargetName = "targets";
    private Tensor? _targets; // [capacity, D], by slot

    /// <summary>What the form and the API say about it.</summary>
    public static new MethodDescriptor Descriptor { get; } =
        new()
        {
            Id = "der",
            Name = "DER",
            Family = "Replay",
            Paper =
                "Buzzega et al., Dark Experience for General Continual Learning: a Strong, Simple Baseline, NeurIPS 2020, arXiv 2004.07211",
            Summary = "Replays captions of earlier languages towards the embeddings the student gave them when it learned them.",
            ComposesWithTeir = true,
            Options = ReplayOptions,
        };

    /// <summary>Stored targets of the slots in use. [n, D]</summary>
    internal Tensor Targets => _targets!.narrow(0, 0, Memory.Count());

    /// <inheritdoc/>
    public override void SaveState(string stageFolder)
    {
        base.SaveState(stageFolder);
        using var targets = Targets;
        MethodFile.Write(stageFolder, TargetFile, new Dictionary<string, Tensor> { [TargetName] = targets });
    }

    /// <inheritdoc/>
    public override void LoadState(string stageFolder)
    {
        base.LoadState(stageFolder);
        using var stored = MethodFile.Read(stageFolder, TargetFile)[TargetName];
        Reserve(stored);
        using var place = Targets;
        place.copy_(stored);
    }

    /// <inheritdoc/>
    protected override TrainingBatch Replayed(TrainingBatch memory, int[] slots)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(slots);
        var index = tensor(slots.Select(s => (long)s).ToArray(), ScalarType.Int64, _targets!.device);
        return memory with { Targets = _targets.index_select(0, index).to(memory.Targets.device) };
    }

    /// <inheritdoc/>
    protected override void Stored(int[] slots, int[] places, Tensor embeddings)
    {
        ArgumentNullException.ThrowIfNull(slots);
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(embeddings);
        Reserve(embeddings);
        // one slot may be taken twice in a step: the last stays
        var last = slots.Zip(places).Where(x => x.First >= 0).GroupBy(x => x.First).Select(g => g.Last()).ToList();
        if (last.Count == 0)
        {
            return;
        }
        using var scope = NewDisposeScope();
        var device = embeddings.device;
        var from = tensor(last.Select(x => (long)x.Second).ToArray(), ScalarType.Int64, device);
        var to = tensor(last.Select(x => (long)x.First).ToArray(), ScalarType.Int64, device);
        _targets!.index_copy_(0, to, embeddings.index_select(0, from));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _targets?.Dispose();
        base.Dispose(disposing);
    }

    private void Reserve(Tensor like)
    {
        _targets ??= zeros([Capacity, like.shape[1]], like.dtype, like.device).DetachFromDisposeScope();
        if (_targets.device.ToString() != like.device.ToString()) // read back from a stage
        {
            using var before = _targets;
            _targets = before.to(like.device).DetachFromDisposeScope();
        }
    }
}
