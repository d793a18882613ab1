using System.Text.Json.Serialization;

namespace CllClip.Shared.Search;

/// <summary>Who else uses a token, as far as the training captions up to a checkpoint's stage tell.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TokenUse>))]
public enum TokenUse
{
    /// <summary>The base model's own, or a chain that does not say which tokens occurred.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>It occurred in no training caption: nothing but its initial row stands behind it.</summary>
    [JsonStringEnumMemberName("unseen")]
    Unseen,

    /// <summary>It occurred in the training captions of one language.</summary>
    [JsonStringEnumMemberName("unique")]
    Unique,

    /// <summary>It occurred in the training captions of several languages: learning one moves the row of the others.</summary>
    [JsonStringEnumMemberName("shared")]
    Shared,
}

/// <summary>A token that a query or caption was cut into, and what a checkpoint knows of it.</summary>
public sealed record QueryToken
{
    /// <summary>Its id: the row of the token embedding.</summary>
    public required int Id { get; init; }

    /// <summary>Its text; bytes that are no whole character are spelled as hexadecimal numbers in angle brackets.</summary>
    public required string Text { get; init; }

    /// <summary>Whether it ends a word.</summary>
    public bool EndsWord { get; init; }

    /// <summary>Whether it is bytes that are no whole character alone.</summary>
    public bool IsBytes { get; init; }

    /// <summary>Whether the vocabulary has no token for it, so that the end token stands in its place and nothing after it is read.</summary>
    public bool IsUnknown { get; init; }

    /// <summary>Whether the text tower reads it; false behind an unknown one and beyond the tower's length.</summary>
    public bool IsRead { get; init; } = true;

    /// <summary>Stage that added it, from 1; 0 for the base model's vocabulary.</summary>
    public int Stage { get; init; }

    /// <summary>Languages of the stage that added it; empty for the base model's vocabulary.</summary>
    public IReadOnlyList<string> AddedFor { get; init; } = [];

    /// <summary>Who else uses it.</summary>
    public TokenUse Use { get; init; }

    /// <summary>In how many languages' training captions it occurred up to the checkpoint's stage; null where that is not stored.</summary>
    public int? LanguageCount { get; init; }

    /// <summary>Those languages, in the order of learning; fewer than <see cref="LanguageCount"/> where a stage learned several at once.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>TEIR's counter of the token after the checkpoint's stage; null where it is not stored.</summary>
    public long? TeirCount { get; init; }

    /// <summary>
    /// The factor, 0 to 1, that TEIR puts on the token's gradient and decay in the next task whose captions hold it: the counter's inverse, to the power
    /// of the run's exponent. Null where the run did not use TEIR or the counter is not stored.
    /// </summary>
    public double? TeirScale { get; init; }
}
