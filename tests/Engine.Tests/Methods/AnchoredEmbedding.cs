using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Shared.Methods;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Methods;

/// <summary>The example of docs/adding-a-method.md: embeddings are held near where their task found them (L2-SP).</summary>
public sealed class AnchoredEmbedding(MethodOptions options) : ContinualMethod
{
    private const string StrengthOption = "anchorStrength";

    /// <summary>What the form and the API say about it.</summary>
    public static MethodDescriptor Descriptor { get; } =
        new()
        {
            Id = "l2-sp",
            Name = "L2-SP",
            Family = "Regularisation",
            Paper = "Li et al., Explicit Inductive Bias for Transfer Learning with Convolutional Networks, ICML 2018, arXiv 1802.01483",
            Summary = "Holds every embedding near the value it had when the task began.",
            ComposesWithTeir = true,
            Options =
            [
                new()
                {
                    Name = StrengthOption,
                    Label = "Strength",
                    Type = OptionType.Number,
                    Default = 0.01,
                    Min = 0,
                    Max = 1e6,
                    Help = "Weight of the squared distance to the start.",
                    Group = "L2-SP",
                },
                .. CommonOptions.Training,
                .. CommonOptions.AllTeir,
            ],
        };

    private readonly double _strength = options.Number(StrengthOption);
    private Tensor? _start; // [R, W]

    /// <inheritdoc/>
    public override void BeginTask(TaskContext task, TaskRows rows)
    {
        _start?.Dispose();
        _start = rows.Values.detach().clone().DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor? Penalty(TaskRows rows)
    {
        var moved = rows.Values.Minus(_start!); // [R, W]
        return (moved * moved).sum().Times(_strength);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _start?.Dispose();
        base.Dispose(disposing);
    }
}
