namespace CllClip.Shared.Methods;

/// <summary>What a continual-learning method says about itself; stands at the top of the method's file.</summary>
public sealed record MethodDescriptor
{
    /// <summary>Identifier in requests, for example <c>cll-clip</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Display name, for example <c>CLL-CLIP</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Group in the form: <c>Reference points</c>, <c>Embedding</c>, <c>Regularisation</c>, <c>Replay</c>, <c>Parameter-efficient</c>, <c>Prompts</c>.</summary>
    public required string Family { get; init; }

    /// <summary>Where the method was published (authors, venue, year, arXiv id).</summary>
    public required string Paper { get; init; }

    /// <summary>What the method does, in one line.</summary>
    public required string Summary { get; init; }

    /// <summary>Whether TEIR can be switched on with it.</summary>
    public required bool ComposesWithTeir { get; init; }

    /// <summary>Whether anything is trained; a method that does not is only evaluated.</summary>
    public bool Trains { get; init; } = true;

    /// <summary>Whether all languages are one task, so that the run has one stage.</summary>
    public bool AllLanguagesAtOnce { get; init; }

    /// <summary>Every option with its paper default, unit and range.</summary>
    public required IReadOnlyList<OptionDescriptor> Options { get; init; }
}
