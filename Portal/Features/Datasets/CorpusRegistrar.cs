using System.Text.RegularExpressions;
using CllClip.Engine;
using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Data.Emoji36;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Datasets;

/// <summary>What somebody asks to have registered.</summary>
public sealed record DatasetRequest
{
    /// <summary>Folder or file on the server.</summary>
    public string? Folder { get; init; }

    /// <summary>Layout; null finds out.</summary>
    public string? Kind { get; init; }

    /// <summary>Identifier; null makes one.</summary>
    public string? Id { get; init; }

    /// <summary>Name shown; null takes the layout's or the folder's.</summary>
    public string? Name { get; init; }

    /// <summary>Folder that image paths are relative to; null looks where the layout has it.</summary>
    public string? Images { get; init; }

    /// <summary>Leaves out broken and missing images with their captions.</summary>
    public bool LeaveOutBroken { get; init; }

    /// <summary>Base models to embed for; null for all there are.</summary>
    public IReadOnlyList<string>? Models { get; init; }
}

/// <summary>Turns a request into a registration, or names every wrong field.</summary>
public sealed partial class CorpusRegistrar(CorpusShelf shelf, IEngineHost engine)
{
    private const int LongestName = 100;

    /// <summary>The registration; null where a field is wrong.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="errors">Every wrong field by its name.</param>
    public CorpusEntry? Check(DatasetRequest request, out IReadOnlyDictionary<string, string[]> errors)
    {
        ArgumentNullException.ThrowIfNull(request);
        var wrong = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        errors = wrong;
        var folder = Full(request.Folder, "folder", "Name the folder (or the .jsonl or .csv file) on the server.", wrong);
        var images = string.IsNullOrWhiteSpace(request.Images) ? null : Full(request.Images, "images", "", wrong);
        if (images is not null && !Directory.Exists(images))
        {
            wrong["images"] = [$"There is no folder {images} on the server."];
        }
        var kind = folder is null ? null : Kind(request.Kind, folder, wrong);
        var name = string.IsNullOrWhiteSpace(request.Name) ? DefaultName(kind, folder) : request.Name.Trim();
        if (name.Length > LongestName || name.Any(char.IsControl))
        {
            wrong["name"] = [$"A name has at most {LongestName} characters and no control characters."];
        }
        var id = string.IsNullOrWhiteSpace(request.Id) ? Free(kind is "jsonl" or "csv" ? Slug(name) : kind ?? "x") : request.Id.Trim();
        if (!Identifier().IsMatch(id))
        {
            wrong["id"] = ["An id has lower-case letters, digits and '-', at most 40, for example my-photos."];
        }
        else if (id == Emoji36Dataset.DatasetId || shelf.Find(id) is not null)
        {
            wrong["id"] = [$"There is a data set '{id}' already. Choose another id."];
        }
        var unknown = (request.Models ?? []).Except(engine.ModelIds).ToList();
        if (unknown.Count > 0)
        {
            wrong["models"] = [$"There is no base model '{unknown[0]}'. There are: {string.Join(", ", engine.ModelIds)}."];
        }
        return wrong.Count > 0
            ? null
            : new CorpusEntry
            {
                Registration = new CorpusRegistration
                {
                    Id = id,
                    Name = name,
                    Kind = kind!,
                    Folder = folder!,
                    Images = images,
                    LeaveOutBroken = request.LeaveOutBroken,
                },
                Models = request.Models ?? engine.ModelIds,
                Pending = true,
            };
    }

    private static string? Full(string? path, string field, string missing, SortedDictionary<string, string[]> wrong)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            wrong[field] = [missing];
            return null;
        }
        var trimmed = path.Trim();
        if (trimmed.Any(char.IsControl) || !Path.IsPathFullyQualified(trimmed))
        {
            wrong[field] =
            [
                $"Write the whole path on the server, from its root: {(OperatingSystem.IsWindows() ? @"C:\data\coco" : "/data/coco")}.",
            ];
            return null;
        }
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(trimmed));
    }

    private static string? Kind(string? asked, string folder, SortedDictionary<string, string[]> wrong)
    {
        if (!Directory.Exists(folder) && !File.Exists(folder))
        {
            wrong["folder"] = [$"There is no folder or file {folder} on the server."];
            return null;
        }
        IReadOnlyList<string> found;
        try
        {
            found = CorpusLayouts.Detect(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            wrong["folder"] = [$"{folder} cannot be read: {error.Message}"];
            return null;
        }
        var layouts = string.Join("; ", CorpusLayouts.All.Select(l => $"{l.Kind}: {l.Files}"));
        if (string.IsNullOrWhiteSpace(asked))
        {
            if (found.Count == 1)
            {
                return found[0];
            }
            wrong["kind"] =
                found.Count == 0
                    ? [$"{folder} has none of the layouts that are read here. {layouts}"]
                    :
                    [
                        $"The folder holds several data sets: {string.Join(", ", found)}. Choose one; the others can be registered after it.",
                    ];
            return null;
        }
        if (CorpusLayouts.Find(asked.Trim()) is not { } layout)
        {
            wrong["kind"] = [$"Unknown kind '{asked}'. Choose one of: {string.Join(", ", CorpusLayouts.All.Select(l => l.Kind))}."];
            return null;
        }
        if (!found.Contains(layout.Kind))
        {
            wrong["kind"] = [$"{folder} does not have the files of {layout.Name}: {layout.Files}."];
            return null;
        }
        return layout.Kind;
    }

    private static string DefaultName(string? kind, string? folder) =>
        kind is null or "jsonl" or "csv" ? Path.GetFileNameWithoutExtension(folder ?? "") : CorpusLayouts.Find(kind)!.Name;

    private string Free(string id)
    {
        for (var n = 1; ; n++)
        {
            var candidate = n == 1 ? id : $"{id}-{n}";
            if (candidate != Emoji36Dataset.DatasetId && shelf.Find(candidate) is null)
            {
                return candidate;
            }
        }
    }

    private static string Slug(string name)
    {
        var slug = NotSlug().Replace(name.ToLowerInvariant(), "-").Trim('-');
        return slug.Length == 0 ? "own"
            : slug.Length > 30 ? slug[..30].Trim('-')
            : slug;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}$", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex NotSlug();
}
