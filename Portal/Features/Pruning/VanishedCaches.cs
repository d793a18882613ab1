using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using CllClip.Engine;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Model;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Pruning;

/// <summary>Embeddings in the cache whose data set, revision or base model is registered no more. Whatever cannot be told for certain stays.</summary>
internal sealed partial class VanishedCaches(PortalFolders folders, CorpusShelf shelf, BaseModels models, IEngineHost engine) : IThingFinder
{
    private const int Short = 16; // characters of hashes in names, as the cache writes them

    // The weights of models that came with the program do not change while it runs.
    private readonly ConcurrentDictionary<string, string> _hashes = new(StringComparer.Ordinal);

    public IEnumerable<FoundThing> Find(IReadOnlyDictionary<string, StoredRun> runs)
    {
        var files = SafePath
            .Entries(folders.Features)
            .Where(File.Exists)
            .Select(f => (Path: f, Name: Name().Match(Path.GetFileName(f))))
            .Where(f => f.Name.Success)
            .ToList();
        if (files.Count == 0)
        {
            yield break;
        }
        var (revisions, bases) = (Revisions(), Bases());
        foreach (var group in files.GroupBy(f => f.Name.Groups["whole"].Value, StringComparer.Ordinal))
        {
            var name = group.First().Name.Groups;
            var dataset = name["dataset"].Value;
            var gone =
                !revisions.TryGetValue(dataset, out var revision)
                || (revision is not null && revision != name["revision"].Value)
                || (bases is not null && !bases.Contains(name["base"].Value));
            if (gone)
            {
                yield return new FoundThing(
                    PruneKind.Caches,
                    Path.GetRelativePath(folders.DataRoot, Path.Combine(folders.Features, group.Key)),
                    [.. group.Select(f => f.Path).Order(StringComparer.Ordinal)], // the file before what stands beside it
                    Since: null
                )
                {
                    Kept = IsHeld(Path.Combine(folders.Features, group.Key)) ? KeptWords.InUse : null,
                };
            }
        }
    }

    /// <summary>The revision of every data set, as names have it; null where it is not known.</summary>
    private Dictionary<string, string?> Revisions()
    {
        var known = new Dictionary<string, string?>(StringComparer.Ordinal) { [Emoji36Dataset.DatasetId] = null };
        foreach (var (entry, manifest, _, _, error) in shelf.All)
        {
            known[entry.Registration.Id] = entry.Pending || error is not null ? null : Cut(manifest?.Revision);
        }
        foreach (var dataset in engine.Datasets.Where(d => d.Id == Emoji36Dataset.DatasetId))
        {
            known[dataset.Id] = Cut(dataset.Revision);
        }
        return known;
    }

    /// <summary>The weights of every base model, as names have them; null where those of one are not known.</summary>
    private HashSet<string>? Bases()
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in models.Ids)
        {
            if (models.Find(id) is not { } model)
            {
                continue;
            }
            try
            {
                var hash = model.Registered is { } registered
                    ? registered.Revision
                    : _hashes.GetOrAdd(model.Folder, folder => ClipModel.HashOf(folder));
                if (hash.Length == 0)
                {
                    return null; // a registration that cannot be read
                }
                known.Add(Cut(hash)!);
            }
            catch (EngineException)
            {
                return null;
            }
        }
        return known;
    }

    private static string? Cut(string? hash) => hash?[..Math.Min(Short, hash.Length)];

    /// <summary>Whether somebody computes the file now.</summary>
    private static bool IsHeld(string path)
    {
        try
        {
            if (File.Exists($"{path}.lock"))
            {
                using var held = new FileStream($"{path}.lock", FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            }
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false; // the removal says what is wrong
        }
    }

    [GeneratedRegex(
        @"\A(?<whole>(?<dataset>.+)-(?<revision>[^-]{1,16})-(?<base>[0-9a-f]{1,16})-[0-9a-f]{8}-(?:images|english)\.safetensors)(?:\.sha256|\.lock|\.part|\.part\.json)?\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Name();
}
