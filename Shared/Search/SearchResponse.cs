namespace CllClip.Shared.Search;

/// <summary>One thing found, by the image of it that fits best.</summary>
/// <param name="ImageId">Identifier of the image in the gallery.</param>
/// <param name="Url">Address of the picture, relative to the portal.</param>
/// <param name="Title">Name of the thing, in the language of the answer where it has one there, else in English.</param>
/// <param name="TitleLanguage">Language of the title.</param>
/// <param name="English">Its English name.</param>
/// <param name="ThingId">Identifier of the thing.</param>
/// <param name="Score">Cosine similarity.</param>
/// <param name="Percentile">Share (percent) of the gallery's other things that it beats.</param>
/// <param name="Own">Whether it is an image that the visitor added, not one of the gallery.</param>
public sealed record SearchHit(
    string ImageId,
    string Url,
    string Title,
    string TitleLanguage,
    string English,
    string ThingId,
    double Score,
    double Percentile,
    bool Own = false
);

/// <summary>Answer of <c>/api/v1/search</c>.</summary>
public sealed record SearchResponse
{
    /// <summary>The query as it was understood (trimmed, without control characters); empty where an image was searched with.</summary>
    public required string Query { get; init; }

    /// <summary>Language chosen or detected.</summary>
    public required string Language { get; init; }

    /// <summary>Whether the language was detected, not chosen.</summary>
    public required bool LanguageDetected { get; init; }

    /// <summary>Checkpoint that answered.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>Milliseconds on the server, from text to ranked results.</summary>
    public required double TookMs { get; init; }

    /// <summary>Gallery searched: name and number of things in it.</summary>
    public required GalleryView Gallery { get; init; }

    /// <summary>Best first.</summary>
    public required IReadOnlyList<SearchHit> Results { get; init; }

    /// <summary>The tokens that the checkpoint cut the query into; empty where an image was searched with.</summary>
    public IReadOnlyList<QueryToken> Tokens { get; init; } = [];

    /// <summary>
    /// Cosine that the best result of a meaningless query (an example with its characters shuffled) reaches in half of the cases, with this
    /// checkpoint and gallery; null where an image was searched with.
    /// </summary>
    public double? ChanceLevel { get; init; }

    /// <summary>A friendly word where there is nothing to show or the results want explaining, else null.</summary>
    public string? Message { get; init; }
}

/// <summary>A gallery of images.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="Name">Name shown.</param>
/// <param name="Things">Number of things that are ranked (an emoji counts once, whatever the number of its drawings).</param>
/// <param name="Images">Number of images behind them.</param>
public sealed record GalleryView(string Id, string Name, int Things, int Images);

/// <summary>A checkpoint that can be searched with: a stage of a run, or a base model.</summary>
/// <param name="Id">Identifier: <c>base</c> for the model that came with the portal, <c>base:{model}</c> for a registered one, <c>{runId}:{stage}</c>.</param>
/// <param name="RunId">The run, or null for a base model.</param>
/// <param name="Stage">Stage, from 1; 0 for a base model.</param>
/// <param name="Stages">Number of stages that the run has so far; 0 for a base model.</param>
/// <param name="Label">Name shown: the run's, or the base model's.</param>
/// <param name="Method">Method id of the run, or null for a base model.</param>
/// <param name="Languages">Languages learned up to this stage, in order; of a registered model those that its model card names, none where it names none.</param>
/// <param name="VocabularySize">Rows of the token embedding.</param>
/// <param name="Model">Id of the base model; null for a stage of a run.</param>
public sealed record CheckpointView(
    string Id,
    string? RunId,
    int Stage,
    int Stages,
    string Label,
    string? Method,
    IReadOnlyList<string> Languages,
    int VocabularySize,
    string? Model = null
);

/// <summary>How one thing is found by its name in one language.</summary>
/// <param name="Language">The language.</param>
/// <param name="Name">The thing's name in it: the query.</param>
/// <param name="Place">Place of the thing among all, from 1; 0 where the name holds no token.</param>
/// <param name="First">What came first.</param>
public sealed record ThingInLanguage(string Language, string Name, int Place, SearchHit? First);
