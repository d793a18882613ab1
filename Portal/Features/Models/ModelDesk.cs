using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Model;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Uploads;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Models;

/// <summary>Registers folders as base models and removes them, for page, API and command line.</summary>
internal sealed partial class ModelDesk(
    BaseModels bases,
    UploadShelf uploads,
    IEngineHost engine,
    IDbContextFactory<PortalDbContext> contexts,
    ServerFolders folders,
    TimeProvider time
) : IModelDesk, IDisposable
{
    private const int LongestFolder = 4096;
    private const int LongestName = 200;
    private const int LongestId = 64;
    private static readonly RunState[] Unfinished =
    [
        RunState.Queued,
        RunState.Running,
        RunState.Stopping,
        RunState.Paused,
        RunState.Stopped,
    ];
    private readonly SemaphoreSlim _one = new(1, 1); // one folder in memory at a time

    public Task<IReadOnlyList<ModelResponse>> ListAsync(CancellationToken stop = default) =>
        Task.Run(() => ModelResponse.All(engine, bases), stop); // looks at folders, which may lie far away

    public async Task<RegisterResult> RegisterAsync(ModelRequest request, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var errors = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        var upload = string.IsNullOrWhiteSpace(request.Upload) ? null : request.Upload.Trim();
        var folder = upload is null ? CheckFolder(request.Folder?.Trim() ?? "", errors) : OfUpload(upload, request.Folder, errors);
        var shown = upload is null ? folder : uploads.Find(upload)?.FileName ?? upload;
        var id = string.IsNullOrWhiteSpace(request.Id) ? IdOf(shown) : request.Id.Trim();
        CheckId(id, errors);
        var name = string.IsNullOrWhiteSpace(request.Name) ? null : request.Name.Trim();
        if (name is { Length: > LongestName } || name?.Any(char.IsControl) == true)
        {
            errors["name"] = [$"Must be one line of at most {LongestName} characters."];
        }
        var licence = string.IsNullOrWhiteSpace(request.Licence) ? null : request.Licence.Trim();
        if (licence is { Length: > Licences.Longest } || licence?.Any(char.IsControl) == true)
        {
            errors["licence"] = [$"Must be one line of at most {Licences.Longest} characters."];
        }
        if (errors.Count > 0)
        {
            return new RegisterResult(null, errors);
        }
        await _one.WaitAsync(stop);
        try
        {
            var model = await Task.Run(() => Look(folder, name), CancellationToken.None);
            stop.ThrowIfCancellationRequested(); // who went away is not answered, so nothing is registered behind his back
            bases.Add(id, model with { Upload = upload, Licence = licence });
            uploads.Say(); // it is in use now
        }
        catch (EngineException error)
        {
            errors[
                error.Message == BaseModels.Taken(id) ? "id"
                : upload is null ? "folder"
                : "upload"
            ] = [upload is null ? error.Message : error.Message.Replace(folder, shown, StringComparison.Ordinal)];
            return new RegisterResult(null, errors);
        }
        finally
        {
            _one.Release();
        }
        return new RegisterResult(ModelResponse.Of(bases.Find(id)!, engine), errors);
    }

    public async Task<ActionResult> RemoveAsync(string id, CancellationToken stop = default)
    {
        if (bases.Find(id) is not { } found)
        {
            return new ActionResult(ActionOutcome.NotFound, $"There is no base model '{id}'.");
        }
        if (found.Registered is null)
        {
            return ActionResult.Conflict($"The base model '{id}' came with the portal and stays.");
        }
        await using var db = await contexts.CreateDbContextAsync(stop);
        var runs = await db
            .Runs.AsNoTracking()
            .Where(r => r.Model == id && Unfinished.Contains(r.State))
            .OrderBy(r => r.Number)
            .Select(r => new { r.Name, r.State })
            .ToListAsync(stop);
        if (runs.Count > 0)
        {
            var first = $"'{runs[0].Name}' ({runs[0].State})";
            return ActionResult.Conflict(
                $"The base model '{id}' is used by {(runs.Count == 1 ? $"the run {first}" : $"{runs.Count} runs that are not finished, first {first}")}. Let them finish, or delete them, then remove it."
            );
        }
        if (!bases.Remove(id))
        {
            return new ActionResult(ActionOutcome.NotFound, $"There is no base model '{id}'.");
        }
        if (found.Registered.Upload is { } upload)
        {
            uploads.Remove(upload);
        }
        return ActionResult.Done;
    }

    public void Dispose() => _one.Dispose();

    private string CheckFolder(string folder, SortedDictionary<string, string[]> errors)
    {
        if (folder.Length == 0)
        {
            errors["folder"] = ["Name the folder of a Hugging Face CLIPModel, on the machine that the portal runs on."];
        }
        else if (folder.Length > LongestFolder || folder.Contains('\0', StringComparison.Ordinal) || !Path.IsPathFullyQualified(folder))
        {
            errors["folder"] = ["Give the folder's whole path, from the root on."];
        }
        else if (folders.Refusal(folder) is { } refusal)
        {
            errors["folder"] = [refusal];
        }
        else
        {
            return Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        }
        return "";
    }

    /// <summary>The folder that an upload was unpacked to, as far as it is one of a model.</summary>
    private string OfUpload(string upload, string? folder, SortedDictionary<string, string[]> errors)
    {
        if (!string.IsNullOrWhiteSpace(folder))
        {
            errors["folder"] = ["Name a folder or an upload, not both."];
            return "";
        }
        var found = uploads.Folder(upload, f => File.Exists(Path.Combine(f, "config.json")), out var wrong);
        if (wrong is not null)
        {
            errors["upload"] = [wrong];
        }
        return found ?? "";
    }

    private void CheckId(string id, SortedDictionary<string, string[]> errors)
    {
        if (id.Length == 0 && (errors.ContainsKey("folder") || errors.ContainsKey("upload")))
        {
            return; // would have been made from it
        }
        if (!BaseModels.IsId(id))
        {
            errors["id"] =
            [
                $"Must be 1 to {LongestId} small letters, digits, dots, dashes and underscores, with a letter or digit at both ends.",
            ];
        }
        else if (bases.Find(id) is not null)
        {
            errors["id"] = [BaseModels.Taken(id)];
        }
    }

    /// <summary>An id from the folder's name, as far as it can be part of one.</summary>
    private static string IdOf(string folder)
    {
        var id = NotInIds().Replace(Archive().Replace(Path.GetFileName(folder).ToLowerInvariant(), ""), "-");
        return id[..Math.Min(LongestId, id.Length)].Trim('-', '.', '_');
    }

    /// <summary>Reads everything once: files, shapes, every number, tokenizer, preprocessing.</summary>
    /// <exception cref="EngineException">Something is wrong with it; the message names file and remedy.</exception>
    private RegisteredModel Look(string folder, string? name)
    {
        try
        {
            using var model = ClipModel.Load(folder, "cpu");
            _ = model.VocabularyToGrow;
            return new RegisteredModel(
                name,
                folder,
                model.Hash,
                model.WeightFiles.ToDictionary(f => f.Name, f => f.Bytes),
                time.GetUtcNow().UtcDateTime
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{folder} cannot be read: {e.Message} Give the portal's account the right to read it.", e);
        }
        catch (ExternalException e)
        {
            throw new EngineException(
                $"The model in {folder} does not fit into memory ({e.Message.Split('\n')[0]}). Choose a smaller one.",
                e
            );
        }
    }

    /// <summary>Endings of archives that models are uploaded in.</summary>
    [GeneratedRegex(@"\.(zip|tar|tar\.gz|tgz)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Archive();

    [GeneratedRegex("[^a-z0-9._-]+", RegexOptions.CultureInvariant)]
    private static partial Regex NotInIds();
}
