using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace CllClip.Engine.Model;

/// <summary>CLIP's vision transformer as Hugging Face's <c>CLIPVisionModelWithProjection</c> computes it. Frozen.</summary>
public sealed class VisionTower : IDisposable
{
    private readonly TowerSizes _sizes;
    private readonly Tensor _patches; // [V, 3, P, P]
    private readonly Tensor _class; // [V]
    private readonly Tensor _positions; // [N + 1, V]
    private readonly Tensor _preNormWeight; // [V]
    private readonly Tensor _preNormBias;
    private readonly Tensor _postNormWeight;
    private readonly Tensor _postNormBias;
    private readonly Tensor _projection; // [D, V]
    private readonly TransformerBlock[] _blocks;

    private VisionTower(VisionConfig config, Func<string, Tensor> weight, Precision precision)
    {
        Config = config;
        _sizes = config.Tower;
        _patches = weight("vision_model.embeddings.patch_embedding.weight").detach();
        _class = weight("vision_model.embeddings.class_embedding").detach();
        _positions = weight("vision_model.embeddings.position_embedding.weight").detach();
        _preNormWeight = weight("vision_model.pre_layrnorm.weight").detach();
        _preNormBias = weight("vision_model.pre_layrnorm.bias").detach();
        _postNormWeight = weight("vision_model.post_layernorm.weight").detach();
        _postNormBias = weight("vision_model.post_layernorm.bias").detach();
        _projection = weight("visual_projection.weight").detach();
        _blocks =
        [
            .. Enumerable
                .Range(0, _sizes.Layers)
                .Select(i => new TransformerBlock($"vision_model.encoder.layers.{i}.", _sizes, weight, precision: precision)),
        ];
    }

    /// <summary>Sizes of the tower and of its input.</summary>
    public VisionConfig Config { get; }

    /// <summary>Builds the tower; <paramref name="weight"/> gives a tensor by its full Hugging Face name. The tower shares their storage.</summary>
    public static VisionTower Create(VisionConfig config, Func<string, Tensor> weight, Precision precision = Precision.Full)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(weight);
        return new VisionTower(config, weight, precision);
    }

    /// <summary>Embeds images, not normalised.</summary>
    /// <param name="pixels">Preprocessed images. [B, 3, S, S]</param>
    /// <returns>[B, D]</returns>
    /// <exception cref="EngineException">The images have another size than the tower's.</exception>
    public Tensor Forward(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var x = Pooled(pixels); // [B, V]
        return F.linear(x, _projection).MoveToOuterDisposeScope(); // [B, D]
    }

    /// <summary>The class token after the post layer norm. [B, V]</summary>
    internal Tensor Pooled(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var x = Embed(pixels);
        for (var i = 0; i < _blocks.Length - 1; i++)
            x = Next(x, i);
        // only the class token's state is wanted: the last block computes that one position
        var first = zeros([x.shape[0]], ScalarType.Int64, x.device);
        var all = zeros([x.shape[0], 1, 1, x.shape[1]], x.dtype, x.device);
        x = _blocks[^1].ForwardAt(x, first, _blocks.Length - 1, all, TextTowerParts.None).squeeze(1); // [B, V]
        return F.layer_norm(x, [_sizes.Width], _postNormWeight, _postNormBias, _sizes.LayerNormEpsilon).MoveToOuterDisposeScope();
    }

    /// <summary>What enters block 0, then what leaves each block (before the post layer norm), for inspection. Each [B, N + 1, V]</summary>
    public IReadOnlyList<Tensor> HiddenStates(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var states = new List<Tensor> { Embed(pixels) };
        for (var i = 0; i < _blocks.Length; i++)
            states.Add(Next(states[^1], i));
        return [.. states.Select(s => s.MoveToOuterDisposeScope())];
    }

    private Tensor Next(Tensor x, int block) => _blocks[block].Forward(x, block, null, TextTowerParts.None, causal: false);

    private Tensor Embed(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        long side = Config.ImageSize;
        if (pixels.dim() != 4 || pixels.shape[1] != 3 || pixels.shape[2] != side || pixels.shape[3] != side)
            throw new EngineException(
                $"Images of shape [{string.Join(", ", pixels.shape)}] do not fit this model, which takes [B, 3, {side}, {side}]."
            );
        var x = F.conv2d(pixels, _patches, strides: [Config.PatchSize, Config.PatchSize]).flatten(2).transpose(1, 2); // [B, N, V]
        var first = _class.expand(x.shape[0], 1, _sizes.Width); // [B, 1, V]
        x = cat([first, x], 1).Plus(_positions); // [B, N + 1, V]
        return F.layer_norm(x, [_sizes.Width], _preNormWeight, _preNormBias, _sizes.LayerNormEpsilon);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var block in _blocks)
            block.Dispose();
        Tensor[] own = [_patches, _class, _positions, _preNormWeight, _preNormBias, _postNormWeight, _postNormBias, _projection];
        foreach (var tensor in own)
            tensor.Dispose();
    }
}
