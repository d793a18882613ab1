using CllClip.Engine.Model;

namespace CllClip.Engine.Data.Images;

/// <summary>CLIP's image preprocessing: short side to a size, centre crop, 0..255 to 0..1, mean and deviation.</summary>
/// <param name="ShortestEdge">Length of the short side after resizing.</param>
/// <param name="CropSize">Side S of the centre crop.</param>
/// <param name="Mean">Mean of each channel in 0..1. [3]</param>
/// <param name="Std">Deviation of each channel in 0..1. [3]</param>
/// <param name="RescaleFactor">From 8 bits to 0..1.</param>
public sealed record ImagePreprocessing(
    int ShortestEdge,
    int CropSize,
    IReadOnlyList<double> Mean,
    IReadOnlyList<double> Std,
    double RescaleFactor = 1 / 255.0
)
{
    private const int Largest = 1 << 12;

    /// <summary>CLIP's own values for an image size.</summary>
    public static ImagePreprocessing Default(int imageSize) =>
        new(imageSize, imageSize, [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]);

    /// <summary>Reads preprocessor_config.json; what it leaves out is CLIP's own.</summary>
    /// <exception cref="EngineException">It is broken or asks for something that CLIP does not do.</exception>
    public static ImagePreprocessing Load(string path, int imageSize)
    {
        using var document = ConfigJson.Open(path);
        var json = new ConfigJson(path, "", document.RootElement);
        var otherwise = Default(imageSize);
        if (json.Int("resample", 3, 0, 9) != 3)
            throw json.Error("resample", "not 3 (bicubic), the only resampling supported");
        foreach (var step in new[] { "do_resize", "do_center_crop", "do_rescale", "do_normalize" })
            if (!json.Bool(step, true))
                throw json.Error(step, "false, but CLIP's preprocessing does this step");
        return new(
            Side(json, "size", imageSize),
            Side(json, "crop_size", imageSize),
            Channels(json, "image_mean", otherwise.Mean),
            Channels(json, "image_std", otherwise.Std),
            json.Double("rescale_factor", otherwise.RescaleFactor)
        );
    }

    private static int Side(ConfigJson json, string key, int otherwise)
    {
        if (json.Value(key) is not { ValueKind: System.Text.Json.JsonValueKind.Object })
            return json.Int(key, otherwise, 1, Largest); // before 2023 a plain number
        var size = json.Object(key)!;
        if (key == "size" && size.Value("shortest_edge") is null)
            throw json.Error(key, "without a \"shortest_edge\", which CLIP resizes to");
        if (key == "size")
            return size.Int("shortest_edge", otherwise, 1, Largest);
        var side = size.Int("height", otherwise, 1, Largest);
        return size.Int("width", otherwise, 1, Largest) == side ? side : throw json.Error(key, "not square");
    }

    private static IReadOnlyList<double> Channels(ConfigJson json, string key, IReadOnlyList<double> otherwise)
    {
        var values = json.Numbers(key) ?? otherwise;
        if (values.Count != 3 || (key == "image_std" && values.Any(v => v <= 0)))
            throw json.Error(key, "not three numbers, one for each of red, green and blue");
        return values;
    }
}
