using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CllClip.Engine.Model;

/// <summary>Recognises files that people mistake for weights, by their first bytes and whatever their extension.</summary>
internal static class ForeignFile
{
    internal const string Convert =
        "Convert the checkpoint to safetensors (in transformers: save_pretrained(..., safe_serialization=True)).";

    private const string Pickle = "a Python pickle, which could run any code when read, so it never is";

    /// <summary>Endings of files that hold weights in ways that are not read; an index names shards of the format before it.</summary>
    private static readonly (string Ending, string What)[] Formats =
    [
        (".bin", Pickle),
        (".bin.index.json", Pickle),
        (".pt", Pickle),
        (".pth", Pickle),
        (".ckpt", Pickle),
        (".pkl", Pickle),
        (".msgpack", "Flax's format, which is not read"),
        (".h5", "TensorFlow's format, which is not read"),
        (".onnx", "a computation in ONNX, which is not read"),
        (".gguf", "GGUF, which is not read"),
    ];

    /// <summary>What stands in a folder in the place of <c>model.safetensors</c>, and what to do; null where nothing does that is known.</summary>
    internal static string? InPlaceOfWeights(string folder)
    {
        string[] names = [.. Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        if (Array.Find(names, n => n.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)) is { } other)
        {
            var remedy = other.Contains("-of-", StringComparison.Ordinal)
                ? "It is one of several: download the index as well."
                : "If that is a whole CLIPModel of Hugging Face, name it model.safetensors; open_clip's own files name their tensors differently: convert those first.";
            return $"{folder} has no model.safetensors and no model.safetensors.index.json, but {other}. {remedy}";
        }
        foreach (var name in names)
        {
            if (Formats.FirstOrDefault(f => name.EndsWith(f.Ending, StringComparison.OrdinalIgnoreCase)).What is { } what)
            {
                return $"{folder} holds its weights only in {name}, {what}. {Convert}";
            }
        }
        return null;
    }

    /// <summary>What the file is and what to do, or null where it is nothing known.</summary>
    internal static string? Describe(SafeFileHandle file)
    {
        Span<byte> head = stackalloc byte[64];
        head = head[..Math.Max(0, RandomAccess.Read(file, head, 0))];
        if (head.Length > 1 && head[0] == 0x80 && head[1] is >= 2 and <= 5)
            return $"it is a Python pickle (an old PyTorch checkpoint?), which could run any code when read, so it never is. {Convert}";
        if (head.StartsWith("PK"u8))
            return $"it is a zip archive (a PyTorch checkpoint is one, with a pickle inside, which could run any code when read). {Convert}";
        if (head.StartsWith("version https://git-lfs"u8))
            return "it is a Git LFS pointer, not the file itself. Run `git lfs pull` where it came from, or download the file itself.";
        var text = Encoding.Latin1.GetString(head).TrimStart('\u00ef', '\u00bb', '\u00bf', ' ', '\r', '\n', '\t');
        if (text.StartsWith('<'))
            return "it is an HTML or XML page, probably an error or log-in page saved instead of the file. Download it again.";
        if (head.StartsWith("GGUF"u8))
            return $"it is a GGUF file. {Convert}";
        if (head.StartsWith("\u0089HDF"u8) || head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'H', (byte)'D', (byte)'F']))
            return $"it is an HDF5 file (TensorFlow?). {Convert}";
        return null;
    }
}
