using System.Text;
using System.Text.RegularExpressions;
using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Model;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Models;

/// <summary>A base model as the API shows it.</summary>
public sealed partial record ModelResponse
{
    /// <summary>Identifier in requests.</summary>
    public required string Id { get; init; }

    /// <summary>Name shown, from its model card.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the weights; null until they were loaded once.</summary>
    public string? Revision { get; init; }

    /// <summary><c>ready</c>, <c>loading</c> (with the portal) or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>Licences as its model card names them; null if it names none.</summary>
    public string? Licence { get; init; }

    /// <summary>Bytes on disk: of the weights, where a user registered it.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Length of an embedding.</summary>
    public int? EmbeddingSize { get; init; }

    /// <summary>Tokens of its own vocabulary.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>Longest caption in tokens.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Side of the square images it sees, in pixels.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Why it cannot be used; null if it can.</summary>
    public string? Error { get; init; }

    /// <summary>Whether a user registered it; such a model can be removed.</summary>
    public bool Registered { get; init; }

    /// <summary>Whether its folder came as an upload and goes with it.</summary>
    public bool Uploaded { get; init; }

    /// <summary>Where a user registered it; only for those who may register.</summary>
    public string? Folder { get; init; }

    /// <summary>As those see it who may only look: without paths of this machine.</summary>
    public ModelResponse WithoutPaths() =>
        Folder is { Length: > 0 } folder
            ? this with
            {
                Folder = null,
                Error = Error?.Replace(folder, Path.GetFileName(folder), StringComparison.Ordinal),
            }
            : this;

    /// <summary>The base models there are.</summary>
    public static IReadOnlyList<ModelResponse> All(IEngineHost engine, BaseModels bases)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(bases);
        return [.. engine.ModelIds.Select(bases.Find).OfType<BaseModel>().Select(m => Of(m, engine))];
    }

    /// <summary>One base model.</summary>
    public static ModelResponse Of(BaseModel found, IEngineHost engine)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(engine);
        var card = ModelCard.Read(found.Folder);
        var model = new ModelResponse
        {
            Id = found.Id,
            Name = found.Registered?.Name ?? card.Title ?? found.Id,
            State = "loading",
            Licence = LicenceOf(found, card.Text),
            Registered = found.Registered is not null,
            Uploaded = found.Registered?.Upload is not null,
            Folder = found.Registered is { Upload: null } own ? own.Folder : null,
            Revision = found.Registered?.Revision is { Length: > 0 } revision ? revision : null,
        };
        try
        {
            if (found.Error is { } fault)
            {
                throw new EngineException(fault);
            }
            var config = ClipConfig.Load(Path.Combine(found.Folder, "config.json"));
            model = model with
            {
                SizeBytes = found.Registered?.Weights.Values.Sum() ?? new DirectoryInfo(found.Folder).EnumerateFiles().Sum(f => f.Length),
                EmbeddingSize = config.ProjectionDim,
                VocabularySize = config.Text.VocabularySize,
                MaxTokens = config.Text.MaxPositions,
                ImageSize = config.Vision.ImageSize,
            };
            // Weights are loaded by the preparation, or by the first run; a look at the list must not do that work.
            return found.Registered is not null ? model with { State = "ready" }
                : engine.Preparation.Ready ? model with { State = "ready", Revision = engine.Model(found.Id).Hash }
                : model;
        }
        catch (EngineException error)
        {
            return model with { State = "failed", Error = error.Message };
        }
    }

    /// <summary>Licence of a base model: as whoever registered it says, else as its model card or a file LICENSE does; null where nobody says.</summary>
    internal static string? LicenceOf(BaseModel found) => LicenceOf(found, ModelCard.Read(found.Folder).Text);

    private static string? LicenceOf(BaseModel found, string card) =>
        found.Registered?.Licence
        ?? (LicenceLine().Match(card) is { Success: true } licence ? licence.Groups[1].Value.Trim() : Licences.OfFolder(found.Folder));

    [GeneratedRegex(@"\blicen[cs]es?\b[^:\n]*:\s*([^;\n]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LicenceLine();
}
