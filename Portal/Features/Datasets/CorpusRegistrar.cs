using System.Text.RegularExpressions;
using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Data.Emoji36;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Uploads;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Datasets;

/// <summary>What somebody asks to have registered.</summary>
public sealed record DatasetRequest
{
    /// <summary>Folder or file on the server; or name an upload.</summary>
    public string? Folder { get; init; }

    /// <summary>Id of an upload that is ready, in place of a folder.</summary>
    public string? Upload { get; init; }

    /// <summary>Layout; null finds out.</summary>
    public string? Kind { get; init; }

    /// <summary>Identifier; null makes one.</summary>
    public string? Id { get; init; }

    /// <summary>Name shown; null takes the layout's or the folder's.</summary>
    public string? Name { get; init; }

    /// <summary>Folder that image paths are relative to; null looks where the layout has it.</summary>
    public string? Images { get; init; }

    /// <summary>Licence of texts and images, in a few words; null takes what the layout's authors or a file LICENSE or README.md in the folder say.</summary>
    public string? Licence { get; init; }

    /// <summary>Leaves out broken and missing images with their captions.</summary>
    public bool LeaveOutBroken { get; init; }

    /// <summary>Base models to embed for; null for all there are.</summary>
    public IReadOnlyList<string>? Models { get; init; }
}

/// <summary>Turns a request into a registration, or names every wrong field.</summary>
public sealed partial class CorpusRegistrar(CorpusShelf shelf, IEngineHost engine, UploadShelf uploads, ServerFolders folders)
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
        var upload = string.IsNullOrWhiteSpace(request.Upload) ? null : request.Upload.Trim();
        var folder = upload is null
            ? Full(request.Folder, "folder", "Name the folder (or the .jsonl or .csv file) on the server.", wrong)
            : OfUpload(upload, request.Folder, wrong);
        var images = string.IsNullOrWhiteSpace(request.Images) ? null : Full(request.Images, "images", "", wrong);
        if (images is not null && !Directory.Exists(images))
        {
            wrong["images"] = [$"There is no folder {images} on the server."];
        }
        var kind = folder is null ? null : Kind(request.Kind, folder, upload is null ? folder : FileName(upload), upload is null, wrong);
        var name = string.IsNullOrWhiteSpace(request.Name)
            ? DefaultName(kind, upload is null ? folder : FileName(upload))
            : request.Name.Trim();
        if (name.Length > LongestName || name.Any(char.IsControl))
        {
            wrong["name"] = [$"A name has at most {LongestName} characters and no control characters."];
        }
        var licence = string.IsNullOrWhiteSpace(request.Licence) ? null : request.Licence.Trim();
        if (licence is { Length: > Licences.Longest } || licence?.Any(char.IsControl) == true)
        {
            wrong["licence"] =
            [
                $"A licence is one line of at most {Licences.Longest} characters: an SPDX identifier such as CC-BY-4.0, or a few words.",
            ];
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
                    Licence = licence ?? Licences.OfCorpus(kind!, folder!),
                },
                Upload = upload,
                Models = request.Models ?? engine.ModelIds,
                Pending = true,
            };
    }

    /// <summary>The folder that an upload was unpacked to, as far as it is one of a data set.</summary>
    private string? OfUpload(string upload, string? folder, SortedDictionary<string, string[]> wrong)
    {
        if (!string.IsNullOrWhiteSpace(folder))
        {
            wrong["folder"] = ["Name a folder on the server or an upload, not both."];
            return null;
        }
        var found = uploads.Folder(upload, f => CorpusLayouts.Detect(f).Count > 0, out var why);
        if (why is not null)
        {
            wrong["upload"] = [why];
        }
        return found;
    }

    private string FileName(string upload) => uploads.Find(upload)?.FileName ?? upload;

    private string? Full(string? path, string field, string missing, SortedDictionary<string, string[]> wrong)
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
        if (folders.Refusal(trimmed) is { } refusal)
        {
            wrong[field] = [refusal];
            return null;
        }
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(trimmed));
    }

    private static string? Kind(string? asked, string folder, string shown, bool onServer, SortedDictionary<string, string[]> wrong)
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
            wrong[onServer ? "folder" : "upload"] = [$"{shown} cannot be read: {error.Message}"];
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
                    ? [$"{shown} has none of the layouts that are read here. {layouts}"]
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
            wrong["kind"] = [$"{shown} does not have the files of {layout.Name}: {layout.Files}."];
            return null;
        }
        return layout.Kind;
    }

    private static string DefaultName(string? kind, string? folder) =>
        kind is null or "jsonl" or "csv" ? Stem(Path.GetFileName(folder ?? "")) : CorpusLayouts.Find(kind)!.Name;

    /// <summary>A file's name without its ending, also without both of <c>.tar.gz</c>.</summary>
    private static string Stem(string file) =>
        Path.GetFileNameWithoutExtension(file.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) ? file[..^3] : file);

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
