using CllClip.Engine.Training;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;

namespace CllClip.Portal.Features.Pruning;

/// <summary>
/// The checkpoints of finished runs, and those within a stage that such runs left. A stage is restored by folding all before it, so a run's stages go together;
/// its ranks, curve, scores and log stay.
/// </summary>
internal sealed class RunCheckpoints(
    PortalFolders folders,
    PortalOptions options,
    CorpusShelf shelf,
    BaseModels models,
    CheckpointUses uses
) : IThingFinder
{
    private const string Within = "within-*";

    public IEnumerable<FoundThing> Find(IReadOnlyDictionary<string, StoredRun> runs)
    {
        var registered = Registered();
        foreach (var run in runs.Values.Where(r => r.Finished))
        {
            var chain = folders.Chain(run.Id);
            foreach (var folder in SafePath.Folders(chain, Within).Where(f => !Residue.Is(f)))
            {
                yield return new FoundThing(
                    PruneKind.Within,
                    Path.GetRelativePath(folders.DataRoot, folder),
                    [folder],
                    run.EndedAt ?? run.CreatedAt
                );
            }
            var stages = Enumerable.Range(1, CheckpointChain.CountStages(chain)).Select(s => CheckpointChain.FolderOf(chain, s)).ToList();
            if (stages.Count > 0)
            {
                yield return new FoundThing(PruneKind.Checkpoints, run.Name, stages, Since(run, stages[^1]))
                {
                    RunId = run.Id,
                    Kept = WhyKept(run, registered),
                };
            }
        }
    }

    /// <summary>Since the run ended, or since its checkpoints came here: those of an imported run may be older than this portal.</summary>
    private static DateTime Since(StoredRun run, string lastStage)
    {
        var (ended, came) = (run.EndedAt ?? run.CreatedAt, Directory.GetLastWriteTimeUtc(lastStage));
        return ended > came ? ended : came;
    }

    private string? WhyKept(StoredRun run, IReadOnlyList<string> registered) =>
        run.Tags.Any(t => t.Trim().Equals(KeptWords.Tag, StringComparison.OrdinalIgnoreCase)) ? KeptWords.Tagged
        : IsDefault(run.Id) ? KeptWords.DefaultOfSearch
        : registered.Any(f => SafePath.Holds(folders.Run(run.Id), f)) ? KeptWords.Registered
        : uses.InUse(run.Id) ? KeptWords.InUse
        : null;

    private bool IsDefault(string run) =>
        options.Search.DefaultCheckpoint is { } set && (set == run || set.StartsWith(run + ":", StringComparison.Ordinal));

    /// <summary>Folders that base models and data sets are read from.</summary>
    private List<string> Registered() =>
        [
            .. models.Ids.Select(models.Find).Select(m => m?.Registered?.Folder).OfType<string>().Where(f => f.Length > 0),
            .. shelf.All.Select(d => d.Entry.Registration.Folder),
        ];
}
