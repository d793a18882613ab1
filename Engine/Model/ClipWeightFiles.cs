using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine.Model;

/// <summary>The weights of a checkpoint folder, in one safetensors file or in shards, held open.</summary>
internal sealed class ClipWeightFiles : IDisposable
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";
    private readonly List<SafetensorsReader> _readers = [];
    private readonly Dictionary<string, SafetensorsReader> _of = new(StringComparer.Ordinal);
    private readonly string _folder;

    private ClipWeightFiles(string folder) => _folder = folder;

    /// <summary>SHA-256 over the file, or over the shards one after the other in the order of their names.</summary>
    internal string Hash { get; private set; } = "";

    /// <summary>Name and length of each file, in the order of the hash.</summary>
    internal IReadOnlyList<(string Name, long Bytes)> Files => [.. _readers.Select(r => (Path.GetFileName(r.Path), r.Length))];

    internal static ClipWeightFiles Open(string folder)
    {
        var files = new ClipWeightFiles(folder);
        try
        {
            if (File.Exists(Path.Combine(folder, Single)))
                files.OpenSingle();
            else if (File.Exists(Path.Combine(folder, Index)))
                files.OpenShards();
            else
                throw Missing(folder);
            files.Hash = files.ComputeHash();
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    private static EngineException Missing(string folder)
    {
        if (!Directory.Exists(folder))
            return new EngineException($"The folder {folder} does not exist. Choose the folder of a Hugging Face CLIPModel.");
        return new EngineException(
            ForeignFile.InPlaceOfWeights(folder)
                ?? $"{folder} holds neither {Single} nor {Index}. Choose the folder of a Hugging Face CLIPModel."
        );
    }

    private void OpenSingle()
    {
        var reader = Add(Single);
        foreach (var entry in reader.Entries)
            _of[entry.Name] = reader;
    }

    private void OpenShards()
    {
        var path = Path.Combine(_folder, Index);
        using var document = ConfigJson.Open(path);
        var map = new ConfigJson(path, "", document.RootElement).Object("weight_map");
        if (map is null)
            throw new EngineException($"{path} has no \"weight_map\". Copy or download it again.");
        var shards = new SortedDictionary<string, SafetensorsReader>(StringComparer.Ordinal);
        foreach (var name in map.Keys)
        {
            var file = map.String(name, "");
            // a name with a folder in it could lead out of the checkpoint
            if (file.Length == 0 || file != Path.GetFileName(file) || file is "." or ".." || file.Contains('\0', StringComparison.Ordinal))
                throw map.Error(name, $"\"{file}\", which is not the name of a file in this folder");
            if (!shards.TryGetValue(file, out var reader))
                shards[file] = reader = AddShard(path, file);
            if (!reader.Contains(name))
                throw new EngineException($"{reader.Path} has no tensor \"{name}\", which {path} says it has. Download the shards again.");
            _of[name] = reader;
        }
        _readers.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
    }

    private SafetensorsReader AddShard(string index, string file) =>
        File.Exists(Path.Combine(_folder, file))
            ? Add(file)
            : throw new EngineException($"The shard {file}, which {index} names, is not in the folder. Download all shards again.");

    private SafetensorsReader Add(string file)
    {
        var reader = SafetensorsReader.Open(Path.Combine(_folder, file));
        _readers.Add(reader);
        return reader;
    }

    private string ComputeHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        foreach (var reader in _readers)
            reader.AppendTo(hash, buffer);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Reads a tensor and checks it: right shape, a floating-point type, every value finite.</summary>
    /// <returns>On the device and of the type asked for; the caller's.</returns>
    internal Tensor Read(string name, IReadOnlyList<long> shape, torch.Device device, ScalarType dtype)
    {
        if (!_of.TryGetValue(name, out var reader))
            throw new EngineException(
                $"The weights in {_folder} lack \"{name}\". The checkpoint is not a complete CLIPModel, or config.json is another model's."
            );
        var entry = reader.Entry(name);
        if (!entry.Shape.SequenceEqual(shape))
            throw new EngineException(
                $"\"{name}\" in {reader.Path} has the shape [{string.Join(", ", entry.Shape)}], but config.json asks for [{string.Join(", ", shape)}]. One of the two is another model's: copy the whole folder again."
            );
        if (entry.Dtype is not (ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
            throw new EngineException(
                $"\"{name}\" in {reader.Path} is stored as {entry.Dtype}; weights are floating-point numbers. Use the checkpoint as it was before it was quantised."
            );
        using var stored = reader.ReadTensor(name);
        var tensor = stored.to(dtype, device, copy: true);
        using var finite = isfinite(tensor);
        using var all = finite.all();
        if (all.item<bool>())
            return tensor;
        tensor.Dispose();
        throw new EngineException($"\"{name}\" in {reader.Path} holds NaN or infinity. The checkpoint is broken: use another.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var reader in _readers)
            reader.Dispose();
    }
}
