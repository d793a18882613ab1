using System.Text.RegularExpressions;
using CllClip.Engine;
using CllClip.Engine.Model;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Api;

/// <summary>A base model as the API shows it.</summary>
public sealed partial record ModelResponse
{
    /// <summary>Identifier in requests.</summary>
    public required string Id { get; init; }

    /// <summary>Name shown, from its model card.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the weights; null until they are loaded.</summary>
    public string? Revision { get; init; }

    /// <summary><c>ready</c>, <c>loading</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>Licences as its model card names them; null if it names none.</summary>
    public string? Licence { get; init; }

    /// <summary>Bytes on disk.</summary>
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

    /// <summary>The base models there are.</summary>
    public static IReadOnlyList<ModelResponse> All(IEngineHost engine, PortalFolders folders)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(folders);
        return [.. engine.ModelIds.Select(id => Of(id, Path.Combine(folders.Models, id), engine))];
    }

    private static ModelResponse Of(string id, string folder, IEngineHost engine)
    {
        var card = Path.Combine(folder, "README.md");
        var text = File.Exists(card) ? File.ReadAllText(card) : "";
        var model = new ModelResponse
        {
            Id = id,
            Name = Heading().Match(text) is { Success: true } heading ? heading.Groups[1].Value.Trim() : id,
            State = "loading",
            Licence = LicenceLine().Match(text) is { Success: true } licence ? licence.Groups[1].Value.Trim() : null,
            SizeBytes = new DirectoryInfo(folder).EnumerateFiles().Sum(f => f.Length),
        };
        try
        {
            var config = ClipConfig.Load(Path.Combine(folder, "config.json"));
            model = model with
            {
                EmbeddingSize = config.ProjectionDim,
                VocabularySize = config.Text.VocabularySize,
                MaxTokens = config.Text.MaxPositions,
                ImageSize = config.Vision.ImageSize,
            };
            // Its weights are loaded by the preparation; a look at the list must not do that work.
            return engine.Preparation.Ready ? model with { State = "ready", Revision = engine.Model(id).Hash } : model;
        }
        catch (EngineException error)
        {
            return model with { State = "failed", Error = error.Message };
        }
    }

    [GeneratedRegex(@"^#\s+(.+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\blicen[cs]es?\b[^:\n]*:\s*([^;\n]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LicenceLine();
}
