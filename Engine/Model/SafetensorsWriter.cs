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
        var header = Header(sorted, metadata);
        AtomicFile.Write(
            path,
            stream =>
            {
                Span<byte> length = stackalloc byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
                stream.Write(length);
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

    private static byte[] Header(KeyValuePair<string, Tensor>[] tensors, IReadOnlyDictionary<string, string>? metadata)
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
            foreach (var (name, tensor) in tensors)
                at = WriteEntry(json, name, tensor, at);
            json.WriteEndObject();
        }
        var padding = (8 - buffer.WrittenCount % 8) % 8; // the data start at a multiple of 8
        buffer.GetSpan(8)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenSpan.ToArray();
    }

    private static long WriteEntry(Utf8JsonWriter json, string name, Tensor tensor, long at)
    {
        var dtype = SafetensorsHeader.Dtypes.FirstOrDefault(d => d.Value == tensor.dtype).Key;
        if (dtype is null || name == "__metadata__")
            throw new EngineException($"Tensor \"{name}\" of type {tensor.dtype} cannot be stored as safetensors.");
        var end = at + tensor.numel() * SafetensorsHeader.SizeOf(tensor.dtype);
        json.WriteStartObject(name);
        json.WriteString("dtype", dtype);
        json.WriteStartArray("shape");
        foreach (var d in tensor.shape)
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
