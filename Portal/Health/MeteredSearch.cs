using CllClip.Portal.Features.Search;
using CllClip.Portal.Features.Search.Own;
using CllClip.Portal.Hosting;
using CllClip.Shared.Search;

namespace CllClip.Portal.Health;

/// <summary>Search with its time measured, for pages and API alike.</summary>
internal sealed class MeteredSearch(ISearch search, PortalMetrics metrics) : ISearch
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

    public async Task<SearchResponse> SearchAsync(SearchQuery query, CancellationToken stop = default) =>
        Measured("text", await search.SearchAsync(query, stop));

    public async Task<SearchResponse> SearchAsync(byte[] image, SearchQuery query, CancellationToken stop = default) =>
        Measured("image", await search.SearchAsync(image, query, stop));

    public Task<IReadOnlyList<SearchHit>> DescribeAsync(IReadOnlyList<string> things, string language, CancellationToken stop = default) =>
        search.DescribeAsync(things, language, stop);

    public Task<IReadOnlyList<ThingInLanguage>> ThingAsync(string thing, string? checkpoint, CancellationToken stop = default) =>
        search.ThingAsync(thing, checkpoint, stop);

    private SearchResponse Measured(string kind, SearchResponse answer)
    {
        metrics.Searched(kind, TimeSpan.FromMilliseconds(answer.TookMs));
        return answer;
    }
}
