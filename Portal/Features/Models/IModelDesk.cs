using CllClip.Portal.Jobs;

namespace CllClip.Portal.Features.Models;

/// <summary>A folder on this machine that is to become a base model.</summary>
public sealed record ModelRequest
{
    /// <summary>Whole path of a folder of Hugging Face's CLIPModel family, on the machine that the portal runs on.</summary>
    public string? Folder { get; init; }

    /// <summary>Id of an upload that is ready, in place of a folder.</summary>
    public string? Upload { get; init; }

    /// <summary>Identifier in requests: small letters, digits, dots, dashes and underscores; made from the folder's name if left out.</summary>
    public string? Id { get; init; }

    /// <summary>Name shown; the model card's heading if left out.</summary>
    public string? Name { get; init; }

    /// <summary>Licence of the weights, in a few words; what the folder's README.md or LICENSE says if left out.</summary>
    public string? Licence { get; init; }
}

/// <summary>The answer to a registration: the model, or every wrong field.</summary>
public sealed record RegisterResult(ModelResponse? Model, IReadOnlyDictionary<string, string[]> Errors);

/// <summary>What the page of base models works with.</summary>
public interface IModelDesk
{
    /// <summary>The base models there are.</summary>
    Task<IReadOnlyList<ModelResponse>> ListAsync(CancellationToken stop = default);

    /// <summary>Loads a folder once, whole, and registers it; nothing is copied.</summary>
    Task<RegisterResult> RegisterAsync(ModelRequest request, CancellationToken stop = default);

    /// <summary>Forgets a registered model; a folder on the server is left alone, what came as an upload goes.</summary>
    Task<ActionResult> RemoveAsync(string id, CancellationToken stop = default);
}
