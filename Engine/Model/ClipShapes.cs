namespace CllClip.Engine.Model;

/// <summary>Name and shape of every tensor that a config asks for, as Hugging Face's <c>CLIPModel</c> names them.</summary>
internal static class ClipShapes
{
    internal const string TokenEmbedding = "text_model.embeddings.token_embedding.weight";
    internal const string LogitScale = "logit_scale";

    internal static SortedDictionary<string, long[]> Of(ClipConfig config)
    {
        var (text, vision) = (config.Text, config.Vision);
        long w = text.Tower.Width,
            v = vision.Tower.Width,
            d = config.ProjectionDim;
        var shapes = new SortedDictionary<string, long[]>(StringComparer.Ordinal)
        {
            [LogitScale] = [],
            [TokenEmbedding] = [text.VocabularySize, w],
            ["text_model.embeddings.position_embedding.weight"] = [text.MaxPositions, w],
            ["text_projection.weight"] = [d, w],
            ["vision_model.embeddings.class_embedding"] = [v],
            ["vision_model.embeddings.patch_embedding.weight"] = [v, 3, vision.PatchSize, vision.PatchSize],
            ["vision_model.embeddings.position_embedding.weight"] = [vision.Patches + 1, v],
            ["visual_projection.weight"] = [d, v],
        };
        AddNorm(shapes, "text_model.final_layer_norm", w);
        AddNorm(shapes, "vision_model.pre_layrnorm", v); // sic
        AddNorm(shapes, "vision_model.post_layernorm", v);
        AddBlocks(shapes, "text_model", text.Tower, text.IntermediateSize);
        AddBlocks(shapes, "vision_model", vision.Tower, vision.IntermediateSize);
        return shapes;
    }

    private static void AddNorm(SortedDictionary<string, long[]> shapes, string name, long width)
    {
        shapes[name + ".weight"] = [width];
        shapes[name + ".bias"] = [width];
    }

    private static void AddBlocks(SortedDictionary<string, long[]> shapes, string tower, TowerSizes sizes, long hidden)
    {
        long w = sizes.Width;
        for (var i = 0; i < sizes.Layers; i++)
        {
            var block = $"{tower}.encoder.layers.{i}.";
            AddNorm(shapes, block + "layer_norm1", w);
            AddNorm(shapes, block + "layer_norm2", w);
            AddLinear(shapes, block + "self_attn.q_proj", w, w);
            AddLinear(shapes, block + "self_attn.k_proj", w, w);
            AddLinear(shapes, block + "self_attn.v_proj", w, w);
            AddLinear(shapes, block + "self_attn.out_proj", w, w);
            AddLinear(shapes, block + "mlp.fc1", hidden, w);
            AddLinear(shapes, block + "mlp.fc2", w, hidden);
        }
    }

    private static void AddLinear(SortedDictionary<string, long[]> shapes, string name, long outputs, long inputs)
    {
        shapes[name + ".weight"] = [outputs, inputs];
        shapes[name + ".bias"] = [outputs];
    }
}
