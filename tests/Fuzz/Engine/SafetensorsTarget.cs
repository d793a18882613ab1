using System.Buffers.Binary;
using System.Text;
using CllClip.Engine.Model;

namespace CllClip.Fuzz.Engine;

/// <summary>The reader of safetensors files: the header, and every tensor that it names.</summary>
internal sealed class SafetensorsTarget : IFuzzTarget
{
    private const string File = "a.safetensors";
    private readonly FuzzFolder _folder = new();

    /// <inheritdoc/>
    public string Name => "safetensors";

    /// <inheritdoc/>
    public long MostAllocated => 128 << 20; // a header is read whole; inputs have 1 MiB at most, and names may be told

    /// <inheritdoc/>
    public IReadOnlyList<FuzzInput> Samples { get; } =
    [
        Of("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}""", 24),
        Of(
            """{"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},"b":{"dtype":"BOOL","shape":[3],"data_offsets":[8,11]}}""",
            11
        ),
        Of("""{"s":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"e":{"dtype":"I64","shape":[0,5],"data_offsets":[8,8]}}   """, 8),
        Of(
            """{"x\u00e9\n":{"dtype":"BF16","shape":[1,1,1,1,2],"data_offsets":[0,4],"more":[{"deep":[1]}]},"u":{"dtype":"U8","shape":[7],"data_offsets":[4,11]}}""",
            11
        ),
        Of("{}", 0),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string> Words { get; } =
    [
        "\"F8_E4M3\"",
        "\"I8\"",
        "\"shape\":",
        "\"dtype\":",
        "\"data_offsets\":[0,0]",
        "\"__metadata__\":",
        "[0,4611686018427387904]",
        "\\ud800",
        "PK\u0003\u0004",
    ];

    /// <inheritdoc/>
    /// <remarks>The length in front is set to where the header ends.</remarks>
    public byte[] Repair(string kind, byte[] bytes) => WithLength(bytes);

    /// <summary>The bytes with the length in front set to where the header seems to end.</summary>
    internal static byte[] WithLength(byte[] bytes)
    {
        if (bytes.Length < 8)
        {
            return bytes;
        }
        byte[] copy = [.. bytes];
        var end = copy.AsSpan().LastIndexOf((byte)'}') + 1;
        BinaryPrimitives.WriteInt64LittleEndian(copy, Math.Max(0, end - 8));
        return copy;
    }

    /// <inheritdoc/>
    public string? Read(FuzzInput input)
    {
        var path = _folder.Write(File, input.Bytes);
        return FuzzFolder.Refusal(
            () =>
            {
                using var reader = SafetensorsReader.Open(path);
                foreach (var entry in reader.Entries)
                {
                    using var tensor = reader.ReadTensor(entry.Name);
                    if (tensor.bytes.Length != entry.End - entry.Begin)
                    {
                        throw new FuzzFault($"\"{entry.Name}\" has {tensor.bytes.Length} bytes instead of {entry.End - entry.Begin}");
                    }
                }
            },
            path
        );
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private static FuzzInput Of(string header, int data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return new FuzzInput(File, [.. length, .. json, .. Enumerable.Range(0, data).Select(i => (byte)(i % 2))]);
    }
}
