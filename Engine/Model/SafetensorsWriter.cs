using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace CllClip.Engine.Model;

/// <summary>Writes safetensors files: the same tensors give the same bytes, and the file is either complete or not there.</summary>
public static class SafetensorsWriter
{
    /// <summary>Writes tensors into a file, replacing it only once everything is on the disk.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Name and tensor, of any device; they are not disposed.</param>
    /// <param name="metadata">Text for <c>__metadata__</c>; transformers expects <c>format: pt</c>.</param>
    /// <exception cref="EngineException">A dtype has no safetensors name, or the disk refuses (full, read-only); an older file stays as it was.</exception>
    public static void Write(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    )
    {
        // as the reference: wide types first, so that all are aligned; then by name
        var sorted = tensors
            .OrderByDescending(t => SafetensorsHeader.SizeOf(t.Value.dtype))
            .ThenBy(t => t.Key, StringComparer.Ordinal)
            .ToArray();
        var header = Header([.. sorted.Select(t => (t.Key, t.Value.dtype, t.Value.shape))], metadata);
        AtomicFile.Write(
            path,
            stream =>
            {
                stream.Write(header);
                foreach (var (_, tensor) in sorted)
                    WriteData(stream, tensor);
            }
        );
    }

    private static void WriteData(Stream stream, Tensor tensor)
    {
        if (tensor.numel() == 0)
            return;
        using var scope = NewDisposeScope();
        stream.Write(tensor.detach().cpu().contiguous().bytes);
    }

    /// <summary>What stands before the data of a file with one tensor, for whoever writes these in parts.</summary>
    internal static byte[] Header(string name, ScalarType dtype, long[] shape, IReadOnlyDictionary<string, string>? metadata) =>
        Header([(name, dtype, shape)], metadata);

    private static byte[] Header((string Name, ScalarType Dtype, long[] Shape)[] tensors, IReadOnlyDictionary<string, string>? metadata)
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
            foreach (var (name, dtype, shape) in tensors)
                at = WriteEntry(json, name, dtype, shape, at);
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

    private static long WriteEntry(Utf8JsonWriter json, string name, ScalarType type, long[] shape, long at)
    {
        var dtype = SafetensorsHeader.Dtypes.FirstOrDefault(d => d.Value == type).Key;
        if (dtype is null || name == "__metadata__")
            throw new EngineException($"Tensor \"{name}\" of type {type} cannot be stored as safetensors.");
        var end = at + shape.Aggregate(1L, (a, b) => a * b) * SafetensorsHeader.SizeOf(type);
        json.WriteStartObject(name);
        json.WriteString("dtype", dtype);
        json.WriteStartArray("shape");
        foreach (var d in shape)
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
