using CllClip.Engine.Data.Images;
using Xunit;

namespace CllClip.Engine.Tests.Data.Images;

public sealed class ImagePreprocessingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => Path.Combine(_folder.Path, "preprocessor_config.json");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"size": 64, "crop_size": 64, "resample": 3}""")]
    [InlineData("""{"size": {"shortest_edge": 64}, "crop_size": {"height": 64, "width": 64}, "unknown": []}""")]
    public void Old_and_new_forms_and_what_is_left_out_mean_the_same(string json)
    {
        File.WriteAllText(FilePath, json);
        var p = ImagePreprocessing.Load(FilePath, 64);
        Assert.Equal((64, 64), (p.ShortestEdge, p.CropSize));
        Assert.Equal(ImagePreprocessing.Default(64).Mean, p.Mean);
        Assert.Equal(ImagePreprocessing.Default(64).Std, p.Std);
    }

    [Theory]
    [InlineData("""{"resample": 2}""", "resample")]
    [InlineData("""{"do_center_crop": false}""", "do_center_crop")]
    [InlineData("""{"size": {"height": 64, "width": 64}}""", "shortest_edge")]
    [InlineData("""{"crop_size": {"height": 64, "width": 60}}""", "crop_size")]
    [InlineData("""{"size": 32}""", "size")]
    [InlineData("""{"image_mean": [0.5]}""", "image_mean")]
    [InlineData("""{"image_std": [1, 0, 1]}""", "image_std")]
    [InlineData("""{"size":""", "not valid JSON")]
    public void What_CLIP_does_not_do_is_refused_by_name(string json, string says)
    {
        File.WriteAllText(FilePath, json);
        var e = Assert.Throws<EngineException>(() => ImagePreprocessing.Load(FilePath, 64));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.Contains(FilePath, e.Message, StringComparison.Ordinal);
    }
}
