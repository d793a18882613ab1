using System.Globalization;
using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Images;
using CllClip.Portal.Features.Search.Galleries;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Search;

/// <summary>Addresses of a data set's pictures; the revision in them makes what they name immutable.</summary>
public static class PictureAddress
{
    private const int RevisionDigits = 16;

    /// <summary>Address of a picture.</summary>
    public static string Of(IRetrievalDataset dataset, int image)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var id = dataset is Emoji36Dataset emoji ? Emoji36Gallery.IdOf(emoji, image) : image.ToString(CultureInfo.InvariantCulture);
        return $"/api/v1/images/{Uri.EscapeDataString(dataset.Id)}/{Revision(dataset)}/{id}";
    }

    /// <summary>The revision as it stands in addresses.</summary>
    public static string Revision(IRetrievalDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return dataset.Revision[..Math.Min(RevisionDigits, dataset.Revision.Length)];
    }
}

/// <summary>The pictures behind the addresses. Users' files are decoded under limits, a few at a time, and go out as small WebP.</summary>
public sealed class Pictures(IEngineHost host) : IDisposable
{
    private const int MostDecodings = 2;
    private const int Side = 320; // pixels
    private readonly SemaphoreSlim _decodings = new(MostDecodings);

    /// <summary>Bytes and type of a picture; null if there is none of that name.</summary>
    public async Task<(byte[] Bytes, string ContentType)?> FindAsync(string dataset, string revision, string image, CancellationToken stop)
    {
        if (host.Datasets.FirstOrDefault(d => d.Id == dataset) is not { } data || revision != PictureAddress.Revision(data))
        {
            return null;
        }
        if (data is Emoji36Dataset emoji)
        {
            return Emoji36Gallery.ImageOf(emoji, image) is { } index && emoji.DisplayImage(index) is var picture
                ? (picture.Bytes, picture.ContentType)
                : null;
        }
        if (!int.TryParse(image, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number >= data.ImageCount)
        {
            return null;
        }
        await _decodings.WaitAsync(stop);
        try
        {
            return (await Task.Run(() => Thumbnail.Encode(data.ReadImage(number), Side), stop), "image/webp");
        }
        catch (EngineException)
        {
            return null; // the message names a file of the server; the data set's page says what is wrong
        }
        finally
        {
            _decodings.Release();
        }
    }

    public void Dispose() => _decodings.Dispose();
}
