using CllClip.Shared.Methods;

namespace CllClip.Engine.Methods;

/// <summary>The base model as it is: its own tokenizer and embeddings on every language.</summary>
public sealed class ZeroShot : ContinualMethod
{
    /// <summary>What the form and the API say about it.</summary>
    public static MethodDescriptor Descriptor { get; } =
        new()
        {
            Id = "zero-shot",
            Name = "Zero-shot CLIP",
            Family = "Reference points",
            Paper = "Radford et al., Learning Transferable Visual Models From Natural Language Supervision, ICML 2021, arXiv 2103.00020",
            Summary = "No training: the base model's own tokenizer and embeddings on every language. The lower bound.",
            ComposesWithTeir = false,
            Options = [],
        };

    /// <inheritdoc/>
    public override bool Trains => false;

    /// <inheritdoc/>
    public override bool AllLanguagesAtOnce => true;
}
