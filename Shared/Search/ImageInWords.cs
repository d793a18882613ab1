namespace CllClip.Shared.Search;

/// <summary>A caption that an image is told with.</summary>
/// <param name="Text">The caption, in the language asked.</param>
/// <param name="English">What the thing that it names is called in English.</param>
/// <param name="ThingId">That thing of the gallery.</param>
/// <param name="Score">Cosine similarity of image and caption.</param>
/// <param name="Percentile">Share (percent) of the language's other captions that fit less well.</param>
public sealed record CaptionFound(string Text, string English, string ThingId, double Score, double Percentile);

/// <summary>What one language says of an image.</summary>
/// <param name="Language">The language.</param>
/// <param name="Learned">Whether the checkpoint has learned it.</param>
/// <param name="Candidates">Number of captions that were compared.</param>
/// <param name="Captions">Best first.</param>
public sealed record LanguageCaptions(string Language, bool Learned, int Candidates, IReadOnlyList<CaptionFound> Captions);

/// <summary>An image told in every language of a gallery: of <c>/api/v1/search/text</c>.</summary>
public sealed record ImageInWords
{
    /// <summary>Checkpoint that answered.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>Gallery whose captions were compared.</summary>
    public required GalleryView Gallery { get; init; }

    /// <summary>The image where it is one of the gallery, with its English name; null for a file.</summary>
    public SearchHit? Image { get; init; }

    /// <summary>Milliseconds on the server, without the embedding of the captions, which is done once.</summary>
    public required double TookMs { get; init; }

    /// <summary>One entry a language, by English name; languages that the gallery has no captions in are left out.</summary>
    public required IReadOnlyList<LanguageCaptions> Languages { get; init; }
}
