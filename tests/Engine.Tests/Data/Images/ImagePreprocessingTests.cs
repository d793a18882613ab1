using CllClip.Engine.Data.Images;
using Xunit;

namespace CllClip.Engine.Tests.Data.Images;

public class ImagePreprocessingTests
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("cll").FullName, "preprocessor_config.json");

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"size": 64, "crop_size": 64, "resample": 3}""")]
    [InlineData("""{"size": {"shortest_edge": 64}, "crop_size": {"height": 64, "width": 64}, "unknown": []}""")]
    public void Old_and_new_forms_and_what_is_left_out_mean_the_same(string json)
    {
        File.WriteAllText(_path, json);
        var p = ImagePreprocessing.Load(_path, 64);
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
        File.WriteAllText(_path, json);
        var e = Assert.Throws<EngineException>(() => ImagePreprocessing.Load(_path, 64));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.Contains(_path, e.Message, StringComparison.Ordinal);
    }
}
