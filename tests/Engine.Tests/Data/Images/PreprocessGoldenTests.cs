using System.Text.Json;
using CllClip.Engine.Data.Images;
using CllClip.Engine.Tests.Golden;
using Xunit;

namespace CllClip.Engine.Tests.Data.Images;

[Trait("Category", "Golden")]
public class PreprocessGoldenTests
{
    public static TheoryData<string> Cases => Fixtures.Cases("preprocess");

    [Theory, MemberData(nameof(Cases))]
    public void A_file_gives_the_reference_pixel_values_under_the_benchmark_policy(string name)
    {
        using var golden = Fixtures.Load("preprocess", name);
        Check(golden, "out.pixel_values", Decode(golden, DecodePolicy.Benchmark), Strict(golden));
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_person_s_photo_is_turned_laid_on_white_and_scaled(string name)
    {
        using var golden = Fixtures.Load("preprocess", name);
        string[] keys = ["out.pixel_values_exif_applied", "out.pixel_values_16bit_scaled", "out.pixel_values_alpha_on_white"];
        var key = keys.FirstOrDefault(golden.Tensors.ContainsKey, "out.pixel_values");
        Check(golden, key, Decode(golden, DecodePolicy.Photo), Strict(golden));
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_resampler_alone_is_exact_where_the_case_has_decoded_pixels(string name)
    {
        using var golden = Fixtures.Load("preprocess", name);
        if (!golden.Tensors.TryGetValue("out.rgb", out var rgb))
            return;
        var image = new RgbImage((int)rgb.shape[1], (int)rgb.shape[0], rgb.data<byte>().ToArray());
        Check(golden, "out.pixel_values", image, 1e-5);
    }

    private static RgbImage Decode(GoldenCase golden, DecodePolicy policy) =>
        ImageDecoder.DecodeFile(golden.PathOf(golden.Json.GetProperty("file").GetString()!), policy);

    private static double Strict(GoldenCase golden) =>
        golden.Json.GetProperty("tolerance").GetProperty("strict_max_abs_in_0_1").GetDouble();

    private static void Check(GoldenCase golden, string key, RgbImage image, double tolerance)
    {
        var json = golden.Json;
        var preprocessing = new ImagePreprocessing(
            json.GetProperty("size").GetProperty("shortest_edge").GetInt32(),
            json.GetProperty("crop_size").GetProperty("height").GetInt32(),
            Doubles(json.GetProperty("image_mean")),
            Doubles(json.GetProperty("image_std")),
            json.GetProperty("rescale_factor").GetDouble()
        );
        var want = golden.Tensors[key].data<float>().ToArray();
        var got = preprocessing.Apply(image);
        var plane = preprocessing.CropSize * preprocessing.CropSize;
        Assert.Equal(want.Length, got.Length);
        var worst = Enumerable.Range(0, got.Length).Max(i => Math.Abs(got[i] - want[i]) * preprocessing.Std[i / plane]);
        Assert.True(worst <= tolerance, $"{key} differs by {worst * 255:F3}/255");
    }

    private static double[] Doubles(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetDouble())];
}
