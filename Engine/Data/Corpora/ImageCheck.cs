using System.Security.Cryptography;
using CllClip.Engine.Data.Images;

namespace CllClip.Engine.Data.Corpora;

/// <summary>Opens every image of a data set: what cannot be decoded now would end a run hours later.</summary>
internal static class ImageCheck
{
    private static readonly Dictionary<string, string[]> Extensions = new()
    {
        ["PNG"] = [".png"],
        ["JPEG"] = [".jpg", ".jpeg", ".jpe", ".jfif"],
        ["WebP"] = [".webp"],
        ["GIF"] = [".gif"],
        ["BMP"] = [".bmp", ".dib"],
    };

    /// <summary>Decodes and hashes the images; broken ones are reported, and left out if so wished.</summary>
    /// <returns>SHA-256 of each file; null for one that is missing or broken.</returns>
    public static IReadOnlyList<string?> Run(
        CorpusFolder folder,
        CorpusImages images,
        bool leaveOut,
        CorpusReport report,
        Action<double> progress,
        CancellationToken stop
    )
    {
        var hashes = new string?[images.Paths.Count];
        var broken = new bool[hashes.Length];
        var done = 0;
        Parallel.For(
            0,
            hashes.Length,
            new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = Environment.ProcessorCount },
            i =>
            {
                var (file, line) = images.Named[i];
                if (Problem(folder.Image(images.Paths[i]), images.Paths[i], out hashes[i], report) is { } problem)
                {
                    broken[i] = true;
                    report.Add(
                        leaveOut ? FindingSeverity.Warning : FindingSeverity.Error,
                        file,
                        line,
                        "image",
                        problem,
                        leaveOut
                            ? "It is left out with its captions."
                            : "Replace it, or leave out broken images when registering the data set."
                    );
                }
                if (Interlocked.Increment(ref done) % 64 == 0)
                {
                    progress((double)done / hashes.Length);
                }
            }
        );
        images.LeftOut.UnionWith(Enumerable.Range(0, broken.Length).Where(i => broken[i]));
        return hashes;
    }

    private static string? Problem(string path, string name, out string? hash, CorpusReport report)
    {
        hash = null;
        try
        {
            if (!File.Exists(path))
            {
                return $"The image {name} is missing.";
            }
            if (new FileInfo(path).Length is var length && length > ImageLimits.Default.MaxBytes)
            {
                return $"The image {name} has {length} bytes, more than the {ImageLimits.Default.MaxBytes} allowed.";
            }
            var bytes = File.ReadAllBytes(path);
            ImageDecoder.Decode(bytes, DecodePolicy.Benchmark, $"The image {name}");
            hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
            NoteExtension(bytes, name, report);
            return null;
        }
        catch (EngineException error)
        {
            return error.Message;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"The image {name} cannot be read: {error.Message}";
        }
    }

    private static void NoteExtension(ReadOnlySpan<byte> bytes, string name, CorpusReport report)
    {
        var extension = Path.GetExtension(name).ToLowerInvariant();
        var format = ImageDecoder.FormatOf(bytes);
        if (extension.Length > 0 && format is not null && !Extensions[format].Contains(extension))
        {
            report.Note(name, null, "extension", $"The image is a {format} file, whatever its name says.", $"It is read as {format}.");
        }
    }
}
