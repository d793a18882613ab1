namespace CllClip.Engine.Model;

/// <summary>A CLIP checkpoint in memory: both towers, the token-embedding table, vocabulary and image preprocessing.</summary>
public sealed class ClipModel : IDisposable
{
    /// <summary>SHA-256 of the weights file(s), hexadecimal.</summary>
    public string Hash { get; } = "";

    /// <summary>Loads a Hugging Face <c>CLIPModel</c> folder.</summary>
    /// <param name="folder">Folder with config.json, model.safetensors, vocab.json, merges.txt and preprocessor_config.json.</param>
    /// <param name="device"><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <exception cref="EngineException">The folder or a file in it cannot be used; the message names it and the remedy.</exception>
    public static ClipModel Load(string folder, string device = "cpu") => throw new EngineException($"not built yet: {folder} {device}");

    /// <inheritdoc/>
    public void Dispose() { }
}
