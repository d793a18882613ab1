using CllClip.Portal.Features.Search;
using CllClip.Portal.Features.Search.Own;
using CllClip.Portal.Hosting;
using CllClip.Portal.Telemetry;
using CllClip.Shared.Search;

namespace CllClip.Portal.Health;

/// <summary>Search with its time measured and a span of each, for pages and API alike.</summary>
internal sealed class MeteredSearch(ISearch search, PortalMetrics metrics, PortalTraces? traces = null) : ISearch
{
    public PreparationStatus Preparation => search.Preparation;

    public event Action? PreparationChanged
    {
        add => search.PreparationChanged += value;
        remove => search.PreparationChanged -= value;
    }

    public Task<IReadOnlyList<CheckpointView>> CheckpointsAsync(CancellationToken stop = default) => search.CheckpointsAsync(stop);

    public Task<int> LastStageAsync(string runId, CancellationToken stop = default) => search.LastStageAsync(runId, stop);

    public Task<CheckpointView> DefaultAsync(CancellationToken stop = default) => search.DefaultAsync(stop);

    public IReadOnlyList<GalleryView> Galleries => search.Galleries;

    public bool IsLoaded(SearchQuery query) => search.IsLoaded(query);

    public Task LoadAsync(SearchQuery query, IProgress<double>? progress = null, CancellationToken stop = default) =>
        search.LoadAsync(query, progress, stop);

    public Task<ImageInWords> TellAsync(
        SearchQuery query,
        byte[]? image = null,
        IProgress<double>? progress = null,
        CancellationToken stop = default
    ) => search.TellAsync(query, image, progress, stop);

    public Task<OwnImage> OpenAsync(string id, string name, byte[] file, CancellationToken stop = default) =>
        search.OpenAsync(id, name, file, stop);

    public Task<SearchResponse> SearchAsync(SearchQuery query, CancellationToken stop = default) =>
        MeasuredAsync("text", () => search.SearchAsync(query, stop));

    public Task<SearchResponse> SearchAsync(byte[] image, SearchQuery query, CancellationToken stop = default) =>
        MeasuredAsync("image", () => search.SearchAsync(image, query, stop));

    public Task<IReadOnlyList<SearchHit>> DescribeAsync(
        IReadOnlyList<string> things,
        string language,
        string? gallery = null,
        CancellationToken stop = default
    ) => search.DescribeAsync(things, language, gallery, stop);

    public Task<IReadOnlyList<ThingInLanguage>> ThingAsync(
        string thing,
        string? checkpoint,
        string? gallery = null,
        CancellationToken stop = default
    ) => search.ThingAsync(thing, checkpoint, gallery, stop);

    private async Task<SearchResponse> MeasuredAsync(string kind, Func<Task<SearchResponse>> ask)
    {
        using var span = traces?.Start("search", ("cllclip.search.kind", kind));
        try
        {
            var answer = await ask();
            metrics.Searched(kind, TimeSpan.FromMilliseconds(answer.TookMs));
            span?.SetTag("cllclip.search.checkpoint", answer.Checkpoint);
            span?.SetTag("cllclip.search.gallery", answer.Gallery.Id);
            span?.SetTag("cllclip.search.language", answer.Language);
            span?.SetTag("cllclip.search.results", answer.Results.Count);
            return answer;
        }
        catch (Exception error)
        {
            span.Failed(error); // its words may repeat the query's
            throw;
        }
    }
}
