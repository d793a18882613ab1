using System.Globalization;
using System.Text;
using System.Text.Json;
using static TorchSharp.torch;

namespace CllClip.Engine.Model;

/// <summary>One tensor of a safetensors file: where its bytes are and what they mean.</summary>
/// <param name="Name">Name of the tensor, as in the header.</param>
/// <param name="Dtype">Element type as stored.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
/// <param name="Begin">First byte, counted from the start of the data section.</param>
/// <param name="End">One past the last byte.</param>
public sealed record SafetensorsEntry(string Name, ScalarType Dtype, IReadOnlyList<long> Shape, long Begin, long End);

/// <summary>Reads and checks the JSON header of a safetensors file, as strictly as the reference library (safetensors 0.8.0).</summary>
internal sealed class SafetensorsHeader
{
    internal const long LargestHeader = 100_000_000;
    private const int MaxDepth = 120;
    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    internal static readonly IReadOnlyDictionary<string, ScalarType> Dtypes = new Dictionary<string, ScalarType>
    {
        ["F64"] = ScalarType.Float64,
        ["F32"] = ScalarType.Float32,
        ["F16"] = ScalarType.Float16,
        ["BF16"] = ScalarType.BFloat16,
        ["I64"] = ScalarType.Int64,
        ["I32"] = ScalarType.Int32,
        ["I16"] = ScalarType.Int16,
        ["I8"] = ScalarType.Int8,
        ["U8"] = ScalarType.Byte,
        ["BOOL"] = ScalarType.Bool,
    };

    /// <summary>Bytes per element.</summary>
    internal static int SizeOf(ScalarType dtype) =>
        dtype switch
        {
            ScalarType.Float64 or ScalarType.Int64 => 8,
            ScalarType.Float32 or ScalarType.Int32 => 4,
            ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
            _ => 1,
        };

    internal IReadOnlyDictionary<string, string>? Metadata { get; private set; }

    internal List<SafetensorsEntry> Entries { get; } = [];

    /// <summary>Parses the header and checks that the tensors cover the data section without hole or overlap.</summary>
    /// <exception cref="FormatException">Says what is wrong.</exception>
    internal static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength)
    {
        try
        {
            StrictUtf8.GetCharCount(json);
            var header = new SafetensorsHeader();
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            header.ReadRoot(ref reader);
            header.CheckCoverage(dataLength);
            return header;
        }
        catch (JsonException e)
        {
            throw new FormatException($"its header is not valid JSON ({e.Message})", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("its header is not valid UTF-8", e);
        }
        catch (InvalidOperationException e) // an escape that names half a surrogate pair
        {
            throw new FormatException("its header holds text that is not Unicode", e);
        }
    }

    private void ReadRoot(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("its header is not a JSON object");
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!names.Add(name))
                throw new FormatException($"its header names \"{name}\" twice");
            reader.Read();
            if (name == "__metadata__")
                Metadata = ReadMetadata(ref reader);
            else
                Entries.Add(ReadEntry(ref reader, name));
        }
        reader.Read(); // throws when something follows the object
    }

    private static Dictionary<string, string>? ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("its __metadata__ is not an object");
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw new FormatException($"its __metadata__ entry \"{key}\" is not text");
            metadata[key] = reader.GetString()!;
        }
        return metadata;
    }

    private static SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException($"tensor \"{name}\" is not described by an object");
        string? dtype = null;
        List<ulong>? shape = null,
            offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            switch (key)
            {
                case "dtype":
                    Once(dtype is null, name, key);
                    dtype =
                        reader.TokenType == JsonTokenType.String
                            ? reader.GetString()
                            : throw new FormatException($"the dtype of tensor \"{name}\" is not text");
                    break;
                case "shape":
                    Once(shape is null, name, key);
                    shape = ReadNumbers(ref reader, name, key);
                    break;
                case "data_offsets":
                    Once(offsets is null, name, key);
                    offsets = ReadNumbers(ref reader, name, key);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return MakeEntry(name, dtype, shape, offsets);
    }

    private static void Once(bool first, string name, string key)
    {
        if (!first)
            throw new FormatException($"tensor \"{name}\" has two entries \"{key}\"");
    }

    private static List<ulong> ReadNumbers(ref Utf8JsonReader reader, string name, string key)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new FormatException($"\"{key}\" of tensor \"{name}\" is not a list");
        var numbers = new List<ulong>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // digits only: 2.0, 2e0 and -0 are refused as by the reference
            if (
                reader.TokenType != JsonTokenType.Number
                || !ulong.TryParse(reader.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            )
                throw new FormatException($"\"{key}\" of tensor \"{name}\" holds something other than whole numbers from 0 to 2^64 - 1");
            numbers.Add(number);
        }
        return numbers;
    }

    private static SafetensorsEntry MakeEntry(string name, string? dtype, List<ulong>? shape, List<ulong>? offsets)
    {
        if (dtype is null || shape is null || offsets is null)
            throw new FormatException(
                $"tensor \"{name}\" has no \"{(dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets")}\""
            );
        if (!Dtypes.TryGetValue(dtype, out var type))
            throw new FormatException($"tensor \"{name}\" has the dtype \"{dtype}\"; known are {string.Join(", ", Dtypes.Keys)}");
        if (offsets.Count != 2)
            throw new FormatException($"\"data_offsets\" of tensor \"{name}\" holds {offsets.Count} numbers instead of 2");
        if (offsets[1] < offsets[0] || offsets[1] > long.MaxValue || shape.Any(d => d > long.MaxValue))
            throw new FormatException(
                $"tensor \"{name}\" has impossible offsets or dimensions ({offsets[0]} to {offsets[1]}, shape [{string.Join(",", shape)}])"
            );
        ulong bits = 1;
        try
        {
            foreach (var d in shape)
                bits = checked(bits * d);
            bits = checked(bits * 8 * (ulong)SizeOf(type));
        }
        catch (OverflowException e)
        {
            throw new FormatException($"the size of tensor \"{name}\" overflows (shape [{string.Join(",", shape)}])", e);
        }
        if (bits / 8 != offsets[1] - offsets[0])
            throw new FormatException(
                $"tensor \"{name}\" needs {bits / 8} bytes for its shape and dtype, but its offsets span {offsets[1] - offsets[0]}"
            );
        return new(name, type, shape.ConvertAll(d => (long)d), (long)offsets[0], (long)offsets[1]);
    }

    private void CheckCoverage(long dataLength)
    {
        Entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        long at = 0;
        foreach (var e in Entries)
        {
            if (e.Begin != at)
                throw new FormatException(
                    $"tensor \"{e.Name}\" starts at byte {e.Begin} of the data where {at} is due ({(e.Begin > at ? "a hole" : "an overlap")})"
                );
            at = e.End;
        }
        if (at != dataLength)
            throw new FormatException(
                $"its tensors cover {at} bytes but {dataLength} follow the header (the file is {(at > dataLength ? "cut off" : "too long")})"
            );
    }
}
