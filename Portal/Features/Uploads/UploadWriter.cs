using System.Buffers;

namespace CllClip.Portal.Features.Uploads;

/// <summary>Appends a request's bytes to an upload. Whatever has come is on the disk when this ends, however it ends.</summary>
internal static class UploadWriter
{
    private const int BufferBytes = 128 << 10;

    /// <summary>Appends a body.</summary>
    /// <param name="item">The upload, taken by the caller.</param>
    /// <param name="body">The bytes.</param>
    /// <param name="stop">Stops between two reads.</param>
    /// <returns>Why not all of it was taken; null if it was.</returns>
    /// <exception cref="IOException">The client went away, or the disk refuses.</exception>
    public static async Task<UploadRefusal?> AppendAsync(UploadItem item, Stream body, CancellationToken stop)
    {
        var begin = item.Offset;
        await using var file = new FileStream(item.DataFile, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 1, useAsync: true);
        file.SetLength(begin); // what an earlier request wrote and could not flush
        file.Position = begin;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var tooMuch = false;
        try
        {
            while (await body.ReadAsync(buffer, stop) is > 0 and var count)
            {
                if (file.Position + count > item.Record.Length)
                {
                    tooMuch = true;
                    file.SetLength(begin);
                    break;
                }
                await file.WriteAsync(buffer.AsMemory(0, count), stop);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            file.Flush(flushToDisk: true);
            item.Offset = RandomAccess.GetLength(file.SafeFileHandle);
        }
        return tooMuch
            ? new(
                StatusCodes.Status413PayloadTooLarge,
                "More bytes than announced",
                $"The upload was announced with {item.Record.Length} bytes, and more were sent. Nothing of this request was kept."
            )
            : null;
    }
}
