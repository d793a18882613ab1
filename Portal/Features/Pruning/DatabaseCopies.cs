using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Features.Pruning;

/// <summary>Copies of the database from before migrations, which lie beside it, also where the settings put it outside the data root.</summary>
internal sealed class DatabaseCopies(PortalFolders folders) : IThingFinder
{
    public IEnumerable<FoundThing> Find(IReadOnlyDictionary<string, StoredRun> runs) =>
        SafePath
            .Entries(Path.GetDirectoryName(folders.Database)!, Path.GetFileName(folders.Database) + PortalDatabase.Before + "*")
            .Where(f => File.Exists(f) && !f.EndsWith(".tmp", StringComparison.Ordinal) && !Residue.Is(f))
            .Select(f => new FoundThing(PruneKind.Copies, Path.GetFileName(f), [f], File.GetLastWriteTimeUtc(f)));
}
