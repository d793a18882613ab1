using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CllClip.Engine.Data.Images;
using CllClip.Engine.Tokenizer;
using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine.Model;

/// <summary>Writes a model as a Hugging Face folder.</summary>
internal static class ClipFolder
{
    internal const string ConfigFile = "config.json";
    internal const string PreprocessorFile = "preprocessor_config.json";
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static void Write(
        string folder,
        ClipModel model,
        ClipWeightFiles files,
        Tensor table,
        Vocabulary? vocabulary,
        Func<string, float[]?>? own
    )
    {
        if (table.dim() != 2 || table.shape[1] != model.Config.Text.Tower.Width)
            throw new EngineException($"A table of shape [{string.Join(", ", table.shape)}] does not fit this model's text tower.");
        if (vocabulary is not null && vocabulary.Count > table.shape[0])
            throw new EngineException($"The vocabulary has {vocabulary.Count} tokens but the table {table.shape[0]} rows.");
        var config = Config(model, table.shape[0], vocabulary);
        WriteWeights(Path.Combine(folder, "model.safetensors"), model.Config, files, table, own);
        vocabulary?.Save(folder);
        if (vocabulary is not null)
            AtomicFile.WriteText(Path.Combine(folder, "tokenizer_config.json"), Tokenizer(model.Config.Text.MaxPositions));
        AtomicFile.WriteText(Path.Combine(folder, PreprocessorFile), Preprocessor(model.Preprocessing));
        AtomicFile.WriteText(Path.Combine(folder, ConfigFile), config); // last: a folder without it is not a model
    }

    /// <summary>One tensor at a time: a large model is never in memory twice.</summary>
    private static void WriteWeights(string path, ClipConfig config, ClipWeightFiles files, Tensor table, Func<string, float[]?>? replaced)
    {
        Tensor Read(string name, long[] shape) =>
            name == ClipShapes.TokenEmbedding ? Cpu(table)
            : replaced?.Invoke(name) is { } values ? torch.tensor(values, shape)
            : files.Read(name, shape, CPU, ScalarType.Float32);
        SafetensorsWriter.Write(
            path,
            ClipShapes
                .Of(config)
                .Select(s => new TensorSource(
                    s.Key,
                    ScalarType.Float32,
                    s.Key == ClipShapes.TokenEmbedding ? table.shape : s.Value,
                    () => Read(s.Key, s.Value)
                )),
            new Dictionary<string, string> { ["format"] = "pt" }
        );
    }

    private static Tensor Cpu(Tensor table)
    {
        using var plain = table.detach();
        return plain.to(ScalarType.Float32, CPU, copy: true);
    }

    /// <summary>The config it was loaded with, corrected where this project knows better.</summary>
    private static string Config(ClipModel model, long rows, Vocabulary? vocabulary)
    {
        var root = JsonNode.Parse(model.ConfigText)!.AsObject();
        foreach (var tower in new[] { "text_config", "vision_config" })
        {
            // the older twin wins when HF reads: put it in its place
            if (root[tower + "_dict"] is JsonObject older)
                root[tower] = older.DeepClone();
            root.Remove(tower + "_dict");
        }
        var text = root["text_config"] as JsonObject ?? [];
        root["text_config"] = text;
        text["vocab_size"] = rows;
        if (vocabulary is not null)
        {
            text["bos_token_id"] = vocabulary.StartId;
            text["eos_token_id"] = vocabulary.EndId;
            text["pad_token_id"] = vocabulary.EndId;
        }
        foreach (var part in new[] { root, text, root["vision_config"] as JsonObject })
        {
            part?.Remove("torch_dtype");
            part?.Remove("dtype");
        }
        root["dtype"] = "float32";
        return root.ToJsonString(Indented) + "\n";
    }

    private static string Tokenizer(int maxLength) =>
        new JsonObject
        {
            ["tokenizer_class"] = "CLIPTokenizer",
            ["bos_token"] = SpecialTokens.Start,
            ["eos_token"] = SpecialTokens.End,
            ["unk_token"] = SpecialTokens.End,
            ["pad_token"] = SpecialTokens.End,
            ["model_max_length"] = maxLength,
            ["do_lower_case"] = true,
        }.ToJsonString(Indented) + "\n";

    private static string Preprocessor(ImagePreprocessing p) =>
        new JsonObject
        {
            ["crop_size"] = new JsonObject { ["height"] = p.CropSize, ["width"] = p.CropSize },
            ["do_center_crop"] = true,
            ["do_convert_rgb"] = true,
            ["do_normalize"] = true,
            ["do_rescale"] = true,
            ["do_resize"] = true,
            ["image_mean"] = new JsonArray([.. p.Mean.Select(v => (JsonNode)v)]),
            ["image_processor_type"] = "CLIPImageProcessor",
            ["image_std"] = new JsonArray([.. p.Std.Select(v => (JsonNode)v)]),
            ["resample"] = 3,
            ["rescale_factor"] = p.RescaleFactor,
            ["size"] = new JsonObject { ["shortest_edge"] = p.ShortestEdge },
        }.ToJsonString(Indented) + "\n";
}
