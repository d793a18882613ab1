namespace CllClip.Engine.Data.Statistics;

/// <summary>What can be counted of a data set's captions, by language.</summary>
/// <param name="Revision">Revision of the data set.</param>
/// <param name="Vocabulary">Hash of the base model's vocabulary.</param>
/// <param name="Languages">Figures by language code, in the data set's order.</param>
public sealed record DatasetStatistics(string Revision, string Vocabulary, IReadOnlyList<LanguageStatistics> Languages)
{
    /// <summary>Version of these definitions; another one is computed anew.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version of the definitions it was computed by.</summary>
    public int Format { get; init; } = CurrentFormat;
}

/// <summary>Figures of one language, over the captions of all splits.</summary>
public sealed record LanguageStatistics
{
    /// <summary>Code of the language.</summary>
    public required string Language { get; init; }

    /// <summary>Training captions.</summary>
    public required int Training { get; init; }

    /// <summary>Validation captions.</summary>
    public required int Validation { get; init; }

    /// <summary>Test captions.</summary>
    public required int Test { get; init; }

    /// <summary>Characters as people count them (grapheme clusters) in a caption.</summary>
    public required LengthFigures Characters { get; init; }

    /// <summary>Words in a caption; null where the language is written without spaces between words.</summary>
    public LengthFigures? Words { get; init; }

    /// <summary>By the base model's own tokenizer.</summary>
    public required TokenFigures Base { get; init; }

    /// <summary>By the base model's vocabulary after growing it by this language; null without training captions.</summary>
    public TokenFigures? Grown { get; init; }

    /// <summary>Tokens that growing adds; null without training captions.</summary>
    public int? Added { get; init; }
}

/// <summary>Lengths of captions.</summary>
/// <param name="Mean">Mean.</param>
/// <param name="P95">The length that 95 % of the captions do not exceed.</param>
public sealed record LengthFigures(double Mean, int P95);

/// <summary>What a tokenizer makes of captions; start and end are not counted, nothing is cut.</summary>
/// <param name="PerCaption">Mean tokens in a caption.</param>
/// <param name="PerWord">Tokens to a word over all captions; null where words cannot be told.</param>
/// <param name="Used">Different tokens that the captions hold.</param>
/// <param name="Shared">Share of those, 0 to 1, that captions of another language of the data set hold too; null for the only language.</param>
public sealed record TokenFigures(double PerCaption, double? PerWord, int Used, double? Shared);

/// <summary>How far the counting is.</summary>
/// <param name="Language">Language at hand; null at the end.</param>
/// <param name="Fraction">Share done, 0 to 1.</param>
public sealed record StatisticsProgress(string? Language, double Fraction);
