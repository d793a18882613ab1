using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CllClip.Engine.Model;
using static TorchSharp.torch;

namespace CllClip.Engine.Data.Features;

/// <summary>
/// Writes embeddings batch by batch beside their file, and goes on where an earlier attempt was cut off. The file has its name only when it is whole.
/// </summary>
internal static class FeatureWriter
{
    private static readonly TimeSpan BetweenFlushes = TimeSpan.FromSeconds(2);

    /// <summary>Computes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shape">Rows N and their length D.</param>
    /// <param name="half">Whether rows are kept as float16.</param>
    /// <param name="facts">What the embeddings depend on: stored as the file's metadata; an unfinished file with other facts is begun anew.</param>
    /// <param name="batch">Rows at a time.</param>
    /// <param name="embed">Gives the embeddings of some rows. (first, count) to [count, D]</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="stop">Stops between batches; what is done is kept.</param>
    /// <exception cref="EngineException">The disk refuses.</exception>
    public static void Write(
        string path,
        (long Rows, int Width) shape,
        bool half,
        IReadOnlyDictionary<string, string> facts,
        int batch,
        Func<long, int, Tensor> embed,
        Action<double> progress,
        CancellationToken stop
    )
    {
        var (part, marker) = ($"{path}.part", $"{path}.part.json");
        var dtype = half ? ScalarType.Float16 : ScalarType.Float32;
        var header = SafetensorsWriter.Header(FeatureMatrix.TensorName, dtype, [shape.Rows, shape.Width], facts);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                var rowBytes = (long)shape.Width * (half ? 2 : 4);
                var done = Math.Min(Marked(marker, header), (file.Length - header.Length) / rowBytes);
                done = Math.Max(0, done - done % batch); // batches as they would have been: the same numbers to the last bit
                file.SetLength(0 < done ? header.Length + done * rowBytes : 0);
                file.Position = file.Length;
                if (done == 0)
                {
                    file.Write(header);
                }
                var watch = Stopwatch.StartNew();
                while (done < shape.Rows)
                {
                    stop.ThrowIfCancellationRequested();
                    using var scope = NewDisposeScope();
                    var count = (int)Math.Min(batch, shape.Rows - done);
                    file.Write(embed(done, count).to_type(dtype).cpu().contiguous().bytes);
                    done += count;
                    progress((double)done / shape.Rows);
                    if (watch.Elapsed > BetweenFlushes && done < shape.Rows)
                    {
                        file.Flush(flushToDisk: true);
                        Mark(marker, header, done);
                        watch.Restart();
                    }
                }
                file.Flush(flushToDisk: true);
            }
            File.Move(part, path, overwrite: true);
            File.Delete(marker);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(
                $"{path} cannot be written: {error.Message} Free some space ({shape.Rows * shape.Width * (half ? 2L : 4L) >> 20} MB are needed); what is done is kept.",
                error
            );
        }
    }

    /// <summary>Rows of an unfinished file that are on the disk for certain; 0 if it was begun for other facts.</summary>
    private static long Marked(string marker, byte[] header)
    {
        try
        {
            var mark = JsonSerializer.Deserialize<Marker>(File.ReadAllBytes(marker));
            return mark?.Header == Convert.ToHexString(header) ? mark.Rows : 0;
        }
        catch (Exception error) when (error is IOException or JsonException or UnauthorizedAccessException)
        {
            return 0; // no marker, or half of one: from the beginning
        }
    }

    private static void Mark(string marker, byte[] header, long rows) =>
        AtomicFile.WriteText(marker, JsonSerializer.Serialize(new Marker(Convert.ToHexString(header), rows)));

    private sealed record Marker(string Header, long Rows);
}
