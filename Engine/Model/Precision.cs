namespace CllClip.Engine.Model;

/// <summary>What frozen towers compute in. Trained rows, their gradients and the optimiser are float32 in either.</summary>
public enum Precision
{
    /// <summary>float32 throughout.</summary>
    Full,

    /// <summary>Projections and attention in bfloat16, the rest in float32: for GPUs. A processor without bfloat16 units takes many times longer.</summary>
    Mixed,
}
