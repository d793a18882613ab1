using CllClip.Portal.Features.Search.Own;
using CllClip.Portal.Hosting;
using CllClip.Portal.Localization;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search;

/// <summary>What is searched for, and with what.</summary>
public sealed record SearchQuery
{
    /// <summary>What was typed.</summary>
    public string? Text { get; init; }

    /// <summary>Identifier of an image of the gallery, or of <see cref="Own"/>, to search by in place of a text.</summary>
    public string? Like { get; init; }

    /// <summary>Gallery searched; null for Emoji36.</summary>
    public string? Gallery { get; init; }

    /// <summary>Images of the visitor's own.</summary>
    public IReadOnlyList<OwnImage> Own { get; init; } = [];

    /// <summary>Whether <see cref="Own"/> are found beside the gallery's images.</summary>
    public bool MixesOwn { get; init; } = true;

    /// <summary>Language chosen; null to detect it.</summary>
    public string? Language { get; init; }

    /// <summary>The reader's own language, where nothing else tells.</summary>
    public string? Hint { get; init; }

    /// <summary>Checkpoint; null for the default.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Number of results.</summary>
    public int Count { get; init; } = 24;

    /// <summary>The language that the answer's message is told in.</summary>
    public PageText Reader { get; init; } = PageText.English;
}

/// <summary>Search as the pages and the API use it. Safe to call from any thread.</summary>
public interface ISearch
{
    /// <summary>How far the start has come; search answers once it is ready.</summary>
    PreparationStatus Preparation { get; }

    /// <summary>Raised on any thread when <see cref="Preparation"/> has changed.</summary>
    event Action? PreparationChanged;

    /// <summary>Checkpoints to search with, the base model first.</summary>
    Task<IReadOnlyList<CheckpointView>> CheckpointsAsync(CancellationToken stop = default);

    /// <summary>The last stage of a run whose weights are here; 0 without any.</summary>
    Task<int> LastStageAsync(string runId, CancellationToken stop = default);

    /// <summary>The checkpoint that search opens with.</summary>
    Task<CheckpointView> DefaultAsync(CancellationToken stop = default);

    /// <summary>Galleries to choose among, Emoji36 first.</summary>
    IReadOnlyList<GalleryView> Galleries { get; }

    /// <summary>Whether the checkpoint and the gallery of a query answer at once.</summary>
    bool IsLoaded(SearchQuery query);

    /// <summary>Loads the checkpoint and the gallery of a query where they are not loaded; a gallery that was never embedded is embedded.</summary>
    /// <exception cref="SearchException">There is none of that id, or search is not ready.</exception>
    /// <exception cref="Engine.EngineException">It is damaged; the message says what to do.</exception>
    Task LoadAsync(SearchQuery query, IProgress<double>? progress = null, CancellationToken stop = default);

    /// <summary>Ranks the gallery by a text, or by an image of the gallery. Whatever was typed gets an answer, with a word where there is nothing to show.</summary>
    /// <exception cref="SearchException">No such checkpoint, language or image, or search is not ready.</exception>
    Task<SearchResponse> SearchAsync(SearchQuery query, CancellationToken stop = default);

    /// <summary>Ranks the gallery by an image file.</summary>
    /// <exception cref="Engine.EngineException">The file is no image that can be read.</exception>
    Task<SearchResponse> SearchAsync(byte[] image, SearchQuery query, CancellationToken stop = default);

    /// <summary>What every language says of the image that a query names (<see cref="SearchQuery.Like"/>), or of an image file.</summary>
    /// <param name="query">Image, checkpoint, gallery, and captions a language (<see cref="SearchQuery.Count"/>).</param>
    /// <param name="image">An image file in place of <see cref="SearchQuery.Like"/>; null for none.</param>
    /// <param name="progress">Share of the captions embedded, 0 to 1: the first question to a checkpoint waits for that.</param>
    /// <param name="stop">Stops the waiting; the embedding goes on.</param>
    /// <exception cref="SearchException">No such checkpoint, gallery or image, or search is not ready.</exception>
    /// <exception cref="Engine.EngineException">The file is no image that can be read.</exception>
    Task<ImageInWords> TellAsync(
        SearchQuery query,
        byte[]? image = null,
        IProgress<double>? progress = null,
        CancellationToken stop = default
    );

    /// <summary>Takes an image file of the visitor's.</summary>
    /// <param name="id">Identifier within the visit.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="file">Its bytes.</param>
    /// <param name="stop">Stops it.</param>
    /// <exception cref="Engine.EngineException">It is no image, broken, or too large.</exception>
    Task<OwnImage> OpenAsync(string id, string name, byte[] file, CancellationToken stop = default);

    /// <summary>Things of a gallery by identifier, with name and picture; what is not there is left out.</summary>
    /// <param name="things">Their identifiers.</param>
    /// <param name="language">The language that they are named in where they can be.</param>
    /// <param name="gallery">The gallery; null for Emoji36.</param>
    /// <param name="stop">Stops it.</param>
    Task<IReadOnlyList<SearchHit>> DescribeAsync(
        IReadOnlyList<string> things,
        string language,
        string? gallery = null,
        CancellationToken stop = default
    );

    /// <summary>How one thing of a gallery is found by its name, or its first caption, in each language that has one.</summary>
    /// <param name="thing">Its identifier.</param>
    /// <param name="checkpoint">The checkpoint that is asked; null for the default.</param>
    /// <param name="gallery">The gallery; null for Emoji36.</param>
    /// <param name="stop">Stops it.</param>
    /// <exception cref="SearchException">No such thing, gallery or checkpoint, or search is not ready.</exception>
    Task<IReadOnlyList<ThingInLanguage>> ThingAsync(
        string thing,
        string? checkpoint,
        string? gallery = null,
        CancellationToken stop = default
    );
}

/// <summary>A search that cannot be answered as asked.</summary>
/// <param name="errors">Every wrong field with the reason; empty where search is not ready yet.</param>
/// <param name="message">Why, and what to do.</param>
public sealed class SearchException(IReadOnlyDictionary<string, string[]> errors, string message) : Exception(message)
{
    /// <summary>One wrong field.</summary>
    public SearchException(string wrong, string message)
        : this(new Dictionary<string, string[]> { [wrong] = [message] }, message) { }

    /// <summary>Every wrong field with the reason; empty where search is not ready yet.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; } = errors;
}
