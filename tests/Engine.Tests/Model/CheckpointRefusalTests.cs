using System.Text.Json.Nodes;
using CllClip.Engine.Model;
using CllClip.Engine.Tokenizer;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Model;

/// <summary>What of a folder is refused: each names the file or tensor and what to do.</summary>
public sealed class CheckpointRefusalTests : IDisposable
{
    private const string Index = "model.safetensors.index.json";
    private readonly string _root = Directory.CreateTempSubdirectory("cllclip-refused-").FullName;

    private TinyClip New => new(Path.Combine(_root, Guid.NewGuid().ToString("N")));

    public void Dispose() => Directory.Delete(_root, true);

    [Theory]
    [InlineData("pytorch_model.bin", "pickle", "run any code", "safe_serialization")]
    [InlineData("pytorch_model-00001-of-00002.bin", "pickle", "safe_serialization")]
    [InlineData("model.ckpt", "pickle", "safe_serialization")]
    [InlineData("model.pt", "pickle", "safe_serialization")]
    [InlineData("flax_model.msgpack", "Flax", "safe_serialization")]
    [InlineData("tf_model.h5", "TensorFlow", "safe_serialization")]
    [InlineData("model.onnx", "ONNX", "safe_serialization")]
    [InlineData("model-00001-of-00002.safetensors", "model.safetensors.index.json", "download the index")]
    [InlineData("open_clip_model.safetensors", "open_clip", "model.safetensors.index.json")]
    public void Weights_in_another_form_are_refused_by_name_with_the_remedy(string file, params string[] says)
    {
        var tiny = New.Write();
        File.Move(Path.Combine(tiny.Folder, "model.safetensors"), Path.Combine(tiny.Folder, file));
        Refused(tiny, [file, .. says]);
    }

    [Fact]
    public void A_pickle_under_the_name_of_safetensors_is_known_by_its_first_bytes()
    {
        var tiny = New.Write();
        File.WriteAllBytes(Path.Combine(tiny.Folder, "model.safetensors"), [0x80, 2, .. new byte[100]]);
        Refused(tiny, "model.safetensors", "pickle", "safe_serialization");
    }

    [Fact]
    public void A_shard_that_is_missing_and_one_that_lacks_its_tensor_are_named()
    {
        var tiny = New;
        tiny.Shards = 3;
        tiny.Write();
        ChangeIndex(
            tiny,
            map => map["logit_scale"] = TinyClip.Shard(3, 3) == (string)map["logit_scale"]! ? TinyClip.Shard(2, 3) : TinyClip.Shard(3, 3)
        );
        Refused(tiny, "has no tensor \"logit_scale\"", Index, "Download the shards again");
        tiny.Write();
        File.Delete(Path.Combine(tiny.Folder, TinyClip.Shard(2, 3)));
        Refused(tiny, TinyClip.Shard(2, 3), Index, "not in the folder", "Download");
    }

    [Theory]
    [InlineData("../x.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/x.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void An_index_that_leads_out_of_the_folder_is_refused(string file)
    {
        var tiny = New;
        tiny.Shards = 2;
        tiny.Write();
        ChangeIndex(tiny, map => map["logit_scale"] = file);
        Refused(tiny, Index, "weight_map.logit_scale", "not the name of a file in this folder");
    }

    [Theory]
    [InlineData("{}", "weight_map")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"weight_map": {"logit_scale": 3}}""", "not text")]
    public void A_broken_index_is_named(string json, string says)
    {
        var tiny = New;
        tiny.Shards = 2;
        tiny.Write();
        File.WriteAllText(Path.Combine(tiny.Folder, Index), json);
        Refused(tiny, Index, says);
    }

    [Theory]
    [InlineData("logit_scale")]
    [InlineData("text_projection.weight")]
    [InlineData("vision_model.pre_layrnorm.bias")]
    [InlineData("text_model.encoder.layers.1.mlp.fc2.bias")]
    public void A_missing_tensor_is_named(string name)
    {
        var tiny = New;
        tiny.Change = (n, t) => n == name ? null : t;
        Refused(tiny.Write(), $"lack \"{name}\"", "config.json is another model's");
    }

    [Theory]
    [InlineData(ScalarType.Float32, float.NaN)]
    [InlineData(ScalarType.Float16, float.PositiveInfinity)]
    [InlineData(ScalarType.BFloat16, float.NegativeInfinity)]
    public void One_value_that_is_no_number_is_named(ScalarType type, float value)
    {
        const string Name = "vision_model.encoder.layers.2.mlp.fc1.weight";
        var tiny = New;
        tiny.Type = type;
        tiny.Change = (n, t) =>
        {
            if (n == Name)
                t[3, 5] = value;
            return t;
        };
        Refused(tiny.Write(), Name, "NaN or infinity", "use another");
    }

    [Fact]
    public void A_wrong_shape_and_a_quantised_weight_are_named()
    {
        const string Name = "text_projection.weight";
        var tiny = New;
        tiny.Change = (n, t) => n == Name ? t.t().contiguous() : t;
        Refused(tiny.Write(), Name, "[16, 12]", "[12, 16]", "copy the whole folder again");
        tiny.Change = (n, t) => n == Name ? t.to(ScalarType.Int8) : t;
        Refused(tiny.Write(), Name, "Int8", "quantised");
    }

    [Theory]
    [InlineData(2)] // fewer tokens than rows: a padded table
    [InlineData(-2)]
    public void A_tokenizer_that_does_not_fit_the_table_is_refused(int more)
    {
        var tiny = New;
        var rows = tiny.Vocabulary.Count + more;
        tiny["text_config", "vocab_size"] = rows;
        tiny["text_config", "eos_token_id"] = 2;
        tiny.Write();
        var message = Assert
            .Throws<EngineException>(() =>
            {
                using var model = ClipModel.Load(tiny.Folder);
                _ = model.VocabularyToGrow;
            })
            .Message;
        Says(message, tiny.Folder, $"{rows}", $"{tiny.Vocabulary.Count} tokens", "from one checkpoint");
    }

    [Fact]
    public void A_tokenizer_with_another_end_or_without_one_is_refused_and_none_cannot_grow()
    {
        var tiny = New;
        tiny["text_config", "eos_token_id"] = 5;
        Refused(tiny.Write(), "config.json", "the end token is 5", $"{tiny.Vocabulary.EndId}", "from one checkpoint");

        var other = New;
        other.Vocabulary = Vocabulary.From(other.Vocabulary.Tokens.Select(t => t == "<|endoftext|>" ? "</s>" : t), other.Vocabulary.Merges);
        Refused(other.Write(), "<|endoftext|>", "not CLIP's");

        var none = New;
        none.WriteTokenizer = (_, _) => { };
        using var model = ClipModel.Load(none.Write().Folder);
        Says(Assert.Throws<EngineException>(() => model.VocabularyToGrow).Message, none.Folder, "tokenizer.json", "Add");
    }

    [Fact]
    public void Half_a_tokenizer_is_named()
    {
        var tiny = New.Write();
        File.Delete(Path.Combine(tiny.Folder, "merges.txt"));
        Refused(tiny, "merges.txt");
    }

    private static void ChangeIndex(TinyClip tiny, Action<JsonObject> change)
    {
        var path = Path.Combine(tiny.Folder, Index);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        change(json["weight_map"]!.AsObject());
        File.WriteAllText(path, json.ToJsonString());
    }

    private static void Refused(TinyClip tiny, params string[] says)
    {
        var before = TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        Says(Assert.Throws<EngineException>(() => ClipModel.Load(tiny.Folder).Dispose()).Message, says);
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    private static void Says(string message, params string[] says) =>
        Assert.All(says, s => Assert.Contains(s, message, StringComparison.Ordinal));
}
