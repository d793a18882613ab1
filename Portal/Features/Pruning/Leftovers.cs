using System.Text.RegularExpressions;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Pruning;

/// <summary>What was put aside or found damaged, and what killed processes left half-written: names that only the portal itself gives.</summary>
internal sealed partial class Leftovers(PortalFolders folders) : IThingFinder
{
    public IEnumerable<FoundThing> Find(IReadOnlyDictionary<string, StoredRun> runs)
    {
        foreach (var folder in new[] { folders.DataRoot, folders.Keys, folders.RegisteredModels, folders.Features })
        {
            foreach (var thing in In(folder))
            {
                yield return thing;
            }
        }
        foreach (var thing in SafePath.Folders(folders.Datasets).SelectMany(f => In(f)))
        {
            yield return thing;
        }
        foreach (var folder in SafePath.Folders(folders.Runs))
        {
            var id = Path.GetFileName(folder);
            if (id.EndsWith(".importing", StringComparison.Ordinal))
            {
                yield return Of(folder, null); // an import that was killed; a new one of that run begins it anew
                continue;
            }
            // A run that goes on writes here; a stopped one keeps what was put aside until it is old.
            var kept = runs.TryGetValue(id, out var run) && run.Moves ? KeptWords.RunGoesOn : null;
            foreach (
                var thing in In(folder, kept).Concat(In(folders.Chain(id), kept)).Concat(In(Path.Combine(folders.Chain(id), "ranks"), kept))
            )
            {
                yield return thing;
            }
        }
    }

    private IEnumerable<FoundThing> In(string folder, string? kept = null) =>
        SafePath.Entries(folder).Where(p => Name().IsMatch(Path.GetFileName(p))).Select(p => Of(p, kept));

    private FoundThing Of(string path, string? kept) =>
        new(PruneKind.Leftovers, Path.GetRelativePath(folders.DataRoot, path), [path], Since: null) { Kept = kept };

    [GeneratedRegex(
        @"\A(?:.+\.damaged(?:-[0-9]{14})?|stage-[0-9]{3,}\.(?:aside|tmp)|.+\.[0-9a-f]{32}\.tmp|\.write-[0-9a-f]{32}|verify-resume-[0-9a-f]{32})\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Name();
}
