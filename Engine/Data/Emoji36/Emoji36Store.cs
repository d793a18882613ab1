using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CllClip.Engine.Data.Emoji36;

/// <summary>Where one drawing lies in the prepared files.</summary>
/// <param name="Emoji">Index of the emoji.</param>
/// <param name="Artist">Artist, 0 to 3.</param>
/// <param name="PixelHash">SHA-256 of its 12,288 rendered bytes.</param>
/// <param name="Chunk">Compressed chunk of pictures.bin that holds the picture, or -1: the picture lies there as it is.</param>
/// <param name="PictureOffset">Start within the chunk, or in the file.</param>
/// <param name="PictureLength">Length of the picture.</param>
internal readonly record struct StoredImage(int Emoji, int Artist, byte[] PixelHash, int Chunk, int PictureOffset, int PictureLength);

/// <summary>A compressed piece of a file.</summary>
/// <param name="Offset">Start in the file.</param>
/// <param name="Length">Compressed length.</param>
/// <param name="RawLength">Length unpacked.</param>
internal readonly record struct StoredChunk(int Offset, int Length, int RawLength);

/// <summary>What emoji36.json says.</summary>
internal sealed record StoredHeader
{
    /// <summary>Version of the layout.</summary>
    public required int Format { get; init; }

    /// <summary>Content hash.</summary>
    public required string Revision { get; init; }

    /// <summary>Libraries that rendered it.</summary>
    public required string Renderer { get; init; }

    /// <summary>Drawings that could not be rendered.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Texts by language: pieces of texts.bin.</summary>
    public required IReadOnlyDictionary<string, StoredChunk> Texts { get; init; }
}

/// <summary>The prepared data set in memory (about 15 MB, compressed as on disk), checked against its sums.</summary>
internal sealed class Emoji36Store
{
    /// <summary>Version of the layout and of the rendering; a data set of another one is prepared anew.</summary>
    public const int FormatVersion = 4;

    /// <summary>File of the sums, in the form of the <c>sha256sum</c> tool.</summary>
    public const string SumsFile = "SHA256SUMS";

    /// <summary>All other files.</summary>
    public static IReadOnlyList<string> Files { get; } = ["emoji36.json", "index.bin", "pictures.bin", "texts.bin"];

    private readonly byte[] pictures;
    private readonly byte[] texts;
    private readonly StoredChunk[] chunks;

    private Emoji36Store(StoredHeader header, byte[] index, byte[] pictures, byte[] texts)
    {
        (Header, this.pictures, this.texts) = (header, pictures, texts);
        (Images, chunks) = ReadIndex(index);
    }

    /// <summary>Header.</summary>
    public StoredHeader Header { get; }

    /// <summary>All drawings, by emoji, then artist.</summary>
    public IReadOnlyList<StoredImage> Images { get; }

    /// <summary>Opens a folder and checks every file against its sum.</summary>
    /// <exception cref="EngineException">It is no prepared data set, or a file was cut or damaged.</exception>
    public static Emoji36Store Open(string folder)
    {
        var sumsFile = Path.Combine(folder, SumsFile);
        if (!File.Exists(sumsFile))
        {
            throw new EngineException(
                $"There is no prepared Emoji36 in {folder} ({SumsFile} is missing). Start the portal, which prepares it, or name another data root."
            );
        }
        try
        {
            var sums = File.ReadAllLines(sumsFile)
                .Select(line => line.Split("  ", 2))
                .Where(p => p.Length == 2)
                .ToDictionary(p => p[1], p => p[0]);
            var contents = Files.AsParallel().AsOrdered().Select(file => Read(folder, file, sums)).ToArray();
            var header = JsonSerializer.Deserialize<StoredHeader>(contents[0]);
            return header?.Format == FormatVersion
                ? new(header, contents[1], contents[2], contents[3])
                : throw Damaged(folder, $"it has layout {header?.Format}, this program reads {FormatVersion}");
        }
        catch (AggregateException error)
        {
            throw error.InnerExceptions[0] as EngineException ?? Damaged(folder, error.InnerExceptions[0].Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            throw Damaged(folder, error.Message);
        }
    }

    /// <summary>The text of a language: a line per emoji, name and keywords apart by tabs, empty where it has no name.</summary>
    public string ReadTexts(string language) => Encoding.UTF8.GetString(Unpack(texts, Header.Texts[language]));

    /// <summary>Pixels of a drawing, rendered anew (half a millisecond) and checked against their sum.</summary>
    /// <exception cref="EngineException">This machine renders other pixels than those the revision was made from.</exception>
    public byte[] ReadPixels(int image)
    {
        var stored = Images[image];
        var read = Emoji36Renderer.Render(ReadPicture(image), svg: stored.Artist < 3);
        return SHA256.HashData(read).AsSpan().SequenceEqual(stored.PixelHash)
            ? read
            : throw new EngineException(
                $"Drawing {image} of Emoji36 no longer gives the pixels it was prepared with ({Header.Renderer} then, {Emoji36Renderer.Versions} now). "
                    + "Delete the prepared data set; it is prepared again at the next start."
            );
    }

    /// <summary>The picture of a drawing: SVG, or WebP for artist 3.</summary>
    public byte[] ReadPicture(int image)
    {
        var stored = Images[image];
        var source = stored.Chunk < 0 ? pictures : Unpack(pictures, chunks[stored.Chunk]);
        return source[stored.PictureOffset..(stored.PictureOffset + stored.PictureLength)];
    }

    /// <summary>Compresses (Brotli): a good ratio at a speed that the first start can afford.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> raw)
    {
        var packed = new byte[BrotliEncoder.GetMaxCompressedLength(raw.Length)];
        return BrotliEncoder.TryCompress(raw, packed, out var length, quality: 5, window: 22)
            ? packed[..length]
            : throw new InvalidOperationException("Brotli needs more room than it said.");
    }

    /// <summary>The index as bytes; <see cref="ReadIndex"/> undoes it.</summary>
    public static byte[] WriteIndex(IReadOnlyCollection<StoredImage> images, IReadOnlyCollection<StoredChunk> chunks)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(images.Count);
        foreach (var image in images)
        {
            writer.Write(image.Emoji);
            writer.Write(image.Artist);
            writer.Write(image.PixelHash);
            writer.Write(image.Chunk);
            writer.Write(image.PictureOffset);
            writer.Write(image.PictureLength);
        }
        writer.Write(chunks.Count);
        foreach (var chunk in chunks)
        {
            writer.Write(chunk.Offset);
            writer.Write(chunk.Length);
            writer.Write(chunk.RawLength);
        }
        return stream.ToArray();
    }

    private static (StoredImage[], StoredChunk[]) ReadIndex(byte[] index)
    {
        using var reader = new BinaryReader(new MemoryStream(index));
        var images = new StoredImage[reader.ReadInt32()];
        for (var i = 0; i < images.Length; i++)
        {
            images[i] = new(
                reader.ReadInt32(),
                reader.ReadInt32(),
                reader.ReadBytes(SHA256.HashSizeInBytes),
                reader.ReadInt32(),
                reader.ReadInt32(),
                reader.ReadInt32()
            );
        }
        var chunks = new StoredChunk[reader.ReadInt32()];
        for (var i = 0; i < chunks.Length; i++)
        {
            chunks[i] = new(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        }
        return (images, chunks);
    }

    private static byte[] Read(string folder, string file, Dictionary<string, string> sums)
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder, file));
        return sums.TryGetValue(file, out var sum) && sum == Convert.ToHexStringLower(SHA256.HashData(bytes))
            ? bytes
            : throw Damaged(folder, $"{file} is cut or was changed");
    }

    private static byte[] Unpack(byte[] file, StoredChunk chunk)
    {
        var raw = new byte[chunk.RawLength];
        return BrotliDecoder.TryDecompress(file.AsSpan(chunk.Offset, chunk.Length), raw, out var length) && length == raw.Length
            ? raw
            : throw new EngineException("The prepared Emoji36 cannot be unpacked. Delete it; it is prepared again at the next start.");
    }

    private static EngineException Damaged(string folder, string what) =>
        new($"The prepared Emoji36 in {folder} cannot be used: {what}. Delete this folder; it is prepared again at the next start.");
}
