using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Search;
using CllClip.Portal.Hosting;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search.Galleries;

/// <summary>The galleries that can be searched, and those held in memory. Safe to call from any thread.</summary>
public sealed class GalleryShelf(IEngineHost host) : IDisposable
{
    /// <summary>Most galleries of users' data sets held in memory at once; Emoji36's always stay.</summary>
    public const int MostKept = 3;

    private readonly KeptValues<string, QueryTower> _towers = new();
    private readonly Lock _gate = new();
    private readonly List<GallerySource> _sources = [];
    private readonly Dictionary<string, (SearchSpace Space, long Used)> _spaces = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _building = new(1); // embedding takes the machine anyhow
    private long _clock;

    /// <summary>What there is to choose: Emoji36 and its test drawings first, then the prepared data sets of users.</summary>
    public IReadOnlyList<GalleryView> List() => [.. Sources().Select(s => s.View)];

    /// <summary>The gallery of this identifier; null or empty for Emoji36.</summary>
    /// <exception cref="SearchException">There is none.</exception>
    public GallerySource Find(string? id)
    {
        var wanted = string.IsNullOrEmpty(id) ? Emoji36Dataset.DatasetId : id;
        return Sources().FirstOrDefault(s => s.Id == wanted)
            ?? throw new SearchException(
                "gallery",
                $"There is no gallery '{SearchService.Short(wanted)}'. See /api/v1/galleries for those there are."
            );
    }

    /// <summary>Whether a gallery answers at once.</summary>
    public bool Has(string model, GallerySource source)
    {
        lock (_gate)
        {
            return _spaces.ContainsKey(Key(model, source));
        }
    }

    /// <summary>A gallery with a base model's embeddings; those that were never computed are computed.</summary>
    /// <param name="model">Base model.</param>
    /// <param name="source">The gallery.</param>
    /// <param name="progress">Share done, 0 to 1.</param>
    /// <param name="stop">Stops the computing; what is done is kept on disk.</param>
    /// <exception cref="Engine.EngineException">Images or captions cannot be read.</exception>
    public SearchSpace Get(string model, GallerySource source, IProgress<double>? progress = null, CancellationToken stop = default)
    {
        var key = Key(model, source);
        if (Kept(key) is { } kept)
        {
            return kept;
        }
        _building.Wait(stop);
        try
        {
            if (Kept(key) is { } made)
            {
                return made;
            }
            var features = host.Features(source.Dataset, model, null, progress is null ? null : new Told(progress), stop);
            var network = host.Model(model, "cpu");
            var space = new SearchSpace(source, network, Tower(model), source.Build(features));
            lock (_gate)
            {
                _spaces[key] = (space, ++_clock);
                foreach (
                    var (old, _) in _spaces
                        .Where(s => s.Value.Space.Source is DatasetGallery)
                        .OrderByDescending(s => s.Value.Used)
                        .Skip(MostKept)
                        .ToList()
                )
                {
                    _spaces.Remove(old);
                }
            }
            return space;
        }
        finally
        {
            _building.Release();
        }
    }

    /// <summary>The text tower of a base model.</summary>
    public QueryTower Tower(string model) => _towers.Get(ModelKey(model), () => QueryTower.Of(host.Model(model, "cpu")));

    public void Dispose() => _building.Dispose();

    private SearchSpace? Kept(string key)
    {
        lock (_gate)
        {
            if (!_spaces.TryGetValue(key, out var kept))
            {
                return null;
            }
            _spaces[key] = kept with { Used = ++_clock };
            return kept.Space;
        }
    }

    /// <summary>An id may come to name other weights or another state of a data set.</summary>
    private string Key(string model, GallerySource source) => $"{ModelKey(model)} {source.Id} {source.Dataset.Revision}";

    private string ModelKey(string model) => $"{model} {host.Model(model, "cpu").Hash}";

    private List<GallerySource> Sources()
    {
        var datasets = host.Datasets;
        lock (_gate)
        {
            _sources.RemoveAll(s => !datasets.Contains(s.Dataset));
            foreach (var dataset in datasets.Where(d => !_sources.Exists(s => ReferenceEquals(s.Dataset, d))))
            {
                _sources.AddRange(
                    dataset is Emoji36Dataset emoji
                        ? [new Emoji36Gallery(emoji, testOnly: false), new Emoji36Gallery(emoji, testOnly: true)]
                        : [new DatasetGallery(dataset)]
                );
            }
            return [.. _sources.OrderBy(s => s is DatasetGallery)];
        }
    }

    private sealed class Told(IProgress<double> progress) : IProgress<FeatureProgress>
    {
        public void Report(FeatureProgress value) => progress.Report(value.Fraction);
    }
}
