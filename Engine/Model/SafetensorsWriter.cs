using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace CllClip.Engine.Model;

/// <summary>A tensor to be written, read only when its turn comes.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Shape">Dimensions, outermost first.</param>
/// <param name="Read">Gives it, of any device; the writer disposes it.</param>
internal sealed record TensorSource(string Name, ScalarType Dtype, IReadOnlyList<long> Shape, Func<Tensor> Read)
{
    internal long Count => Shape.Aggregate(1L, (n, d) => n * d);
}

/// <summary>Writes safetensors files: the same tensors give the same bytes, and the file is either complete or not there.</summary>
public static class SafetensorsWriter
{
    private const int Chunk = 1 << 20; // elements: views of at most 2 GiB can be had of a tensor's memory

    /// <summary>Writes tensors into a file, replacing it only once everything is on the disk.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Name and tensor, of any device; they are not disposed.</param>
    /// <param name="metadata">Text for <c>__metadata__</c>; transformers expects <c>format: pt</c>.</param>
    /// <exception cref="EngineException">A dtype has no safetensors name, or the disk refuses (full, read-only); an older file stays as it was.</exception>
    public static void Write(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    ) => Write(path, tensors.Select(t => new TensorSource(t.Key, t.Value.dtype, t.Value.shape, () => t.Value.alias())), metadata);

    /// <summary>As the other, with one tensor after the other in memory.</summary>
    internal static void Write(string path, IEnumerable<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        // as the reference: wide types first, so that all are aligned; then by name
        var sorted = tensors
            .OrderByDescending(t => SafetensorsHeader.SizeOf(t.Dtype))
            .ThenBy(t => t.Name, StringComparer.Ordinal)
            .ToArray();
        var header = Header(sorted, metadata);
        AtomicFile.Write(
            path,
            stream =>
            {
                stream.Write(header);
                foreach (var source in sorted)
                    WriteData(stream, source);
            }
        );
    }

    private static void WriteData(Stream stream, TensorSource source)
    {
        if (source.Count == 0)
            return;
        using var scope = NewDisposeScope();
        using var tensor = source.Read();
        if (tensor.dtype != source.Dtype || !tensor.shape.SequenceEqual(source.Shape))
            throw new InvalidOperationException($"Tensor \"{source.Name}\" is not of the type and shape it was announced with.");
        var flat = tensor.detach().cpu().contiguous().flatten();
        for (long at = 0; at < source.Count; at += Chunk)
        {
            using var part = flat.narrow(0, at, Math.Min(Chunk, source.Count - at));
            stream.Write(part.bytes);
        }
    }

    /// <summary>What stands before the data of a file with one tensor, for whoever writes these in parts.</summary>
    internal static byte[] Header(string name, ScalarType dtype, long[] shape, IReadOnlyDictionary<string, string>? metadata) =>
        Header([new TensorSource(name, dtype, shape, () => throw new InvalidOperationException("Only its header is written."))], metadata);

    private static byte[] Header(TensorSource[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long at = 0;
            foreach (var tensor in tensors)
                at = WriteEntry(json, tensor, at);
            json.WriteEndObject();
        }
        var padding = (8 - buffer.WrittenCount % 8) % 8; // the data start at a multiple of 8
        buffer.GetSpan(8)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        var whole = new byte[8 + buffer.WrittenCount];
        BinaryPrimitives.WriteUInt64LittleEndian(whole, (ulong)buffer.WrittenCount);
        buffer.WrittenSpan.CopyTo(whole.AsSpan(8));
        return whole;
    }

    private static long WriteEntry(Utf8JsonWriter json, TensorSource tensor, long at)
    {
        var dtype = SafetensorsHeader.Dtypes.FirstOrDefault(d => d.Value == tensor.Dtype).Key;
        if (dtype is null || tensor.Name == "__metadata__")
            throw new EngineException($"Tensor \"{tensor.Name}\" of type {tensor.Dtype} cannot be stored as safetensors.");
        var end = at + tensor.Count * SafetensorsHeader.SizeOf(tensor.Dtype);
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", dtype);
        json.WriteStartArray("shape");
        foreach (var d in tensor.Shape)
            json.WriteNumberValue(d);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(at);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
        return end;
    }
}
