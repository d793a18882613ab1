using System.Collections.Concurrent;
using CllClip.Engine.Search;
using CllClip.Portal.Features.Pruning;
using CllClip.Portal.Features.Search.Galleries;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;

namespace CllClip.Portal.Features.Search;

/// <summary>The checkpoints and base models that search holds in memory. Safe to call from any thread.</summary>
public sealed class LoadedCheckpoints : IDisposable
{
    private const long CacheBytes = 384L << 20; // five to six checkpoints of 36 languages
    private const long DefaultKeptMs = 5_000;
    private readonly IEngineHost _host;
    private readonly CheckpointQueries _checkpoints;
    private readonly RunStore _store;
    private readonly GalleryShelf _galleries;
    private readonly CheckpointUses _uses;
    private readonly CheckpointCache _cache = new(CacheBytes);
    private readonly ConcurrentDictionary<string, LocatedCheckpoint> _known = new(StringComparer.Ordinal); // stages never change
    private volatile Tuple<string, long>? _default;
    private int _deletions;

    public LoadedCheckpoints(IEngineHost host, CheckpointQueries checkpoints, RunStore store, GalleryShelf galleries, CheckpointUses uses)
    {
        (_host, _checkpoints, _store, _galleries, _uses) = (host, checkpoints, store, galleries, uses);
        store.Deleted += Forget;
        uses.Pruned += Forget;
    }

    /// <summary>The checkpoint of this id where it is in memory, so that it answers at once; else null.</summary>
    public LocatedCheckpoint? Known(string? checkpoint) =>
        checkpoint is not null && _known.TryGetValue(checkpoint, out var located) && _cache.Has(located.Key) ? located : null;

    public void Dispose()
    {
        _store.Deleted -= Forget;
        _uses.Pruned -= Forget;
    }

    /// <summary>The checkpoint of this id; null or empty for the default.</summary>
    /// <exception cref="SearchException">There is none of that id, or search is not ready.</exception>
    public async Task<LocatedCheckpoint> LocateAsync(string? id, CancellationToken stop)
    {
        if (!_host.Ready.IsCompleted)
        {
            throw new SearchException(
                new Dictionary<string, string[]>(),
                _host.Preparation.Error ?? "Search is being prepared. Try again in a moment."
            );
        }
        id = string.IsNullOrWhiteSpace(id) ? await DefaultIdAsync(stop) : id;
        if (_known.TryGetValue(id, out var known) && known.Revision is null && _cache.Has(known.Key))
        {
            return known;
        }
        var deletions = Volatile.Read(ref _deletions);
        var located =
            await _checkpoints.FindAsync(id, stop)
            ?? throw new SearchException(
                "checkpoint",
                await _checkpoints.PrunedAsync(id, stop) is var (name, at)
                    ? PrunedWords.Of(name, at)
                    : _checkpoints.NoModel(id)
                        ?? $"There is no checkpoint '{SearchService.Short(id)}'. See /api/v1/checkpoints for those there are."
            );
        _known[located.View.Id] = located; // not under a run's id alone, whose last stage moves on
        if (deletions != Volatile.Read(ref _deletions))
        {
            _known.TryRemove(located.View.Id, out _); // perhaps this very run
        }
        return located;
    }

    /// <summary>Asked with every query that names no checkpoint: looked up every few seconds at most.</summary>
    private async Task<string> DefaultIdAsync(CancellationToken stop)
    {
        if (_default is var (id, until) && Environment.TickCount64 < until)
        {
            return id;
        }
        var found = (await _checkpoints.DefaultAsync(stop)).Id;
        _default = Tuple.Create(found, Environment.TickCount64 + DefaultKeptMs);
        return found;
    }

    /// <summary>A checkpoint in memory, loaded where it is not there.</summary>
    /// <exception cref="Engine.EngineException">It is damaged; the message says what to do.</exception>
    public Task<SearchCheckpoint> GetAsync(LocatedCheckpoint located, IProgress<double>? progress, CancellationToken stop)
    {
        var id = located.Key;
        SearchCheckpoint Get()
        {
            using var use = located.View.RunId is { } run ? _uses.Use(run) : null; // who searches with it goes on for a while
            return _cache.Get(
                id,
                () =>
                {
                    var (model, tower) = (_host.Model(located.Model, "cpu"), _galleries.Tower(located.Model));
                    return located.ChainFolder is null
                        ? SearchCheckpoint.Of(model, tower)
                        : SearchCheckpoint.Fold(model, tower, located.ChainFolder, located.View.Stage, progress);
                }
            );
        }
        return _cache.Has(id) ? Task.FromResult(Get()) : Task.Run(Get, stop);
    }

    private void Forget(string runId)
    {
        Interlocked.Increment(ref _deletions);
        _default = null;
        foreach (var id in _known.Where(k => k.Value.View.RunId == runId).Select(k => k.Key))
        {
            _known.TryRemove(id, out _);
        }
        _cache.Forget(id => id.StartsWith(runId + ":", StringComparison.Ordinal));
    }
}
