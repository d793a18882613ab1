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
        var (edge, crop) = (Side(json, "size", imageSize), Side(json, "crop_size", imageSize));
        if (edge < crop)
            throw json.Error("size", $"{edge}, less than the crop of {crop}");
        return new(
            edge,
            crop,
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

    /// <summary>Resizes the short side and cuts out the centre. S * S * 3 bytes, row by row</summary>
    public byte[] ResizeAndCrop(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var narrow = image.Width <= image.Height;
        var (shorter, longer) = narrow ? (image.Width, image.Height) : (image.Height, image.Width);
        var other = (int)Math.Min(int.MaxValue, (long)ShortestEdge * longer / shorter);
        var (width, height) = narrow ? (ShortestEdge, other) : (other, ShortestEdge);
        return PillowBicubic.Resize(image, width, height, (width - CropSize) / 2, (height - CropSize) / 2, CropSize, CropSize).Pixels;
    }

    /// <summary>From 8-bit RGB, row by row, to the model's input, channel by channel. S * S * 3 bytes to [3, S, S]</summary>
    /// <param name="rgb">Pixels of an image of the model's size.</param>
    /// <param name="into">3 * S * S values.</param>
    public void Normalize(ReadOnlySpan<byte> rgb, Span<float> into)
    {
        var plane = CropSize * CropSize;
        if (rgb.Length != 3 * plane || into.Length != 3 * plane)
            throw new ArgumentException($"{rgb.Length} bytes and {into.Length} values are not {CropSize} x {CropSize} x 3.", nameof(rgb));
        Span<float> table = stackalloc float[256];
        for (var c = 0; c < 3; c++)
        {
            for (var v = 0; v < 256; v++)
                table[v] = ((float)(v * RescaleFactor) - (float)Mean[c]) / (float)Std[c];
            var channel = into.Slice(c * plane, plane);
            for (var i = 0; i < plane; i++)
                channel[i] = table[rgb[3 * i + c]];
        }
    }

    /// <summary>All steps: the model's input for one decoded image. [3, S, S]</summary>
    public float[] Apply(RgbImage image)
    {
        var pixels = new float[3 * CropSize * CropSize];
        Apply(image, pixels);
        return pixels;
    }

    /// <inheritdoc cref="Apply(RgbImage)"/>
    /// <param name="image">The decoded image.</param>
    /// <param name="into">3 * S * S values.</param>
    public void Apply(RgbImage image, Span<float> into) => Normalize(ResizeAndCrop(image), into);
}
