using CllClip.Engine;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;

namespace CllClip.Portal.Features.Pruning;

/// <summary>Applies a rule to what is on the disk: says what it would do, and does it. One pruning at a time.</summary>
public sealed partial class Pruner : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly IReadOnlyList<IThingFinder> _finders;
    private readonly PortalFolders _folders;
    private readonly CheckpointUses _uses;
    private readonly PruneStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<Pruner> _log;

    internal Pruner(
        IEnumerable<IThingFinder> finders,
        PortalFolders folders,
        CheckpointUses uses,
        PruneStore store,
        TimeProvider time,
        ILogger<Pruner> log
    ) => (_finders, _folders, _uses, _store, _time, _log) = ([.. finders], folders, uses, store, time, log);

    /// <summary>Raised when something was removed, with its kind and size; handlers must not block.</summary>
    public event Action<PruneKind, long>? Removed;

    public void Dispose() => _one.Dispose();

    /// <summary>What a rule would do now. Nothing is changed.</summary>
    public Task<PrunePreview> PreviewAsync(PruneRule rule, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return Task.Run(
            async () =>
            {
                var old = Old(await FindAsync(stop), rule, await _store.MarksAsync(stop))
                    .Select(f => f with { Bytes = f.Paths.Sum(SafePath.Size) })
                    .OrderByDescending(f => f.Bytes)
                    .ToList();
                return new PrunePreview
                {
                    Things = [.. old.Where(f => f.Kept is null).Select(View)],
                    Kept = [.. old.Where(f => f.Kept is not null).Select(View)],
                };
            },
            stop
        );
    }

    /// <summary>Applies the rule in force, after what an earlier process did not finish.</summary>
    /// <param name="by">Name of whoever asks; empty where the rule is applied by itself.</param>
    /// <param name="stop">Ends it between two things.</param>
    /// <returns>What was done; null where another pruning is under way.</returns>
    public async Task<PruningView?> PruneAsync(string by, CancellationToken stop = default)
    {
        if (!await _one.WaitAsync(0, stop))
        {
            return null;
        }
        try
        {
            return await Task.Run(() => WorkAsync(by, stop), stop);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<PruningView> WorkAsync(string by, CancellationToken stop)
    {
        var runs = await _store.RunsAsync(stop);
        Finish(runs);
        var found = await FindAsync(stop, runs);
        await _store.MarkAsync(found.Where(f => f.Since is null).Select(f => f.Name).ToHashSet(StringComparer.Ordinal), stop);
        var rule = (await _store.RuleAsync(stop)).Rule;
        var done = new List<PrunedThing>();
        try
        {
            foreach (var thing in Old(found, rule, await _store.MarksAsync(stop)).Where(f => f.Kept is null))
            {
                stop.ThrowIfCancellationRequested();
                if (Remove(thing with { Bytes = thing.Paths.Sum(SafePath.Size) }) is { } removed)
                {
                    done.Add(removed);
                }
            }
        }
        catch (OperationCanceledException) when (done.Count > 0)
        {
            // what was done until now is kept in the list of prunings
        }
        return await _store.AddAsync(by, done, CancellationToken.None);
    }

    private async Task<List<FoundThing>> FindAsync(CancellationToken stop, IReadOnlyDictionary<string, StoredRun>? runs = null)
    {
        runs ??= await _store.RunsAsync(stop);
        var found = new List<FoundThing>();
        foreach (var finder in _finders)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                found.AddRange(finder.Find(runs));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or EngineException)
            {
                LogUnread(finder.GetType().Name, e.Message);
            }
        }
        return found;
    }

    /// <summary>What a rule says is old enough, whether or not something speaks for it.</summary>
    private IEnumerable<FoundThing> Old(IReadOnlyList<FoundThing> found, PruneRule rule, Dictionary<string, DateTime> marks)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        var newest = found
            .Where(f => f.Kind == PruneKind.Copies)
            .OrderByDescending(f => f.Since)
            .ThenByDescending(f => f.Name, StringComparer.Ordinal)
            .Take(rule.KeepCopies)
            .Select(f => f.Name)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var thing in found)
        {
            var since = thing.Since ?? marks.GetValueOrDefault(thing.Name, now);
            if (rule.Of(thing.Kind) is { On: true, Days: var days } && now - since >= TimeSpan.FromDays(days))
            {
                yield return thing with
                {
                    Since = since,
                    Kept =
                        thing.Kept
                        ?? (thing.Kind == PruneKind.Copies && newest.Contains(thing.Name) ? KeptWords.Newest : null)
                        ?? (thing.Paths.All(p => MayRemove(thing.Kind, p)) ? null : KeptWords.BehindLink),
                };
            }
        }
    }

    /// <summary>Below the data root and behind no link; copies of a database that lies elsewhere are beside it.</summary>
    private bool MayRemove(PruneKind kind, string path) =>
        SafePath.IsBelow(_folders.DataRoot, path)
        || (kind == PruneKind.Copies && SafePath.IsBelow(Path.GetDirectoryName(_folders.Database)!, path));

    /// <summary>Removes one thing: out of use first, at once, then from the disk. Null where it turned out to be in use.</summary>
    private PrunedThing? Remove(FoundThing thing)
    {
        try
        {
            var aside = new List<string>();
            void Take()
            {
                foreach (var path in thing.Paths)
                {
                    if (Residue.Take(path) is { } taken)
                    {
                        aside.Add(taken);
                    }
                }
            }
            if (thing.RunId is not { } run)
            {
                Take();
            }
            else if (_uses.TryTake(run, Take))
            {
                _store.NotePruned(run);
            }
            else
            {
                return null;
            }
            aside.Reverse(); // the first of a chain says that all of it goes, until all of it has gone
            aside.ForEach(Residue.Delete);
            LogRemoved(PruneKinds.Name(thing.Kind), thing.Name, thing.Bytes);
            Removed?.Invoke(thing.Kind, thing.Bytes);
            return new PrunedThing(thing.Kind, thing.Name, thing.RunId, thing.Bytes, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFailed(e, PruneKinds.Name(thing.Kind), thing.Name);
            return new PrunedThing(thing.Kind, thing.Name, thing.RunId, thing.Bytes, e.Message);
        }
    }

    /// <summary>Finishes what a killed process, or a disk that refused, left of an earlier pruning.</summary>
    private void Finish(IReadOnlyDictionary<string, StoredRun> runs)
    {
        foreach (var rest in Residue.Of(_folders).ToList())
        {
            Finish(rest, rest);
        }
        foreach (var folder in SafePath.Folders(_folders.Runs))
        {
            var id = Path.GetFileName(folder);
            if (Directory.Exists(Residue.FirstOf(_folders, id)) && runs.GetValueOrDefault(id) is { Finished: true })
            {
                Finish(id, id, takeChain: true);
            }
            foreach (var rest in Residue.OfRun(_folders, id).ToList())
            {
                Finish(rest, rest);
            }
        }
    }

    private void Finish(string path, string name, bool takeChain = false)
    {
        try
        {
            if (takeChain)
            {
                foreach (var stage in SafePath.Folders(_folders.Chain(path), "stage-???").Order(StringComparer.Ordinal))
                {
                    Residue.Take(stage);
                }
                _store.NotePruned(path);
            }
            else
            {
                Residue.Delete(path);
            }
            LogFinished(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFailed(e, "unfinished", name);
        }
    }

    private static PrunePreviewThing View(FoundThing found) =>
        new()
        {
            Kind = found.Kind,
            Name = found.Name,
            RunId = found.RunId,
            Bytes = found.Bytes,
            Since = found.Since ?? default,
            Kept = found.Kept,
        };

    [LoggerMessage(Level = LogLevel.Information, Message = "Pruned {Kind} {Name}, {Bytes} bytes")]
    private partial void LogRemoved(string kind, string name, long bytes);

    [LoggerMessage(Level = LogLevel.Information, Message = "What an earlier pruning left of {Name} is removed")]
    private partial void LogFinished(string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Name} could not be pruned; it is tried again with the next pruning")]
    private partial void LogFailed(Exception error, string kind, string name);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Finder} could not look through the data root ({Reason}); what it finds is not pruned"
    )]
    private partial void LogUnread(string finder, string reason);
}
