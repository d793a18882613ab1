using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CllClip.Engine.Model;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Tokenizer;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Model;

public sealed class ClipModelTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Folder => _temporary.Path;

    public void Dispose() => _temporary.Dispose();

    private static string Base
    {
        get
        {
            Assert.SkipWhen(Fixtures.Repository is null, "no checkout of the repository around the tests");
            return Path.Combine(Fixtures.Repository!, "models", "emoji-base");
        }
    }

    [Fact]
    public void The_embedded_base_model_loads_with_its_vocabulary_and_its_hash_is_the_file_s()
    {
        using var model = ClipModel.Load(Base);
        Assert.Equal(model.Config.Text.VocabularySize, model.Vocabulary!.Count);
        Assert.Equal(model.Vocabulary.EndId, model.EndTokenId);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Base, "model.safetensors")))), model.Hash);
    }

    [Fact]
    public void A_grown_table_and_vocabulary_are_saved_with_the_true_end_token()
    {
        using var model = ClipModel.Load(Copy(json => json["text_config"]!["eos_token_id"] = 2));
        var grown = model.Vocabulary!.Grow(Vocabulary.From(["\u0120\u0120new"], []));
        using var row = ones(1, model.Config.Text.Tower.Width);
        using var table = cat([model.TokenEmbedding, row]);
        model.Save(Path.Combine(Folder, "grown"), table, grown);
        using var again = ClipModel.Load(Path.Combine(Folder, "grown"));
        Assert.Equal(grown.Tokens, again.Vocabulary!.Tokens);
        Assert.Equal(grown.Merges, again.Vocabulary.Merges);
        Assert.Equal(grown.Count, again.TokenEmbedding.shape[0]);
        Assert.Equal(grown.EndId, again.Config.Text.EndTokenId);
        using var ids = tensor(
            new long[,]
            {
                { grown.StartId, grown.Count - 1, grown.EndId, grown.EndId },
            }
        );
        using var ends = again.EndPositions(ids);
        Assert.Equal(2, ends.item<long>());
    }

    [Fact]
    public void Loading_using_and_disposing_leaves_no_tensor_behind()
    {
        Use();
        var before = Live();
        Use();
        Assert.Equal(before, Live());

        void Use()
        {
            using var model = ClipModel.Load(Base);
            using var pixels = zeros(1, 3, model.Config.Vision.ImageSize, model.Config.Vision.ImageSize);
            using var ids = tensor(
                new long[,]
                {
                    { model.Vocabulary!.StartId, 5, model.Vocabulary.EndId },
                }
            );
            using var image = model.EncodeImages(pixels);
            using var text = model.EncodeTexts(ids);
            model.Save(Path.Combine(Folder, "saved"));
        }

        // counted on this thread alone: other tests run beside this one
        static long Live() => TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
    }

    [Fact]
    public void Loading_that_fails_leaves_no_tensor_behind()
    {
        var broken = Copy(json => json["vision_config"]!["num_hidden_layers"] = 4);
        var before = TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        Fails(broken, "vision_model.encoder.layers.3");
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_pickle_is_refused_with_the_reason_and_the_remedy()
    {
        File.WriteAllText(Path.Combine(Folder, "pytorch_model.bin"), "");
        Fails(Folder, "safetensors", "pickle", "run any code");
    }

    [Fact]
    public void A_missingFolder_and_an_empty_one_are_named()
    {
        Fails(Path.Combine(Folder, "absent"), "absent", "does not exist");
        Fails(Folder, "neither model.safetensors nor");
    }

    [Fact]
    public void A_missing_tensor_a_wrong_shape_and_a_value_that_is_no_number_are_named()
    {
        Fails(Rewritten("text_projection.weight", t => null), "lack", "text_projection.weight");
        Fails(Rewritten("text_projection.weight", t => t.t().narrow(0, 0, 5).clone()), "[5, 128]", "[128, 128]");
        Fails(Rewritten("visual_projection.weight", t => t.Times(double.NaN)), "visual_projection.weight", "NaN");
        Fails(Rewritten("visual_projection.weight", t => t.Times(double.PositiveInfinity)), "visual_projection.weight", "infinity");
        Fails(Rewritten("visual_projection.weight", t => t.to(ScalarType.Int64)), "visual_projection.weight", "Int64");
    }

    [Fact]
    public void A_shard_outside_theFolder_is_refused()
    {
        var folder = Copy(_ => { });
        File.Delete(Path.Combine(folder, "model.safetensors"));
        File.WriteAllText(
            Path.Combine(folder, "model.safetensors.index.json"),
            """{"weight_map": {"logit_scale": "../other/model.safetensors"}}"""
        );
        Fails(folder, "../other", "not the name of a file in this folder");
    }

    [Theory]
    [InlineData("model_type", "\"bert\"", "bert", "CLIPModel")]
    [InlineData("projection_dim", "-3", "projection_dim", "-3")]
    [InlineData("projection_dim", "\"x\"", "projection_dim", "whole number")]
    [InlineData("text_config.hidden_act", "\"relu\"", "text_config.hidden_act", "quick_gelu")]
    [InlineData("text_config.num_attention_heads", "3", "num_attention_heads", "divide")]
    [InlineData("vision_config.num_channels", "1", "num_channels", "1")]
    [InlineData("vision_config.layer_norm_eps", "0", "layer_norm_eps", "0")]
    [InlineData("vision_config", "7", "vision_config", "object")]
    public void An_impossible_setting_is_named(string key, string value, params string[] says)
    {
        var folder = Copy(json =>
        {
            var path = key.Split('.');
            (path.Length == 1 ? json : json[path[0]])![path[^1]] = JsonNode.Parse(value);
        });
        Fails(folder, says);
    }

    [Fact]
    public void Images_of_another_size_are_refused()
    {
        using var model = ClipModel.Load(Base);
        using var pixels = zeros(1, 3, 65, 64);
        Assert.Contains(
            "[1, 3, 65, 64]",
            Assert.Throws<EngineException>(() => model.EncodeImages(pixels)).Message,
            StringComparison.Ordinal
        );
    }

    private string Copy(Action<JsonNode> change)
    {
        var folder = Path.Combine(Folder, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Base))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var config = Path.Combine(folder, "config.json");
        var json = JsonNode.Parse(File.ReadAllText(config))!;
        change(json);
        File.WriteAllText(config, json.ToJsonString());
        return folder;
    }

    private string Rewritten(string name, Func<Tensor, Tensor?> change)
    {
        var folder = Copy(_ => { });
        var path = Path.Combine(folder, "model.safetensors");
        var tensors = new Dictionary<string, Tensor>();
        using (var reader = SafetensorsReader.Open(path))
            foreach (var entry in reader.Entries)
                if ((entry.Name == name ? change(reader.ReadTensor(name)) : reader.ReadTensor(entry.Name)) is { } tensor)
                    tensors[entry.Name] = tensor;
        SafetensorsWriter.Write(path, tensors);
        return folder;
    }

    private static void Fails(string folder, params string[] says)
    {
        var e = Assert.Throws<EngineException>(() => ClipModel.Load(folder).Dispose());
        Assert.All(says, s => Assert.Contains(s, e.Message, StringComparison.Ordinal));
    }
}
