namespace CllClip.Shared.Search;

/// <summary>One image found.</summary>
/// <param name="ImageId">Identifier of the image in the gallery.</param>
/// <param name="Url">Address of the picture, relative to the portal.</param>
/// <param name="Title">Name of the thing shown, English.</param>
/// <param name="Score">Cosine similarity.</param>
/// <param name="Percentile">Share of the gallery (percent) that this image beats.</param>
public sealed record SearchHit(string ImageId, string Url, string Title, double Score, double Percentile);

/// <summary>Answer of <c>/api/v1/search</c>.</summary>
public sealed record SearchResponse
{
    /// <summary>The query as it was understood (trimmed, normalised).</summary>
    public required string Query { get; init; }

    /// <summary>Language chosen or detected.</summary>
    public required string Language { get; init; }

    /// <summary>Checkpoint that answered.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>Milliseconds on the server, from text to ranked results.</summary>
    public required double TookMs { get; init; }

    /// <summary>Gallery searched: name and number of things in it.</summary>
    public required GalleryView Gallery { get; init; }

    /// <summary>Best first.</summary>
    public required IReadOnlyList<SearchHit> Results { get; init; }

    /// <summary>A friendly word where there is nothing to show, else null.</summary>
    public string? Message { get; init; }
}

/// <summary>A gallery of images.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="Name">Name shown.</param>
/// <param name="Things">Number of things that are ranked (an emoji counts once, whatever the number of its drawings).</param>
/// <param name="Images">Number of images behind them.</param>
public sealed record GalleryView(string Id, string Name, int Things, int Images);

/// <summary>A checkpoint that can be searched with: a stage of a run, or the base model.</summary>
/// <param name="Id">Identifier, <c>base</c> or <c>{runId}:{stage}</c>.</param>
/// <param name="RunId">The run, or null for the base model.</param>
/// <param name="Stage">Stage, from 1; 0 for the base model.</param>
/// <param name="Label">Name shown.</param>
/// <param name="Languages">Languages learned up to this stage.</param>
/// <param name="VocabularySize">Rows of the token embedding.</param>
public sealed record CheckpointView(string Id, string? RunId, int Stage, string Label, IReadOnlyList<string> Languages, int VocabularySize);
