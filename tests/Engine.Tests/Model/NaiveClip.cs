using CllClip.Engine.Model;

namespace CllClip.Engine.Tests.Model;

/// <summary>CLIP as one reads it in a textbook: loops over double, one caption or image at a time. The oracle of the towers.</summary>
internal sealed class NaiveClip(ClipConfig config, IReadOnlyDictionary<string, float[]> weights)
{
    /// <summary>Embedding of a caption, whose last id is the end token. [L] to [D]</summary>
    public double[] Text(IReadOnlyList<int> ids)
    {
        var (tower, prefix) = (config.Text.Tower, "text_model.");
        var x = ids.Select(
                (id, i) =>
                    Sum(
                        Row(prefix + "embeddings.token_embedding.weight", id, tower.Width),
                        Row(prefix + "embeddings.position_embedding.weight", i, tower.Width)
                    )
            )
            .ToArray();
        x = Blocks(x, prefix, tower, config.Text.IntermediateSize, causal: true);
        return Linear(Norm(x[^1], prefix + "final_layer_norm", tower), "text_projection", config.ProjectionDim);
    }

    /// <summary>Embedding of an image. [3, S, S] to [D]</summary>
    public double[] Image(float[] pixels)
    {
        var (vision, tower, prefix) = (config.Vision, config.Vision.Tower, "vision_model.");
        var (side, patch) = (vision.ImageSize, vision.PatchSize);
        var tokens = new List<double[]> { weights[prefix + "embeddings.class_embedding"].Select(v => (double)v).ToArray() };
        var kernel = weights[prefix + "embeddings.patch_embedding.weight"]; // [V, 3, P, P]
        for (var top = 0; top + patch <= side; top += patch)
        {
            for (var left = 0; left + patch <= side; left += patch)
            {
                var token = new double[tower.Width];
                for (var v = 0; v < tower.Width; v++)
                for (var c = 0; c < 3; c++)
                for (var y = 0; y < patch; y++)
                for (var x = 0; x < patch; x++)
                    token[v] += kernel[((v * 3 + c) * patch + y) * patch + x] * pixels[(c * side + top + y) * side + left + x];
                tokens.Add(token);
            }
        }
        var h = tokens
            .Select(
                (t, i) => Norm(Sum(t, Row(prefix + "embeddings.position_embedding.weight", i, tower.Width)), prefix + "pre_layrnorm", tower)
            )
            .ToArray();
        h = Blocks(h, prefix, tower, vision.IntermediateSize, causal: false);
        return Linear(Norm(h[0], prefix + "post_layernorm", tower), "visual_projection", config.ProjectionDim);
    }

    private double[][] Blocks(double[][] x, string prefix, TowerSizes tower, int hidden, bool causal)
    {
        for (var i = 0; i < tower.Layers; i++)
        {
            var block = $"{prefix}encoder.layers.{i}.";
            var attended = Attention([.. x.Select(t => Norm(t, block + "layer_norm1", tower))], block + "self_attn.", tower, causal);
            x = [.. x.Zip(attended, Sum)];
            x =
            [
                .. x.Select(t =>
                {
                    var inner = Linear(Norm(t, block + "layer_norm2", tower), block + "mlp.fc1", hidden);
                    return Sum(t, Linear([.. inner.Select(v => Activate(v, tower.Activation))], block + "mlp.fc2", tower.Width));
                }),
            ];
        }
        return x;
    }

    private double[][] Attention(double[][] x, string name, TowerSizes tower, bool causal)
    {
        var (q, k, v) = (Each("q_proj"), Each("k_proj"), Each("v_proj"));
        var size = tower.Width / tower.Heads;
        var mixed = x.Select(_ => new double[tower.Width]).ToArray();
        for (var head = 0; head < tower.Heads; head++)
        {
            var from = head * size;
            for (var i = 0; i < x.Length; i++)
            {
                var seen = causal ? i + 1 : x.Length;
                var scores = Enumerable
                    .Range(0, seen)
                    .Select(j => Math.Exp(Enumerable.Range(from, size).Sum(d => q[i][d] * k[j][d]) / Math.Sqrt(size)))
                    .ToArray();
                for (var d = from; d < from + size; d++)
                    mixed[i][d] = Enumerable.Range(0, seen).Sum(j => scores[j] * v[j][d]) / scores.Sum();
            }
        }
        return [.. mixed.Select(t => Linear(t, name + "out_proj", tower.Width))];

        double[][] Each(string which) => [.. x.Select(t => Linear(t, name + which, tower.Width))];
    }

    private static double Activate(double x, string activation) =>
        activation == "quick_gelu" ? x / (1 + Math.Exp(-1.702 * x)) : 0.5 * x * (1 + Erf(x / Math.Sqrt(2)));

    private static double Erf(double x)
    {
        if (Math.Abs(x) > 4)
            return Math.Sign(x);
        double sum = 0,
            term = x;
        for (var n = 0; n < 100; n++)
        {
            sum += term / (2 * n + 1);
            term *= -x * x / (n + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    private double[] Norm(double[] x, string name, TowerSizes tower)
    {
        var mean = x.Average();
        var deviation = Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + tower.LayerNormEpsilon);
        var (weight, bias) = (weights[name + ".weight"], weights[name + ".bias"]);
        return [.. x.Select((v, i) => (v - mean) / deviation * weight[i] + bias[i])];
    }

    private double[] Linear(double[] x, string name, int outputs)
    {
        var weight = weights[name + ".weight"];
        var bias = weights.GetValueOrDefault(name + ".bias");
        return [.. Enumerable.Range(0, outputs).Select(o => x.Select((v, i) => v * weight[o * x.Length + i]).Sum() + (bias?[o] ?? 0))];
    }

    private double[] Row(string name, int row, int width) => [.. weights[name].AsSpan(row * width, width).ToArray().Select(v => (double)v)];

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
