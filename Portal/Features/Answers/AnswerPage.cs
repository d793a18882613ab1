using System.Text.Json.Serialization;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Answers;

/// <summary>Which answers are shown.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AnswerKind>))]
public enum AnswerKind
{
    /// <summary>Not within the first K, but at an earlier stage.</summary>
    [JsonStringEnumMemberName("forgotten")]
    Forgotten,

    /// <summary>Not within the first K.</summary>
    [JsonStringEnumMemberName("wrong")]
    Wrong,

    /// <summary>Within the first K.</summary>
    [JsonStringEnumMemberName("right")]
    Right,

    /// <summary>Within the first K, and at no earlier stage.</summary>
    [JsonStringEnumMemberName("learned")]
    Learned,
}

/// <summary>One cell of a run's matrix, and which of its queries are wanted.</summary>
public sealed record AnswerQuery
{
    /// <summary>Most queries at once.</summary>
    public const int MostAtOnce = 50;

    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>Stage, from 1.</summary>
    public required int Stage { get; init; }

    /// <summary>Language of the captions.</summary>
    public required string Language { get; init; }

    /// <summary>Further data set; null for the run's own.</summary>
    public string? Dataset { get; init; }

    /// <summary>Protocol; null for the headline one.</summary>
    public string? Protocol { get; init; }

    /// <summary>Direction of retrieval.</summary>
    public RetrievalDirection Direction { get; init; }

    /// <summary>1, 5 or 10.</summary>
    public int K { get; init; } = 1;

    /// <summary>Which are wanted.</summary>
    public AnswerKind Show { get; init; } = AnswerKind.Wrong;

    /// <summary>How many to leave out first.</summary>
    public int Skip { get; init; }

    /// <summary>How many at most.</summary>
    public int Take { get; init; } = 20;
}

/// <summary>Answers of one cell: of <c>/api/v1/runs/{id}/answers</c>.</summary>
public sealed record AnswerPage
{
    /// <summary>The run.</summary>
    public required RunView Run { get; init; }

    /// <summary>Number of its stages that are done.</summary>
    public int Stages { get; init; }

    /// <summary>Protocol of the cell.</summary>
    public required string Protocol { get; init; }

    /// <summary>Protocols that the language has ranks of at this stage.</summary>
    public IReadOnlyList<string> Protocols { get; init; } = [];

    /// <summary>Number of queries by kind; a forgotten one is a wrong one, a newly learned one a right one.</summary>
    public IReadOnlyDictionary<AnswerKind, int> Counts { get; init; } = new Dictionary<AnswerKind, int>();

    /// <summary>The queries asked for, those that are furthest off first.</summary>
    public IReadOnlyList<Answer> Items { get; init; } = [];

    /// <summary>The cell's score and how it changed; null where it was not measured.</summary>
    public CellFigures? Figures { get; init; }

    /// <summary>Why something is missing; null if nothing is.</summary>
    public string? Note { get; init; }

    /// <summary>Where there is no such cell: the nearest that there is; null if there is none at all.</summary>
    public NearestCell? Nearest { get; init; }

    /// <summary>Whether only the scores of the cell are here, so that its queries can be seen only after another run.</summary>
    public bool ScoresAlone { get; init; }
}

/// <summary>One query and what became of it.</summary>
public sealed record Answer
{
    /// <summary>Position of the query in the retrieval set.</summary>
    public required int Position { get; init; }

    /// <summary>The query's caption, or the first caption of the query's image.</summary>
    public required string Caption { get; init; }

    /// <summary>What the image is called in English, where the data set says so.</summary>
    public string? English { get; init; }

    /// <summary>Address of the right image.</summary>
    public string? Image { get; init; }

    /// <summary>Place of the right answer, from 1.</summary>
    public required int Place { get; init; }

    /// <summary>Its best place at an earlier stage, and that stage; null at the first.</summary>
    public int? BestPlace { get; init; }

    /// <summary>The stage of <see cref="BestPlace"/>.</summary>
    public int? BestStage { get; init; }

    /// <summary>Tokens of the caption as this stage's vocabulary cuts it; empty where the weights are not here.</summary>
    public IReadOnlyList<QueryToken> Tokens { get; init; } = [];

    /// <summary>What is found first; empty where the weights are not here.</summary>
    public IReadOnlyList<FoundInstead> Found { get; init; } = [];
}

/// <summary>An image or caption that is found.</summary>
/// <param name="Caption">A caption of it in the language of the query.</param>
/// <param name="English">What it is called in English.</param>
/// <param name="Image">Address of the image.</param>
/// <param name="Right">Whether it is the right one.</param>
public sealed record FoundInstead(string Caption, string? English, string? Image, bool Right);
