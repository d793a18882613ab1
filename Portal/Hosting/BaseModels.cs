using System.Text.Json;
using System.Text.RegularExpressions;
using CllClip.Engine;
using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Model;

namespace CllClip.Portal.Hosting;

/// <summary>A base model in a folder of a user's, as the file in the data root says it. Nothing of the folder is copied.</summary>
/// <param name="Name">Name shown; null takes the model card's.</param>
/// <param name="Folder">Whole path of the folder.</param>
/// <param name="Revision">SHA-256 of the weights when it was registered.</param>
/// <param name="Weights">The weights' files with their lengths.</param>
/// <param name="AddedAt">When it was registered.</param>
public sealed record RegisteredModel(
    string? Name,
    string Folder,
    string Revision,
    IReadOnlyDictionary<string, long> Weights,
    DateTime AddedAt
)
{
    /// <summary>The upload that the folder came by, which goes with the model; null for a folder of a user's, which stays.</summary>
    public string? Upload { get; init; }

    /// <summary>Its licence, as whoever registered it says; null takes what the folder says.</summary>
    public string? Licence { get; init; }
}

/// <summary>A base model that the portal knows, usable or not.</summary>
/// <param name="Id">Identifier in requests.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="Registered">What a user registered; null where the model came with the portal.</param>
/// <param name="Error">Why it cannot be used as far as a look at the folder shows, with the remedy; null if it can.</param>
public sealed record BaseModel(string Id, string Folder, RegisteredModel? Registered, string? Error);

/// <summary>
/// The base models there are: those that came with the program, then the folders that users have registered, a small file each. The process that holds the
/// data root is the only one that writes them, so they are read once. Safe to use from any thread.
/// </summary>
public sealed partial class BaseModels(PortalFolders folders)
{
    private const string Ending = ".json";
    private const string TrainingFile = "training.json";
    private const string Remedy = "remove the model and register it again";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly Lock _one = new();
    private SortedDictionary<string, (RegisteredModel? Model, string? Error)>? _registered;

    /// <summary>Ids of all of them, usable or not: those that came with the program first.</summary>
    public IReadOnlyList<string> Ids
    {
        get
        {
            var own = Own();
            lock (_one)
            {
                return [.. own, .. Registered().Keys.Except(own, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Uploads that registered models came by.</summary>
    public IReadOnlyList<(string Id, string Upload)> Uploads
    {
        get
        {
            lock (_one)
            {
                return [.. Registered().Where(r => r.Value.Model?.Upload is not null).Select(r => (r.Key, r.Value.Model!.Upload!))];
            }
        }
    }

    /// <summary>Whether a text can be the id of a model: it is the name of a file, and stands in addresses.</summary>
    public static bool IsId(string text) => Id().IsMatch(text);

    /// <summary>The model, or null where there is none of that id.</summary>
    public BaseModel? Find(string id)
    {
        if (Own().Contains(id))
        {
            return new BaseModel(id, Path.Combine(folders.Models, id), null, null);
        }
        lock (_one)
        {
            return !Registered().TryGetValue(id, out var found) ? null
                : found.Model is { } model ? new BaseModel(id, model.Folder, model, Fault(id, model))
                : new BaseModel(id, "", new RegisteredModel(null, "", "", new Dictionary<string, long>(), default), found.Error);
        }
    }

    /// <summary>Loads a model; it is the caller's.</summary>
    /// <exception cref="EngineException">There is none of that id, its folder is gone or changed, or the device is not there.</exception>
    public ClipModel Load(string id, string device, Precision precision = Precision.Full)
    {
        var found =
            Find(id)
            ?? throw new EngineException(
                $"There is no base model '{id}' in {folders.Models}, and none is registered under that id. Restore the folder from the repository, or register the model on the page /models."
            );
        if (found.Error is { } error)
        {
            throw new EngineException(error);
        }
        var model = ClipModel.Load(found.Folder, device, precision);
        if (found.Registered is null || found.Registered.Revision == model.Hash)
        {
            return model;
        }
        model.Dispose();
        throw new EngineException(Changed(id, found.Registered));
    }

    /// <summary>
    /// The learning rate that suits a model: its <c>training.json</c> says it; without one a user's model takes the paper's, which belongs to OpenAI's
    /// ViT-B/16. Null where nobody knows.
    /// </summary>
    public double? LearningRate(string id)
    {
        if (Find(id) is not { Error: null } found)
        {
            return null;
        }
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(found.Folder, TrainingFile)));
            return json.RootElement.GetProperty("learningRate").GetDouble() is > 0 and <= 1 and var rate ? rate : null;
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return found.Registered is null ? null : CorpusDataset.TrainingDefaults.LearningRate;
        }
    }

    /// <summary>Keeps what was registered, on disk and here.</summary>
    /// <exception cref="EngineException">There is one of that id already, or the disk refuses.</exception>
    public void Add(string id, RegisteredModel model)
    {
        lock (_one)
        {
            if (Own().Contains(id) || Registered().ContainsKey(id))
            {
                throw new EngineException(Taken(id));
            }
            AtomicFile.WriteText(FileOf(id), JsonSerializer.Serialize(model, Json));
            Registered()[id] = (model, null);
        }
    }

    /// <summary>What is said to one who wants an id that is in use.</summary>
    public static string Taken(string id) => $"There is a base model '{id}' already. Choose another id, or remove that one first.";

    /// <summary>Forgets a registered model; its folder is left alone. False where there is none.</summary>
    /// <exception cref="EngineException">The disk refuses.</exception>
    public bool Remove(string id)
    {
        lock (_one)
        {
            if (!Registered().ContainsKey(id))
            {
                return false;
            }
            try
            {
                File.Delete(FileOf(id));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new EngineException($"{FileOf(id)} cannot be deleted: {e.Message} Give this account the right to write there.", e);
            }
            return Registered().Remove(id);
        }
    }

    /// <summary>A look at the folder, without reading the weights.</summary>
    private static string? Fault(string id, RegisteredModel model)
    {
        if (!Directory.Exists(model.Folder))
        {
            return $"The folder {model.Folder} of base model '{id}' is gone. Put it back, or {Remedy} where it lies now.";
        }
        foreach (var (name, bytes) in model.Weights)
        {
            var file = new FileInfo(Path.Combine(model.Folder, name));
            if (!file.Exists)
            {
                return $"{file.FullName} of base model '{id}' is gone. Put it back, or {Remedy}.";
            }
            if ((file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length != bytes)
            {
                return Changed(id, model);
            }
        }
        return null;
    }

    private static string Changed(string id, RegisteredModel model) =>
        $"The weights in {model.Folder} are no longer those that were registered as '{id}' (SHA-256 {Short(model.Revision)}…), and runs and scores belong to those. Put them back, or {Remedy}.";

    private static string Short(string hash) => hash[..Math.Min(12, hash.Length)];

    /// <summary>Those that came with the program.</summary>
    private string[] Own() =>
        Directory.Exists(folders.Models)
            ?
            [
                .. Directory
                    .EnumerateDirectories(folders.Models)
                    .Where(f => File.Exists(Path.Combine(f, "config.json")))
                    .Select(f => Path.GetFileName(f))
                    .Order(StringComparer.Ordinal),
            ]
            : [];

    private SortedDictionary<string, (RegisteredModel? Model, string? Error)> Registered()
    {
        if (_registered is not null)
        {
            return _registered;
        }
        var found = new SortedDictionary<string, (RegisteredModel?, string?)>(StringComparer.Ordinal);
        if (Directory.Exists(folders.RegisteredModels))
        {
            foreach (var path in Directory.EnumerateFiles(folders.RegisteredModels, "*" + Ending))
            {
                if (Path.GetFileNameWithoutExtension(path) is var id && IsId(id))
                {
                    found[id] = Read(path);
                }
            }
        }
        return _registered = found;
    }

    private static (RegisteredModel? Model, string? Error) Read(string path)
    {
        try
        {
            var model = JsonSerializer.Deserialize<RegisteredModel>(File.ReadAllBytes(path), Json);
            return model is { Folder.Length: > 0, Revision: not null, Weights: not null }
                ? (model, null)
                : (null, $"models/{Path.GetFileName(path)} in the data root does not name a model's folder and revision; {Remedy}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            return (null, $"models/{Path.GetFileName(path)} in the data root cannot be read; {Remedy}.");
        }
    }

    private string FileOf(string id) => Path.Combine(folders.RegisteredModels, id + Ending);

    [GeneratedRegex(@"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
