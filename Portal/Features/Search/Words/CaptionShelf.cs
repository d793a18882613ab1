using System.Collections.Concurrent;
using CllClip.Engine.Search;
using CllClip.Portal.Features.Search.Galleries;

namespace CllClip.Portal.Features.Search.Words;

/// <summary>A gallery's captions in one language, embedded.</summary>
/// <param name="Captions">The captions.</param>
/// <param name="Index">Their embeddings.</param>
public sealed record EmbeddedCaptions(IReadOnlyList<GalleryCaption> Captions, CaptionIndex Index);

/// <summary>
/// The captions of galleries as checkpoints embed them: computed once for each pair in the background, on half of the processors, and kept in
/// memory up to <see cref="MostBytes"/>. Whoever asks meanwhile waits for the same work; who leaves does not stop it. Safe to call from any thread.
/// </summary>
public sealed class CaptionShelf : IDisposable
{
    /// <summary>Bytes kept at most, the most recently asked first; Emoji36 takes about 17 MB for each checkpoint of the embedded model.</summary>
    public const long MostBytes = 192L << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Work> _works = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _end = new();
    private long _clock;

    /// <summary>Whether the captions are there, so that asking for them takes no time.</summary>
    public bool Has(string checkpoint, SearchSpace space)
    {
        lock (_gate)
        {
            return _works.TryGetValue(Key(checkpoint, space), out var work) && work.Result.IsCompletedSuccessfully;
        }
    }

    /// <summary>The captions of every language that a gallery has, by its code.</summary>
    /// <param name="id">What the checkpoint is held by: <see cref="LocatedCheckpoint.Key"/>.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="space">The gallery.</param>
    /// <param name="languages">Languages to embed.</param>
    /// <param name="progress">Share done, 0 to 1.</param>
    /// <param name="stop">Stops the waiting.</param>
    /// <exception cref="Engine.EngineException">The captions cannot be read, or the checkpoint's weights are broken.</exception>
    public async Task<IReadOnlyDictionary<string, EmbeddedCaptions>> GetAsync(
        string id,
        SearchCheckpoint checkpoint,
        SearchSpace space,
        IReadOnlyList<string> languages,
        IProgress<double>? progress,
        CancellationToken stop
    )
    {
        var key = Key(id, space);
        Work work;
        lock (_gate)
        {
            if (!_works.TryGetValue(key, out work!))
            {
                _works[key] = work = new Work();
                work.Result = Task.Run(() => EmbedAsync(key, work, checkpoint, space, languages), CancellationToken.None);
            }
            work.Used = ++_clock;
        }
        using var told = progress is null ? null : work.Tell(progress);
        return await work.Result.WaitAsync(stop);
    }

    public void Dispose()
    {
        _end.Cancel();
        _turn.Wait(TimeSpan.FromSeconds(5)); // until the work at hand has noticed
        _turn.Dispose();
        _end.Dispose();
    }

    private static string Key(string checkpoint, SearchSpace space) => $"{checkpoint} {space.View.Id} {space.Source.Dataset.Revision}";

    private async Task<IReadOnlyDictionary<string, EmbeddedCaptions>> EmbedAsync(
        string key,
        Work work,
        SearchCheckpoint checkpoint,
        SearchSpace space,
        IReadOnlyList<string> languages
    )
    {
        try
        {
            await _turn.WaitAsync(_end.Token);
            try
            {
                var all = Embed(work, checkpoint, space, languages, _end.Token);
                Kept(work, all.Values.Sum(e => e.Index.Bytes));
                return all;
            }
            finally
            {
                _turn.Release();
            }
        }
        catch
        {
            lock (_gate)
            {
                _works.Remove(key); // the next question tries again
            }
            throw;
        }
    }

    private static ConcurrentDictionary<string, EmbeddedCaptions> Embed(
        Work work,
        SearchCheckpoint checkpoint,
        SearchSpace space,
        IReadOnlyList<string> languages,
        CancellationToken stop
    )
    {
        var all = new ConcurrentDictionary<string, EmbeddedCaptions>(StringComparer.Ordinal);
        var done = 0;
        Parallel.ForEach(
            languages,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, Environment.ProcessorCount / 2), CancellationToken = stop },
            language =>
            {
                var captions = space.Source.Captions(space.Gallery, language);
                if (captions.Count > 0)
                {
                    all[language] = new EmbeddedCaptions(
                        captions,
                        CaptionIndex.Of(checkpoint, [.. captions.Select(c => c.Text)], language, stop)
                    );
                }
                work.Report((double)Interlocked.Increment(ref done) / languages.Count);
            }
        );
        return all;
    }

    private void Kept(Work work, long bytes)
    {
        lock (_gate)
        {
            work.Bytes = bytes;
            foreach (var (key, other) in _works.OrderBy(w => w.Value.Used).ToList())
            {
                if (_works.Values.Sum(w => w.Bytes) <= MostBytes)
                {
                    return;
                }
                if (other != work && other.Bytes > 0)
                {
                    _works.Remove(key);
                }
            }
        }
    }

    /// <summary>The embedding of one pair, under way or done.</summary>
    private sealed class Work
    {
        private readonly ConcurrentDictionary<IProgress<double>, bool> _told = new();
        private double _fraction;

        public Task<IReadOnlyDictionary<string, EmbeddedCaptions>> Result { get; set; } = null!;

        public long Used { get; set; }

        public long Bytes { get; set; }

        public Left Tell(IProgress<double> progress)
        {
            _told[progress] = true;
            progress.Report(Volatile.Read(ref _fraction));
            return new Left(() => _told.TryRemove(progress, out _));
        }

        public void Report(double fraction)
        {
            Volatile.Write(ref _fraction, fraction);
            foreach (var progress in _told.Keys)
            {
                progress.Report(fraction);
            }
        }
    }

    private sealed class Left(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
