using CllClip.Engine;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Storage;

/// <summary>Takes finished runs from archives into the database.</summary>
public sealed class RunImport(IDbContextFactory<PortalDbContext> contexts, RunStore store, PortalFolders folders)
{
    /// <summary>
    /// Stores somebody's own archive: run, stages and scores, all or none, under the archive's id, and the chain copied under the data root. A run that is
    /// there already is refused.
    /// </summary>
    /// <returns>Id of the run.</returns>
    /// <exception cref="EngineException">The run is there already, or the disk refuses.</exception>
    public Task<string> ImportAsync(RunArchive archive, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        return Task.Run(() => Import(archive, shipped: false), stop);
    }

    /// <summary>
    /// Stores an archive that came with the program; its chain is read where it lies. A run that is there already is replaced if the archive's differs; an
    /// unchanged one is not read further than its <c>run.json</c>.
    /// </summary>
    /// <returns>Id of the run.</returns>
    /// <exception cref="EngineException">The archive cannot be read, its run is there as somebody's own, or the disk refuses.</exception>
    public Task<string> ImportShippedAsync(string folder, CancellationToken stop = default)
    {
        return Task.Run(
            () =>
            {
                var (run, chain) = RunArchive.ReadRun(folder);
                return Find(run.Id) is { } known && Same(known, run, chain) ? run.Id : Import(RunArchive.Read(folder), shipped: true);
            },
            stop
        );
    }

    private string Import(RunArchive archive, bool shipped)
    {
        var run = archive.Run;
        if (!RunIds.IsWellFormed(run.Id))
        {
            throw new EngineException(
                $"'{run.Id}' cannot be the id of a run (letters, digits, '-', '_', at most 64). Correct it in the archive's run.json."
            );
        }
        var known = Find(run.Id);
        if (known is not null)
        {
            if (!shipped || !known.Shipped)
            {
                throw new EngineException($"There is a run '{run.Id}' (“{known.Name}”) already. Delete it first to import it again.");
            }
            store.Delete(run.Id, shippedToo: true);
        }
        var chain = archive.ChainFolder;
        if (!shipped && chain is not null)
        {
            TakeChain(chain, run.Id);
        }
        try
        {
            var entity = Entity(archive, shipped, shipped ? chain : null);
            entity.Number = known?.Number ?? 0; // a newer version of what came with the portal does not go to the head of the list
            store.Add([entity], shipped ? "Came with the portal." : "Imported.", db => AddParts(db, archive));
        }
        catch when (!shipped)
        {
            Remove(folders.Run(run.Id)); // nobody would know of it
            throw;
        }
        return run.Id;
    }

    /// <summary>Copies a chain to where a run's lies, whole or not at all. No run of that id is known, so what lies there is an interrupted import's.</summary>
    private void TakeChain(string from, string id)
    {
        var target = folders.Run(id);
        var arriving = target + ".importing"; // no id has a dot
        try
        {
            Remove(arriving);
            Directory.CreateDirectory(arriving);
            CheckpointChain.Copy(from, Path.Combine(arriving, Path.GetFileName(folders.Chain(id))), halfPrecision: false);
            Remove(target);
            Directory.Move(arriving, target);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(
                $"The checkpoints cannot be copied to {target}: {error.Message.TrimEnd('.')}. Free some space or mend the rights on the data root, then import again.",
                error
            );
        }
        finally
        {
            Remove(arriving);
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, true);
        }
    }

    private RunEntity? Find(string id)
    {
        using var db = contexts.CreateDbContext();
        return db.Runs.AsNoTracking().FirstOrDefault(r => r.Id == id);
    }

    /// <summary>Whether a shipped run is there already. The chain's folder moves with the program; the figures are the same if end and summary are.</summary>
    private static bool Same(RunEntity known, RunView run, string? chain) =>
        known.Shipped
        && known.ChainFolder == chain
        && known.EndedAt == run.EndedAt?.ToUniversalTime()
        && known.Summary == run.Summary
        && known.Name == run.Name
        && known.TestSets.SequenceEqual(run.TestSets);

    private static void AddParts(PortalDbContext db, RunArchive archive)
    {
        var id = archive.Run.Id;
        db.Stages.AddRange(
            archive.Stages.Select(s => new StageEntity
            {
                RunId = id,
                Stage = s.Stage,
                Figures = s,
            })
        );
        db.SaveChanges(); // in the transaction of the whole: the scores refer to the run's row
        ScoreBulk.Insert(db, archive.Scores.Select((s, i) => ScoreEntity.Of(id, i + 1, s)));
    }

    private RunEntity Entity(RunArchive archive, bool shipped, string? chain)
    {
        var run = archive.Run.ToEntity();
        (run.State, run.Shipped, run.ChainFolder) = (RunState.Completed, shipped, chain);
        run.EndedAt ??= store.Now;
        run.Progress = null;
        run.Error = null;
        return run;
    }
}
