using System.Text.Json.Nodes;
using CllClip.Engine.Model;
using CllClip.Engine.Tokenizer;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Model;

/// <summary>A checkpoint folder of a tiny CLIP, made in the test: every width differs, so that no two can be taken for each other.</summary>
internal sealed class TinyClip
{
    private const string Index = "model.safetensors.index.json";

    /// <param name="folder">Folder to make.</param>
    public TinyClip(string folder)
    {
        Folder = folder;
        string[] bytes = [.. Enumerable.Range(0, 256).Select(b => ByteAlphabet.Spell((byte)b).ToString())];
        Vocabulary = Vocabulary.From(
            [.. bytes, .. bytes.Select(b => b + "</w>"), "ca", "cat</w>", "<|startoftext|>", "<|endoftext|>"],
            [("c", "a"), ("ca", "t</w>")]
        );
        Config = JsonNode
            .Parse(
                $$"""
                {
                  "architectures": ["CLIPModel"], "model_type": "clip", "projection_dim": 12, "dtype": "float16",
                  "text_config": {
                    "hidden_size": 16, "num_attention_heads": 2, "num_hidden_layers": 2, "intermediate_size": 20, "max_position_embeddings": 10,
                    "vocab_size": {{Vocabulary.Count}}, "eos_token_id": {{Vocabulary.EndId}}, "bos_token_id": {{Vocabulary.StartId}}
                  },
                  "vision_config": {
                    "hidden_size": 24, "num_attention_heads": 3, "num_hidden_layers": 3, "intermediate_size": 28, "image_size": 8, "patch_size": 4
                  }
                }
                """
            )!
            .AsObject();
    }

    public string Folder { get; }

    public Vocabulary Vocabulary { get; set; }

    /// <summary>config.json; may be changed before writing.</summary>
    public JsonObject Config { get; }

    /// <summary>Type of the stored weights.</summary>
    public ScalarType Type { get; set; } = ScalarType.Float32;

    /// <summary>Number of safetensors files.</summary>
    public int Shards { get; set; } = 1;

    /// <summary>Changes a weight before it is stored; null leaves it out.</summary>
    public Func<string, Tensor, Tensor?> Change { get; set; } = (_, t) => t;

    /// <summary>Stored beside the weights.</summary>
    public Dictionary<string, Tensor> Extra { get; } = [];

    /// <summary>Writes the tokenizer's files.</summary>
    public Action<string, Vocabulary> WriteTokenizer { get; set; } = (folder, vocabulary) => vocabulary.Save(folder);

    /// <summary>The stored values, by name.</summary>
    public Dictionary<string, float[]> Stored { get; } = [];

    /// <summary>A text or vision setting.</summary>
    public JsonNode? this[string tower, string key]
    {
        set => Config[tower]![key] = value;
    }

    /// <summary>Writes the folder.</summary>
    public TinyClip Write()
    {
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(Folder);
        var config = Path.Combine(Folder, "config.json");
        File.WriteAllText(config, Config.ToJsonString());
        var tensors = new Dictionary<string, Tensor>(Extra);
        using var random = new Generator(7);
        foreach (var (name, shape) in ClipShapes.Of(ClipConfig.Load(config)))
        {
            var noise = randn(shape, generator: random).Times(name.Contains("norm", StringComparison.Ordinal) ? 0.1 : 0.3);
            var value =
                name.Contains("norm", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal)
                    ? noise.Plus(1)
                    : noise;
            if (Change(name, value.to(Type)) is { } kept)
            {
                tensors[name] = kept;
                using var plain = kept.to(ScalarType.Float32).contiguous();
                Stored[name] = plain.data<float>().ToArray();
            }
        }
        if (Shards == 1)
        {
            SafetensorsWriter.Write(
                Path.Combine(Folder, "model.safetensors"),
                tensors,
                new Dictionary<string, string> { ["format"] = "pt" }
            );
        }
        else
        {
            WriteShards(tensors);
        }
        WriteTokenizer(Folder, Vocabulary);
        return this;
    }

    public static string Shard(int number, int of) => $"model-{number:00000}-of-{of:00000}.safetensors";

    private void WriteShards(Dictionary<string, Tensor> tensors)
    {
        var map = new JsonObject();
        foreach (var shard in tensors.OrderBy(t => t.Key, StringComparer.Ordinal).Select((t, i) => (t, i)).GroupBy(p => p.i % Shards))
        {
            var file = Shard(shard.Key + 1, Shards);
            SafetensorsWriter.Write(Path.Combine(Folder, file), shard.Select(p => p.t));
            foreach (var (tensor, _) in shard)
            {
                map[tensor.Key] = file;
            }
        }
        File.WriteAllText(
            Path.Combine(Folder, Index),
            new JsonObject { ["metadata"] = new JsonObject(), ["weight_map"] = map }.ToJsonString()
        );
    }
}
