using CllClip.Engine.Model;
using CllClip.Engine.Tokenizer;
using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Benchmarks;

/// <summary>A base model with the table of a ViT-B/16 (49,408 rows of 512 numbers) and small towers: what the table costs shows, what the towers cost does not.</summary>
internal static class WideModel
{
    private const int Rows = 49_408;
    private const int Width = 512;

    /// <summary>Writes the model into a folder as Hugging Face does, and loads it.</summary>
    public static ClipModel Make(string folder)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        Vocabulary().Save(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Config);
        var shapes = ClipShapes.Of(ClipConfig.Load(Path.Combine(folder, "config.json")));
        var weights = shapes.ToDictionary(
            s => s.Key,
            s =>
                s.Key.Contains("norm", StringComparison.Ordinal) && s.Key.EndsWith("weight", StringComparison.Ordinal)
                    ? ones(s.Value)
                    : randn(s.Value) * 0.02
        );
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), weights);
        return ClipModel.Load(folder, "cpu");
    }

    /// <summary>As many tokens as the table has rows, out of made-up Latin words.</summary>
    private static Vocabulary Vocabulary()
    {
        var draws = new Random(3);
        string Word() => string.Concat(Enumerable.Range(0, draws.Next(4, 10)).Select(_ => (char)('a' + draws.Next(26))));
        var texts = Enumerable.Range(0, 30_000).Select(_ => Word());
        var trained = BpeTrainer.Train(texts, new BpeTrainingOptions { VocabularySize = Rows });
        return trained.Count == Rows ? trained : throw new InvalidOperationException($"{trained.Count} tokens instead of {Rows}.");
    }

    private static string Config =>
        $$"""
            {
              "model_type": "clip", "projection_dim": {{Width}},
              "text_config": {
                "vocab_size": {{Rows}}, "hidden_size": {{Width}}, "intermediate_size": 512, "num_hidden_layers": 1, "num_attention_heads": 8,
                "max_position_embeddings": 77, "hidden_act": "quick_gelu", "layer_norm_eps": 1e-05, "eos_token_id": 1
              },
              "vision_config": {
                "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 32, "patch_size": 16,
                "hidden_act": "quick_gelu", "layer_norm_eps": 1e-05
              }
            }
            """;
}
