using System.Collections.Concurrent;

namespace CllClip.Portal.Features.Search.Own;

/// <summary>An image that a visitor brought. It lives in memory only, as long as the visit.</summary>
/// <param name="id">Identifier within the visit, <c>own-1</c>.</param>
/// <param name="name">The file's name.</param>
/// <param name="picture">The image as WebP, at most <see cref="QueryImages.KeptSide"/> pixels a side: what is embedded.</param>
/// <param name="thumbnail">A small copy for pages, a data address.</param>
public sealed class OwnImage(string id, string name, byte[] picture, string thumbnail)
{
    private readonly ConcurrentDictionary<string, float[]> _vectors = new(StringComparer.Ordinal); // by the base model's hash

    /// <summary>What identifiers of visitors' images begin with.</summary>
    public const string Prefix = "own-";

    /// <summary>Identifier within the visit.</summary>
    public string Id => id;

    /// <summary>The file's name.</summary>
    public string Name => name;

    /// <summary>The image that is embedded, WebP.</summary>
    public byte[] Picture => picture;

    /// <summary>A small copy, a data address.</summary>
    public string Thumbnail => thumbnail;

    /// <summary>Its embedding by a base model, computed when first asked for. Unit vector. [D]</summary>
    /// <param name="model">The base model's hash.</param>
    /// <param name="embed">Embeds <see cref="Picture"/>.</param>
    public async Task<float[]> VectorAsync(string model, Func<byte[], Task<float[]>> embed)
    {
        ArgumentNullException.ThrowIfNull(embed);
        return _vectors.TryGetValue(model, out var known) ? known : _vectors[model] = await embed(picture);
    }
}
