using CllClip.Shared.Methods;

namespace CllClip.Engine.Methods;

/// <summary>The paper's method: only the growing token-embedding table is trained (spec sections 3 to 5).</summary>
public sealed class ContinualClip : ContinualMethod
{
    /// <summary>What the form and the API say about it.</summary>
    public static MethodDescriptor Descriptor { get; } =
        new()
        {
            Id = "cll-clip",
            Name = "CLL-CLIP",
            Family = "Embedding",
            Paper =
                "Yang et al., Embracing Language Inclusivity and Diversity in CLIP through Continual Language Learning, AAAI 2024, arXiv 2401.17186",
            Summary = "Trains only the token-embedding table, which grows with every language; both towers stay frozen.",
            ComposesWithTeir = true,
            Options = [.. CommonOptions.Training, CommonOptions.Teir],
        };
}
