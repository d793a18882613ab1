using System.Text.Json.Serialization;
using CllClip.Engine.Data.Statistics;
using CllClip.Portal.Layout.Components;

namespace CllClip.Portal.Features.Datasets.Statistics;

/// <summary>How far a data set's statistics are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StatisticsState>))]
public enum StatisticsState
{
    /// <summary>Others are computed first.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>They are being computed.</summary>
    [JsonStringEnumMemberName("computing")]
    Computing,

    /// <summary>They are there.</summary>
    [JsonStringEnumMemberName("ready")]
    Ready,

    /// <summary>Somebody stopped it.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,

    /// <summary>They cannot be computed; the error says why.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>A data set's statistics for the tokenizer of a base model, as pages and API show them.</summary>
public sealed record StatisticsView
{
    /// <summary>Id of the data set.</summary>
    public required string Dataset { get; init; }

    /// <summary>Id of the base model whose tokenizer cuts the captions.</summary>
    public required string Model { get; init; }

    /// <summary>How far they are.</summary>
    public required StatisticsState State { get; init; }

    /// <summary>Code of the language at hand; null while nothing is computed.</summary>
    public string? Counted { get; init; }

    /// <summary>Share done, 0 to 1; null while nothing is computed.</summary>
    public double? Fraction { get; init; }

    /// <summary>Seconds to the end; null while unknown.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>Why they cannot be computed; null if they can.</summary>
    public string? Error { get; init; }

    /// <summary>Revision of the data set that they are of; null until they are there.</summary>
    public string? Revision { get; init; }

    /// <summary>Figures by language; null until they are there.</summary>
    public IReadOnlyList<LanguageStatistics>? Languages { get; init; }

    /// <summary>Columns of the table: key, whether it is a number with decimals, and value.</summary>
    internal static IReadOnlyList<(string Key, Func<LanguageStatistics, IComparable?> Value)> Columns { get; } =
    [
        ("language", l => l.Language),
        ("training", l => l.Training),
        ("validation", l => l.Validation),
        ("test", l => l.Test),
        ("charactersMean", l => l.Characters.Mean),
        ("charactersP95", l => l.Characters.P95),
        ("wordsMean", l => l.Words?.Mean),
        ("wordsP95", l => l.Words?.P95),
        ("baseTokensPerWord", l => l.Base.PerWord),
        ("baseTokensPerCaption", l => l.Base.PerCaption),
        ("baseTokensUsed", l => l.Base.Used),
        ("baseTokensShared", l => l.Base.Shared),
        ("grownTokensPerWord", l => l.Grown?.PerWord),
        ("grownTokensPerCaption", l => l.Grown?.PerCaption),
        ("grownTokensUsed", l => l.Grown?.Used),
        ("grownTokensShared", l => l.Grown?.Shared),
        ("tokensAdded", l => l.Added),
    ];

    /// <summary>The figures as a table.</summary>
    internal static TableFile Table(IEnumerable<LanguageStatistics> languages) =>
        new([.. Columns.Select(c => c.Key)], languages.Select(l => (IReadOnlyList<object?>)[.. Columns.Select(c => (object?)c.Value(l))]));
}
