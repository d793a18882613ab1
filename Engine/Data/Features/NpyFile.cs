using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;

namespace CllClip.Engine.Data.Features;

/// <summary>A NumPy file with a matrix of float32 in C order (NEP 1), read row by row.</summary>
internal sealed partial class NpyFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly long _start;

    private NpyFile(string path, SafeFileHandle file, long start, long rows, int width) =>
        (Path, _file, _start, Rows, Width) = (path, file, start, rows, width);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Number of rows.</summary>
    public long Rows { get; }

    /// <summary>Length of a row.</summary>
    public int Width { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="EngineException">It is no such file; the message says what it is.</exception>
    public static NpyFile Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path);
            var (start, rows, width) = ReadHeader(path, file);
            var needed = start + rows * width * sizeof(float);
            if (RandomAccess.GetLength(file) is var length && length != needed)
            {
                throw new EngineException(
                    $"{path} has {length} bytes, but its header says {needed}: it is cut off or broken. Copy it again."
                );
            }
            return new NpyFile(path, file, start, rows, width);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new EngineException($"{path} cannot be read: {error.Message}", error);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Reads a row.</summary>
    /// <param name="row">From 0.</param>
    /// <param name="into"><see cref="Width"/> numbers.</param>
    public void Read(long row, Span<float> into)
    {
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(into[..Width]);
        var at = _start + row * Width * sizeof(float);
        while (bytes.Length > 0)
        {
            var read = RandomAccess.Read(_file, bytes, at);
            if (read == 0)
            {
                throw new EngineException($"{Path} ended while it was read. Copy it again.");
            }
            bytes = bytes[read..];
            at += read;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static (long Start, long Rows, int Width) ReadHeader(string path, SafeFileHandle file)
    {
        Span<byte> head = stackalloc byte[12];
        var read = RandomAccess.Read(file, head, 0);
        if (read < 12 || head[0] != 0x93 || !head[1..6].SequenceEqual("NUMPY"u8))
        {
            throw new EngineException($"{path} is no NumPy file. Save it with numpy.save.");
        }
        var old = head[6] == 1;
        var start = old ? 10 : 12;
        var length = old ? BitConverter.ToUInt16(head[8..10]) : (int)Math.Min(BitConverter.ToUInt32(head[8..12]), 1 << 20);
        var bytes = new byte[length];
        RandomAccess.Read(file, bytes, start);
        var header = Encoding.UTF8.GetString(bytes);
        var shape = Shape().Match(header);
        if (
            !header.Contains("'<f4'", StringComparison.Ordinal)
            || !header.Contains("'fortran_order': False", StringComparison.Ordinal)
            || !shape.Success
        )
        {
            throw new EngineException(
                $"{path} is not a matrix of float32 in C order ({header.Trim()}). Save it with numpy.save(path, embeddings.astype('float32'))."
            );
        }
        return (
            start + length,
            long.Parse(shape.Groups[1].Value, CultureInfo.InvariantCulture),
            int.Parse(shape.Groups[2].Value, CultureInfo.InvariantCulture)
        );
    }

    [GeneratedRegex(@"'shape': \(([0-9]{1,12}), ([0-9]{1,6})\)", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
