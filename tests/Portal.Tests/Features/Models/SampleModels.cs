using CllClip.Portal.Features.Models;
using CllClip.Portal.Jobs;

namespace CllClip.Portal.Tests.Features.Models;

/// <summary>A desk of made-up base models that notes what it was asked.</summary>
public sealed class SampleModels : IModelDesk
{
    public List<ModelResponse> Models { get; } = [];

    public ModelRequest? Asked { get; private set; }

    /// <summary>What the next registration says is wrong.</summary>
    public Dictionary<string, string[]> Wrong { get; } = [];

    /// <summary>What reading the list fails with.</summary>
    public Exception? Broken { get; set; }

    public Task<IReadOnlyList<ModelResponse>> ListAsync(CancellationToken stop = default) =>
        Broken is { } error
            ? Task.FromException<IReadOnlyList<ModelResponse>>(error)
            : Task.FromResult<IReadOnlyList<ModelResponse>>([.. Models]);

    public Task<RegisterResult> RegisterAsync(ModelRequest request, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Asked = request;
        if (Wrong.Count > 0)
        {
            return Task.FromResult(new RegisterResult(null, Wrong));
        }
        Models.Add(Model(request.Id ?? "new") with { Registered = true, Folder = request.Folder });
        return Task.FromResult(new RegisterResult(Models[^1], Wrong));
    }

    public Task<ActionResult> RemoveAsync(string id, CancellationToken stop = default) => Task.FromResult(ActionResult.Done);

    public static ModelResponse Model(string id) =>
        new()
        {
            Id = id,
            Name = $"Model {id}",
            State = "ready",
            Revision = new string('a', 12) + new string('b', 52),
            Licence = "MIT",
            SizeBytes = 605_000_000,
            EmbeddingSize = 512,
            VocabularySize = 49408,
            MaxTokens = 77,
            ImageSize = 224,
        };
}
