using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine.Model;

/// <summary>
/// Reads a safetensors file. The header is checked in full when the file is opened; tensors are read on demand.
/// Accepts and refuses what the reference library does; pickles and zips are recognised by their first bytes and never run.
/// </summary>
public sealed class SafetensorsReader : IDisposable
{
    private const int Chunk = 1 << 20; // elements: views of at most 2 GiB can be had of a tensor's memory
    private readonly SafeFileHandle _file;
    private readonly long _dataStart;
    private readonly Dictionary<string, SafetensorsEntry> _byName;

    private SafetensorsReader(string path, SafeFileHandle file, SafetensorsHeader header, long dataStart)
    {
        Path = path;
        _file = file;
        _dataStart = dataStart;
        Entries = header.Entries;
        Metadata = header.Metadata;
        _byName = header.Entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
    }

    /// <summary>The file, as given.</summary>
    public string Path { get; }

    /// <summary>Length of the file in bytes.</summary>
    internal long Length => RandomAccess.GetLength(_file);

    /// <summary>All tensors, by their place in the file.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The <c>__metadata__</c> of the header, or null where it has none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; }

    /// <summary>Where the data begin; an entry's offsets count from here.</summary>
    internal long DataStart => _dataStart;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="EngineException">The file is missing, malformed, or something other than safetensors; the message says which.</exception>
    public static SafetensorsReader Open(string path)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be opened: {e.Message}", e);
        }
        try
        {
            return Read(path, file);
        }
        catch (Exception e)
        {
            var foreign = e is FormatException ? ForeignFile.Describe(file) : null;
            file.Dispose();
            throw e switch
            {
                FormatException when foreign is not null => new EngineException($"{path} is not a safetensors file: {foreign}", e),
                FormatException => new EngineException(
                    $"{path} is not a valid safetensors file: {e.Message}. Copy or download it again.",
                    e
                ),
                IOException => new EngineException($"{path} cannot be read: {e.Message}", e),
                _ => e,
            };
        }
    }

    private static SafetensorsReader Read(string path, SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        if (length < 8)
            throw new FormatException($"it has only {length} bytes");
        Span<byte> prefix = stackalloc byte[8];
        ReadExactly(file, prefix, 0);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > SafetensorsHeader.LargestHeader)
            throw new FormatException($"its header would be {headerLength} bytes, more than the {SafetensorsHeader.LargestHeader} allowed");
        if ((long)headerLength > length - 8)
            throw new FormatException($"its header would be {headerLength} bytes but the file ends after {length - 8}");
        var header = new byte[headerLength];
        ReadExactly(file, header, 8);
        var dataStart = 8 + (long)headerLength;
        return new(path, file, SafetensorsHeader.Parse(header, length - dataStart), dataStart);
    }

    /// <summary>Whether the file holds a tensor of this name.</summary>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>Where a tensor is and what its bytes mean.</summary>
    /// <exception cref="EngineException">There is no such tensor.</exception>
    public SafetensorsEntry Entry(string name) =>
        _byName.TryGetValue(name, out var entry) ? entry : throw new EngineException($"{Path} has no tensor \"{name}\".");

    /// <summary>Reads one tensor into memory of its own, on the CPU, with the dtype as stored. The caller disposes it.</summary>
    /// <exception cref="EngineException">There is no such tensor, or the file changed while it was read.</exception>
    public Tensor ReadTensor(string name)
    {
        var entry = Entry(name);
        var tensor = torch.empty([.. entry.Shape], entry.Dtype);
        try
        {
            using var flat = tensor.flatten();
            var (count, size) = (flat.shape[0], SafetensorsHeader.SizeOf(entry.Dtype));
            for (long at = 0; at < count; at += Chunk)
            {
                using var part = flat.narrow(0, at, Math.Min(Chunk, count - at));
                Fill(part.bytes, entry, at * size);
            }
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    private void Fill(Span<byte> bytes, SafetensorsEntry entry, long offset)
    {
        try
        {
            ReadExactly(_file, bytes, _dataStart + entry.Begin + offset);
        }
        catch (IOException e)
        {
            throw new EngineException($"Tensor \"{entry.Name}\" of {Path} cannot be read: {e.Message}", e);
        }
        if (entry.Dtype != ScalarType.Bool)
            return;
        foreach (ref var b in bytes) // any byte but 0 is true to torch when it reads, but undefined when it computes
            b = b == 0 ? (byte)0 : (byte)1;
    }

    /// <summary>Feeds the whole file to a hash.</summary>
    internal void AppendTo(IncrementalHash hash, byte[] buffer)
    {
        var length = RandomAccess.GetLength(_file);
        for (long at = 0; at < length; )
        {
            var n = RandomAccess.Read(_file, buffer, at);
            if (n == 0)
                throw new EngineException($"{Path} became shorter while it was read. Is it still being copied?");
            hash.AppendData(buffer, 0, n);
            at += n;
        }
    }

    private static void ReadExactly(SafeFileHandle file, Span<byte> into, long offset)
    {
        while (into.Length > 0)
        {
            var n = RandomAccess.Read(file, into, offset);
            if (n == 0)
                throw new EndOfStreamException("the file ended while it was read");
            into = into[n..];
            offset += n;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
