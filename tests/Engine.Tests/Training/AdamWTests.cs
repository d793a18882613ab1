using CllClip.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Training;

/// <summary>The scales of a row against plain arithmetic; the rest of the optimiser has golden numbers.</summary>
public class AdamWTests
{
    [Fact]
    public void An_update_scale_multiplies_the_step_and_nothing_before_it()
    {
        using var scope = NewDisposeScope();
        double[,] start =
        {
            { 0.5, -1.0 },
            { 2.0, 0.1 },
            { -0.3, 0.7 },
        };
        double[] scales = [1, 0.5, 0];
        var parameter = tensor(start).requires_grad_(true);
        using var optimiser = new AdamW(weightDecay: 0.05);
        var column = tensor(scales).reshape(-1, 1);
        optimiser.Add(parameter, decayScale: column.clone(), updateScale: column.clone());
        var (first, second) = (new double[3, 2], new double[3, 2]);
        var random = new Random(1);
        for (var step = 1; step <= 5; step++)
        {
            var gradient = new double[3, 2];
            for (var r = 0; r < 3; r++)
            for (var c = 0; c < 2; c++)
            {
                gradient[r, c] = random.NextDouble() - 0.5;
                first[r, c] = 0.9 * first[r, c] + 0.1 * gradient[r, c];
                second[r, c] = 0.999 * second[r, c] + 0.001 * gradient[r, c] * gradient[r, c];
                start[r, c] *= 1 - 0.01 * 0.05 * scales[r];
                var corrected = first[r, c] / (1 - Math.Pow(0.9, step));
                var root = Math.Sqrt(second[r, c] / (1 - Math.Pow(0.999, step))) + 1e-6;
                start[r, c] -= 0.01 * scales[r] * corrected / root;
            }
            parameter.grad = tensor(gradient);
            optimiser.Step(0.01);
        }
        Assert.True((tensor(start) - parameter).abs().max().item<double>() < 1e-12);
        Assert.Equal(-0.3, parameter[2][0].item<double>()); // scale 0: never moved
    }
}
