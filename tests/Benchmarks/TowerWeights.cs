using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Benchmarks;

/// <summary>Drawn weights for a text tower of any size.</summary>
internal static class TowerWeights
{
    /// <summary>Gives a weight by its full Hugging Face name, the same at each call.</summary>
    /// <param name="width">Width of the tower.</param>
    /// <param name="layers">Its blocks; so many as its names have.</param>
    /// <param name="projection">Length of an embedding.</param>
    /// <param name="positions">Longest text in tokens.</param>
    public static Func<string, Tensor> Random(long width, int layers, long projection, int positions = 77)
    {
        var weights = new Dictionary<string, Tensor>(16 * layers);
        return name => weights.TryGetValue(name, out var w) ? w : weights[name] = Make(name, width, projection, positions);
    }

    private static Tensor Make(string name, long width, long projection, int positions)
    {
        var hidden = 4 * width;
        long[] size = name switch
        {
            "text_projection.weight" => [projection, width],
            "text_model.embeddings.position_embedding.weight" => [positions, width],
            _ when name.EndsWith("fc1.weight", StringComparison.Ordinal) => [hidden, width],
            _ when name.EndsWith("fc2.weight", StringComparison.Ordinal) => [width, hidden],
            _ when name.EndsWith("fc1.bias", StringComparison.Ordinal) => [hidden],
            _ when name.EndsWith("proj.weight", StringComparison.Ordinal) => [width, width],
            _ => [width],
        };
        return name.Contains("norm", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal)
            ? ones(size)
            : randn(size) * 0.02;
    }
}
