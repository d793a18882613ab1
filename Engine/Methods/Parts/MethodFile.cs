using CllClip.Engine.Model;
using static TorchSharp.torch;

namespace CllClip.Engine.Methods.Parts;

/// <summary>A method's own tensors beside a stage's delta, in safetensors.</summary>
internal static class MethodFile
{
    /// <summary>Writes named tensors.</summary>
    public static void Write(string stageFolder, string file, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(
            Path.Combine(stageFolder, file),
            tensors.ToDictionary(t => t.Key, t => t.Value.detach().cpu().contiguous())
        );
    }

    /// <summary>Reads them; the caller owns them.</summary>
    /// <exception cref="EngineException">The file is missing or damaged.</exception>
    public static Dictionary<string, Tensor> Read(string stageFolder, string file)
    {
        var path = Path.Combine(stageFolder, file);
        if (!File.Exists(path))
        {
            throw new EngineException(
                $"{path} is missing: the stage cannot be continued from. Restore it from a copy, or delete the stage to train it again."
            );
        }
        using var reader = SafetensorsReader.Open(path);
        return reader.Entries.ToDictionary(e => e.Name, e => reader.ReadTensor(e.Name).DetachFromDisposeScope());
    }
}
