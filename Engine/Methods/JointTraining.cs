using CllClip.Shared.Methods;

namespace CllClip.Engine.Methods;

/// <summary>All languages in one task with one vocabulary over all of them: the upper bound.</summary>
public sealed class JointTraining : ContinualMethod
{
    /// <summary>What the form and the API say about it.</summary>
    public static MethodDescriptor Descriptor { get; } =
        new()
        {
            Id = "joint",
            Name = "Joint training",
            Family = "Reference points",
            Paper =
                "Yang et al., Embracing Language Inclusivity and Diversity in CLIP through Continual Language Learning, AAAI 2024, arXiv 2401.17186",
            Summary = "All languages at once with one vocabulary over all of them. The upper bound: nothing can be forgotten.",
            ComposesWithTeir = false,
            Options =
            [
                .. CommonOptions.Training.Where(o => o.Name != CommonOptions.VocabularySize),
                CommonOptions.Training.First(o => o.Name == CommonOptions.VocabularySize) with
                {
                    Default = 200_000L,
                    Max = 2_000_000,
                    Label = "Vocabulary",
                    Help = "Size of the one BPE vocabulary trained on all languages together.",
                },
            ],
        };

    /// <inheritdoc/>
    public override bool AllLanguagesAtOnce => true;
}
