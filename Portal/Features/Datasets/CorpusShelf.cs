using System.Text.Json;
using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Corpora;
using CllClip.Portal.Features.Datasets.Statistics;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Datasets;

/// <summary>
/// The data sets that users registered: three small files each under the data root, and those that are prepared held open. Safe to use from any thread.
/// </summary>
public sealed class CorpusShelf
{
    private const string EntryFile = "corpus.json";
    private const string ManifestFile = "manifest.json";
    private const string ReportFile = "report.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly PortalFolders _folders;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Item> _items = new(StringComparer.Ordinal);
    private bool _read;

    public CorpusShelf(PortalFolders folders) => _folders = folders;

    /// <summary>All registered data sets, by id.</summary>
    public IReadOnlyList<(CorpusEntry Entry, CorpusManifest? Manifest, StoredReport? Report, bool Open, string? Error)> All
    {
        get
        {
            lock (_lock)
            {
                Read();
                return
                [
                    .. _items
                        .Values.OrderBy(i => i.Entry.Registration.Id, StringComparer.Ordinal)
                        .Select(i => (i.Entry, i.Manifest, i.Report, i.Open is not null, i.Error)),
                ];
            }
        }
    }

    /// <summary>The prepared ones that runs can use.</summary>
    public IReadOnlyList<IRetrievalDataset> Open
    {
        get
        {
            lock (_lock)
            {
                Read();
                return [.. _items.Values.Select(i => i.Open).OfType<CorpusDataset>().OrderBy(d => d.Id, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The registration of an id, or null.</summary>
    public CorpusEntry? Find(string id)
    {
        lock (_lock)
        {
            Read();
            return _items.GetValueOrDefault(id)?.Entry;
        }
    }

    /// <summary>Stores a registration, new or changed.</summary>
    /// <exception cref="EngineException">The disk refuses.</exception>
    public void Save(CorpusEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        lock (_lock)
        {
            Read();
            Write(entry.Registration.Id, EntryFile, entry);
            var known = _items.GetValueOrDefault(entry.Registration.Id);
            _items[entry.Registration.Id] = known is null ? new Item(entry) : known with { Entry = entry };
        }
    }

    /// <summary>Stores what a check found; a data set without errors gets its manifest.</summary>
    /// <exception cref="EngineException">The disk refuses.</exception>
    public void Save(string id, StoredReport report, CorpusManifest? manifest)
    {
        lock (_lock)
        {
            if (!_items.TryGetValue(id, out var item))
            {
                return; // taken away meanwhile
            }
            Write(id, ReportFile, report);
            manifest?.Write(At(id, ManifestFile));
            _items[id] = item with { Report = report, Manifest = manifest ?? item.Manifest, Open = null, Error = null };
        }
    }

    /// <summary>Lets runs use a prepared data set.</summary>
    public void Offer(CorpusDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        lock (_lock)
        {
            if (_items.TryGetValue(dataset.Id, out var item))
            {
                _items[dataset.Id] = item with { Open = dataset, Error = null };
            }
        }
    }

    /// <summary>Keeps why a data set cannot be used.</summary>
    public void Fail(string id, string error)
    {
        lock (_lock)
        {
            if (_items.TryGetValue(id, out var item))
            {
                _items[id] = item with { Open = null, Error = error };
            }
        }
    }

    /// <summary>Forgets a data set; the user's own files stay as they are.</summary>
    /// <exception cref="EngineException">The disk refuses.</exception>
    public void Remove(string id)
    {
        lock (_lock)
        {
            Read();
            if (!_items.Remove(id))
            {
                return;
            }
            try
            {
                foreach (var file in new[] { EntryFile, ManifestFile, ReportFile })
                {
                    File.Delete(At(id, file)); // the registration first: without it the rest is nobody's
                }
                foreach (var file in Directory.EnumerateFiles(_folders.Dataset(id), StatisticsFiles.Pattern))
                {
                    File.Delete(file);
                }
                Directory.Delete(_folders.Dataset(id));
            }
            catch (DirectoryNotFoundException)
            {
                // nothing was stored of it
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new EngineException($"{_folders.Dataset(id)} cannot be removed: {error.Message}", error);
            }
        }
    }

    /// <summary>Reads what is on the disk, once, and opens what is prepared.</summary>
    private void Read()
    {
        if (_read)
        {
            return;
        }
        _read = true;
        var root = Path.GetDirectoryName(_folders.Dataset("x"))!;
        if (!Directory.Exists(root))
        {
            return;
        }
        foreach (var folder in Directory.EnumerateDirectories(root).Where(f => File.Exists(Path.Combine(f, EntryFile))))
        {
            if (Load(folder) is { } item)
            {
                _items[item.Entry.Registration.Id] = item;
            }
        }
    }

    private Item? Load(string folder)
    {
        if ((Parse<CorpusEntry>(Path.Combine(folder, EntryFile)) ?? Recovered(folder)) is not { } entry)
        {
            return null; // nothing was prepared yet: there is nothing to lose
        }
        var item = new Item(entry) { Report = Parse<StoredReport>(Path.Combine(folder, ReportFile)) };
        try
        {
            item = item with { Manifest = CorpusManifest.Read(Path.Combine(folder, ManifestFile)) };
            return item.Manifest is null || entry.Pending || item.Report is { Errors: > 0 }
                ? item
                : item with
                {
                    Open = CorpusDataset.Open(item.Manifest),
                };
        }
        catch (EngineException error)
        {
            return item with { Error = error.Message };
        }
    }

    /// <summary>A registration whose own file is damaged, from what was prepared.</summary>
    private CorpusEntry? Recovered(string folder)
    {
        try
        {
            if (CorpusManifest.Read(Path.Combine(folder, ManifestFile)) is not { Registration: var registration })
            {
                return null;
            }
            var inUploads = Path.GetRelativePath(_folders.Uploads, registration.Folder).Split(Path.DirectorySeparatorChar);
            return new CorpusEntry
            {
                Registration = registration,
                Upload = inUploads[0] is ".." or "." || Path.IsPathRooted(inUploads[0]) ? null : inUploads[0],
            };
        }
        catch (EngineException)
        {
            return null;
        }
    }

    private static T? Parse<T>(string path)
        where T : class
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Json) : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Write<T>(string id, string file, T value) => AtomicFile.Write(At(id, file), s => JsonSerializer.Serialize(s, value, Json));

    private string At(string id, string file) => Path.Combine(_folders.Dataset(id), file);

    private sealed record Item(CorpusEntry Entry)
    {
        public CorpusManifest? Manifest { get; init; }
        public StoredReport? Report { get; init; }
        public CorpusDataset? Open { get; init; }
        public string? Error { get; init; }
    }
}
