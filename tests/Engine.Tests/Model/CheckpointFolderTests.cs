using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CllClip.Engine.Model;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Model;

/// <summary>What of a Hugging Face folder is read: precisions, shards, activations, settings left out, old files' habits.</summary>
public sealed class CheckpointFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("cllclip-folder-").FullName;

    private TinyClip New => new(Path.Combine(_root, Guid.NewGuid().ToString("N")));

    public void Dispose() => Directory.Delete(_root, true);

    [Theory]
    [InlineData(ScalarType.Float32, 1, "quick_gelu")]
    [InlineData(ScalarType.Float32, 3, "gelu")]
    [InlineData(ScalarType.Float16, 1, "gelu")]
    [InlineData(ScalarType.Float16, 2, "quick_gelu")]
    [InlineData(ScalarType.BFloat16, 1, "quick_gelu")]
    [InlineData(ScalarType.BFloat16, 4, "gelu")]
    public void Every_precision_single_or_sharded_embeds_as_the_textbook_does(ScalarType type, int shards, string activation)
    {
        var tiny = New;
        (tiny.Type, tiny.Shards) = (type, shards);
        tiny["text_config", "hidden_act"] = activation;
        tiny["vision_config", "hidden_act"] = activation;
        tiny.Write();
        using var model = ClipModel.Load(tiny.Folder);
        AssertEmbedsAs(new NaiveClip(model.Config, tiny.Stored), model);
        var files = Directory.GetFiles(tiny.Folder, "*.safetensors").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(shards, files.Length);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([.. files.SelectMany(File.ReadAllBytes)])), model.Hash);
    }

    [Fact]
    public void The_two_activations_differ_by_more_than_rounding()
    {
        var quick = New.Write();
        var exact = New;
        exact["text_config", "hidden_act"] = "gelu";
        exact.Write();
        using var a = ClipModel.Load(quick.Folder);
        using var b = ClipModel.Load(exact.Folder);
        Assert.Equal(quick.Stored[TextTower.ProjectionName], exact.Stored[TextTower.ProjectionName]);
        Assert.True(Enumerable.Range(0, 12).Max(d => Math.Abs(Text(a)[d] - Text(b)[d])) > 1e-3);
    }

    [Fact]
    public void Buffers_that_older_versions_stored_and_other_tensors_are_passed_over()
    {
        var tiny = New;
        using var scope = NewDisposeScope();
        tiny.Extra["text_model.embeddings.position_ids"] = TensorScalars.Positions(10, CPU).unsqueeze(0);
        tiny.Extra["vision_model.embeddings.position_ids"] = TensorScalars.Positions(5, CPU).unsqueeze(0);
        tiny.Extra["classifier.weight"] = zeros(2, 2).Times(double.NaN); // neither read nor checked
        tiny.Write();
        using var model = ClipModel.Load(tiny.Folder);
        AssertEmbedsAs(new NaiveClip(model.Config, tiny.Stored), model);
    }

    [Fact]
    public void The_legacy_end_token_2_means_the_tokenizers_own()
    {
        var tiny = New;
        tiny["text_config", "eos_token_id"] = 2;
        tiny["text_config", "bos_token_id"] = 0;
        tiny.Write();
        using var model = ClipModel.Load(tiny.Folder);
        Assert.Equal(tiny.Vocabulary.EndId, model.EndTokenId);
        AssertEmbedsAs(new NaiveClip(model.Config, tiny.Stored), model);
        var saved = Path.Combine(_root, "saved");
        model.Save(saved);
        Assert.Equal(tiny.Vocabulary.EndId, ClipConfig.Load(Path.Combine(saved, "config.json")).Text.EndTokenId);
    }

    [Fact]
    public void What_is_saved_is_in_float32_says_so_and_is_the_same_model()
    {
        var tiny = New;
        tiny.Type = ScalarType.Float16;
        tiny["text_config", "dtype"] = "float16";
        tiny["vision_config", "torch_dtype"] = "float16";
        tiny.Write();
        using var model = ClipModel.Load(tiny.Folder);
        var saved = Path.Combine(_root, "saved");
        model.Save(saved);
        using (var reader = SafetensorsReader.Open(Path.Combine(saved, "model.safetensors")))
        {
            Assert.All(reader.Entries, e => Assert.Equal(ScalarType.Float32, e.Dtype));
            Assert.Equal(tiny.Stored.Keys.Order(StringComparer.Ordinal), reader.Entries.Select(e => e.Name).Order(StringComparer.Ordinal));
        }
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(saved, "config.json")))!;
        Assert.Equal("float32", (string?)config["dtype"]);
        Assert.Null(config["text_config"]!["dtype"]);
        Assert.Null(config["vision_config"]!["torch_dtype"]);
        using var again = ClipModel.Load(saved);
        AssertEmbedsAs(new NaiveClip(again.Config, tiny.Stored), again);
        Assert.Equal(Text(model), Text(again));
    }

    /// <summary>Numbers of parameters as the model cards and papers give them.</summary>
    [Theory]
    [InlineData("""{"model_type": "clip"}""", 151_277_313)] // ViT-B/32: all of Hugging Face's defaults
    [InlineData("""{"model_type": "clip", "text_config": null, "vision_config": {"patch_size": 16}}""", 149_620_737)]
    [InlineData(
        """
            {"model_type": "clip", "projection_dim": 768,
             "text_config": {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12},
             "vision_config": {"hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16, "num_hidden_layers": 24, "patch_size": 14}}
            """,
        427_616_513
    )]
    [InlineData(
        """
            {"model_type": "clip", "projection_dim": 768,
             "text_config_dict": {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12}, "text_config": {"hidden_size": 512},
             "vision_config_dict": {"hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16, "num_hidden_layers": 24, "patch_size": 14, "image_size": 336}}
            """,
        427_944_193
    )]
    public void Settings_left_out_are_Hugging_Faces_defaults(string json, long parameters)
    {
        var path = Path.Combine(_root, "config.json");
        File.WriteAllText(path, json);
        var shapes = ClipShapes.Of(ClipConfig.Load(path));
        Assert.Equal(parameters, shapes.Values.Sum(s => s.Aggregate(1L, (n, d) => n * d)));
    }

    [Fact]
    public void A_large_model_has_the_shapes_of_ViT_L_14()
    {
        var path = Path.Combine(_root, "config.json");
        File.WriteAllText(
            path,
            """
            {"model_type": "clip", "projection_dim": 768,
             "text_config": {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "eos_token_id": 2},
             "vision_config": {"hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16, "num_hidden_layers": 24, "patch_size": 14}}
            """
        );
        var config = ClipConfig.Load(path);
        var shapes = ClipShapes.Of(config);
        Assert.True(config.Text.LegacyEnd);
        Assert.Equal([49408, 768], shapes[ClipShapes.TokenEmbedding]);
        Assert.Equal([77, 768], shapes["text_model.embeddings.position_embedding.weight"]);
        Assert.Equal([257, 1024], shapes["vision_model.embeddings.position_embedding.weight"]);
        Assert.Equal([1024, 3, 14, 14], shapes["vision_model.embeddings.patch_embedding.weight"]);
        Assert.Equal([4096, 1024], shapes["vision_model.encoder.layers.23.mlp.fc1.weight"]);
        Assert.Equal([768, 1024], shapes["visual_projection.weight"]);
        Assert.Equal([768, 768], shapes["text_projection.weight"]);
        Assert.False(shapes.ContainsKey("text_model.encoder.layers.12.mlp.fc1.weight"));
        Assert.Equal(1e-5, config.Vision.Tower.LayerNormEpsilon);
        Assert.Equal("quick_gelu", config.Vision.Tower.Activation);
    }

    private static double[] Text(ClipModel model)
    {
        int[] ids = [model.Vocabulary!.StartId, model.Vocabulary.Find("cat</w>")!.Value, 300, 7, model.Vocabulary.EndId];
        using var batch = tensor(ids.Select(i => (long)i).ToArray()).unsqueeze(0);
        using var embedded = model.EncodeTexts(batch);
        return [.. embedded.data<float>().Select(v => (double)v)];
    }

    private static void AssertEmbedsAs(NaiveClip naive, ClipModel model)
    {
        int[] ids = [model.Vocabulary!.StartId, model.Vocabulary.Find("cat</w>")!.Value, 300, 7, model.Vocabulary.EndId];
        AssertClose(naive.Text(ids), Text(model));
        var side = model.Config.Vision.ImageSize;
        float[] pixels = [.. Enumerable.Range(0, 3 * side * side).Select(i => MathF.Sin(i))];
        using var image = tensor(pixels).reshape(1, 3, side, side);
        using var embedded = model.EncodeImages(image);
        AssertClose(naive.Image(pixels), [.. embedded.data<float>().Select(v => (double)v)]);
    }

    private static void AssertClose(double[] want, double[] got)
    {
        Assert.Equal(want.Length, got.Length);
        Assert.All(want.Zip(got), p => Assert.InRange(p.Second, p.First - 2e-5, p.First + 2e-5));
    }
}
