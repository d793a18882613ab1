namespace CllClip.Engine.Model;

/// <summary>The text half of a CLIP config.json.</summary>
/// <param name="Tower">Sizes of the transformer.</param>
/// <param name="IntermediateSize">Width of the MLP's hidden layer.</param>
/// <param name="VocabularySize">Rows V of the token-embedding table.</param>
/// <param name="MaxPositions">Longest caption in tokens.</param>
/// <param name="StartTokenId"><c>bos_token_id</c>, as written.</param>
/// <param name="EndTokenId"><c>eos_token_id</c>, as written; 2 is the legacy value, see <see cref="LegacyEnd"/>.</param>
/// <param name="PadTokenId"><c>pad_token_id</c>, as written.</param>
public sealed record TextConfig(
    TowerSizes Tower,
    int IntermediateSize,
    int VocabularySize,
    int MaxPositions,
    int StartTokenId,
    int EndTokenId,
    int PadTokenId
)
{
    /// <summary>The config says 2, as all written before 2023 do: HF then takes the largest id of a row for its end token.</summary>
    public bool LegacyEnd => EndTokenId == 2;
}

/// <summary>The vision half of a CLIP config.json.</summary>
/// <param name="Tower">Sizes of the transformer.</param>
/// <param name="IntermediateSize">Width of the MLP's hidden layer.</param>
/// <param name="ImageSize">Side S of the square input in pixels.</param>
/// <param name="PatchSize">Side of a patch in pixels.</param>
public sealed record VisionConfig(TowerSizes Tower, int IntermediateSize, int ImageSize, int PatchSize)
{
    /// <summary>Patches of an image; the rest of a side that is no multiple of the patch is dropped.</summary>
    public int Patches => ImageSize / PatchSize * (ImageSize / PatchSize);
}

/// <summary>A Hugging Face CLIP config.json. Keys left out have Hugging Face's defaults, those of OpenAI's ViT-B/32.</summary>
/// <param name="Text">The text tower.</param>
/// <param name="Vision">The vision tower.</param>
/// <param name="ProjectionDim">Length D of an embedding.</param>
public sealed record ClipConfig(TextConfig Text, VisionConfig Vision, int ProjectionDim)
{
    /// <summary>Reads config.json.</summary>
    /// <exception cref="EngineException">It is missing, not JSON, not of a CLIP model, or a value is impossible.</exception>
    public static ClipConfig Load(string path)
    {
        using var document = ConfigJson.Open(path);
        var root = new ConfigJson(path, "", document.RootElement);
        var type = root.String("model_type", "(none)");
        if (type != "clip")
            throw new EngineException(
                $"{path} is of a model of type \"{type}\", not \"clip\". Choose the folder of a Hugging Face CLIPModel, with both towers."
            );
        // older files may hold the towers' settings in *_config_dict as well, which HF lets win
        var text = root.Object("text_config_dict") ?? root.Object("text_config") ?? root.Empty("text_config");
        var vision = root.Object("vision_config_dict") ?? root.Object("vision_config") ?? root.Empty("vision_config");
        return new(ReadText(text), ReadVision(vision), root.Int("projection_dim", 512, 1, 1 << 16));
    }

    private static TextConfig ReadText(ConfigJson json)
    {
        var vocabulary = json.Int("vocab_size", 49408, 1, 1 << 26);
        return new(
            Tower(json, width: 512, heads: 8),
            json.Int("intermediate_size", 2048, 1, 1 << 20),
            vocabulary,
            json.Int("max_position_embeddings", 77, 2, 1 << 16),
            json.Int("bos_token_id", 49406, 0, int.MaxValue),
            json.Int("eos_token_id", 49407, 0, int.MaxValue),
            json.Int("pad_token_id", 1, 0, int.MaxValue)
        );
    }

    private static VisionConfig ReadVision(ConfigJson json)
    {
        var tower = Tower(json, width: 768, heads: 12);
        var patch = json.Int("patch_size", 32, 1, 1 << 12);
        var size = json.Int("image_size", 224, patch, 1 << 12);
        json.Int("num_channels", 3, 3, 3);
        return new(tower, json.Int("intermediate_size", 3072, 1, 1 << 20), size, patch);
    }

    private static TowerSizes Tower(ConfigJson json, int width, int heads)
    {
        var w = json.Int("hidden_size", width, 1, 1 << 16);
        var h = json.Int("num_attention_heads", heads, 1, 1 << 10);
        if (w % h != 0)
            throw json.Error("num_attention_heads", $"{h}, which does not divide hidden_size {w}");
        var layers = json.Int("num_hidden_layers", 12, 1, 1 << 10);
        var act = json.String("hidden_act", "quick_gelu");
        if (act is not ("quick_gelu" or "gelu"))
            throw json.Error("hidden_act", $"\"{act}\"; \"quick_gelu\" and \"gelu\" are supported");
        var eps = json.Double("layer_norm_eps", 1e-5);
        if (!(eps is > 0 and < 1))
            throw json.Error("layer_norm_eps", $"{eps}, which is not between 0 and 1");
        return new TowerSizes(w, h, layers, act, eps);
    }
}
