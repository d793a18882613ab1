using CllClip.Engine.Model;
using CllClip.Engine.Tests.Model;

namespace CllClip.Fuzz.Engine;

/// <summary>A CLIP folder whose <c>config.json</c>, <c>preprocessor_config.json</c> or list of shards is not to be trusted, loaded whole.</summary>
internal sealed class ModelTarget : IFuzzTarget
{
    private const string Config = "config.json";
    private const string Preprocessor = "preprocessor_config.json";
    private const string Index = "model.safetensors.index.json";
    private readonly FuzzFolder _single = new();
    private readonly FuzzFolder _shards = new();
    private readonly Dictionary<string, byte[]> _good = [];

    public ModelTarget()
    {
        new TinyClip(_single.Path).Write();
        new TinyClip(_shards.Path) { Shards = 2 }.Write();
        _good[Config] = File.ReadAllBytes(_single.At(Config));
        _good[Preprocessor] =
            """{"crop_size":{"height":8,"width":8},"do_center_crop":true,"do_convert_rgb":true,"do_normalize":true,"do_rescale":true,"do_resize":true,"image_mean":[0.48145466,0.4578275,0.40821073],"image_std":[0.26862954,0.26130258,0.27577711],"resample":3,"rescale_factor":0.00392156862745098,"size":{"shortest_edge":8}}"""u8.ToArray();
        _good[Index] = File.ReadAllBytes(_shards.At(Index));
        _single.Write(Preprocessor, _good[Preprocessor]);
        Samples =
        [
            .. _good.Select(g => new FuzzInput(g.Key, g.Value)),
            new FuzzInput(Preprocessor, """{"crop_size":8,"size":8,"image_mean":[0.5,0.5,0.5]}"""u8.ToArray()),
        ];
    }

    /// <inheritdoc/>
    public string Name => "model";

    /// <inheritdoc/>
    public IReadOnlyList<FuzzInput> Samples { get; }

    /// <inheritdoc/>
    public long MostAllocated => 64 << 20;

    /// <inheritdoc/>
    public IReadOnlyList<string> Words { get; } =
    [
        "\"text_config_dict\":",
        "\"vision_config\":null",
        "\"hidden_act\":\"gelu\"",
        "\\ud800",
        "\"model_type\":\"clip\"",
        "..",
        "/",
        "\"weight_map\":",
        "\"layer_norm_eps\":",
        "65536",
        "1024",
        "model-00001-of-00002.safetensors",
    ];

    /// <inheritdoc/>
    public string? Read(FuzzInput input)
    {
        var folder = input.Kind == Index ? _shards : _single;
        var path = folder.Write(input.Kind, input.Bytes);
        try
        {
            return FuzzFolder.Refusal(() => ClipModel.Load(folder.Path).Dispose(), folder.Path);
        }
        finally
        {
            File.WriteAllBytes(path, _good[input.Kind]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _single.Dispose();
        _shards.Dispose();
    }
}
