using CllClip.Engine.Data.Images;
using CllClip.Engine.Model;
using CllClip.Engine.Search;
using CllClip.Portal.Features.Search.Own;

namespace CllClip.Portal.Features.Search;

/// <summary>Image files of visitors: decoded under limits, a few at a time, since a small file may be a large image. Safe to call from any thread.</summary>
public sealed class QueryImages : IDisposable
{
    /// <summary>Longest side of what is kept of a visitor's image, pixels; more than any model looks at.</summary>
    public const int KeptSide = 512;

    /// <summary>Most pixels of an image.</summary>
    public const long MostPixels = 25_000_000; // 100 MB while it is decoded

    private const int ThumbnailSide = 112;
    private const int MostDecodings = 2;
    private static readonly ImageLimits Limits = new(OwnImages.MostBytes, MostPixels);
    private readonly SemaphoreSlim _decodings = new(MostDecodings);

    /// <summary>Embeds a file. Unit vector. [D]</summary>
    /// <exception cref="Engine.EngineException">It is no image, broken, or too large.</exception>
    public Task<float[]> EmbedAsync(ClipModel model, byte[] file, CancellationToken stop) =>
        OneOfFewAsync(() => ImageQuery.Embed(model, file, limits: Limits), stop);

    /// <summary>The embedding of a visitor's image.</summary>
    public Task<float[]> EmbedAsync(ClipModel model, OwnImage image, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(image);
        return image.VectorAsync(model.Hash, picture => EmbedAsync(model, picture, stop));
    }

    /// <summary>Takes a visitor's file.</summary>
    /// <exception cref="Engine.EngineException">It is no image, broken, or too large.</exception>
    public Task<OwnImage> OpenAsync(string id, string name, byte[] file, CancellationToken stop = default) =>
        OneOfFewAsync(
            () =>
            {
                var pixels = ImageDecoder.Decode(file, DecodePolicy.Photo, $"“{name}”", Limits);
                var small = Convert.ToBase64String(Thumbnail.Encode(pixels, ThumbnailSide));
                return new OwnImage(id, name, Thumbnail.Encode(pixels, KeptSide), $"data:image/webp;base64,{small}");
            },
            stop
        );

    public void Dispose() => _decodings.Dispose();

    private async Task<T> OneOfFewAsync<T>(Func<T> work, CancellationToken stop)
    {
        await _decodings.WaitAsync(stop);
        try
        {
            return await Task.Run(work, stop);
        }
        finally
        {
            _decodings.Release();
        }
    }
}
