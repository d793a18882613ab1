using CllClip.Engine.Device;
using CllClip.Engine.Model;
using TorchSharp;
using static CllClip.Benchmarks.Measure;
using static TorchSharp.torch;

namespace CllClip.Benchmarks;

/// <summary>The dense way, for comparison: the whole table is the parameter, its gradient is dense, and TorchSharp's own AdamW keeps both moments of every row.</summary>
internal static class DenseWay
{
    private const int RowsPerTask = 10_000;
    private const int Batch = 128;
    private const int Length = 17;

    /// <summary>Prints what a step and its memory cost with the table of two tasks.</summary>
    public static void Measure(ClipModel model, int early, int late)
    {
        var steps = new List<double>();
        foreach (var task in new[] { early, late })
        {
            using var scope = NewDisposeScope();
            NativeMemory.Release();
            ForgetPeak();
            var count = model.TokenEmbedding.shape[0] + ((long)RowsPerTask * task);
            var table = new TorchSharp.Modules.Parameter(randn(count, model.TokenEmbedding.shape[1]).mul_(0.02));
            var optimiser = optim.AdamW([table], 1e-3, weight_decay: 0.05);
            var ids = randint(count, [Batch * Length]); // ids of one language are drawn: the cost is the same wherever they lie
            var ends = full([Batch], Length - 1, ScalarType.Int64);
            var targets = randn(Batch, model.Text.EmbeddingSize);
            void Step()
            {
                using var own = NewDisposeScope();
                optimiser.zero_grad();
                var tokens = table.index_select(0, ids).reshape(Batch, Length, -1); // [B, L, W]
                nn.functional.mse_loss(model.Text.Forward(tokens, ends), targets).backward();
                nn.utils.clip_grad_norm_([table], 1);
                optimiser.step();
            }
            Step(); // makes the moments
            var time = Median(Enumerable.Range(0, 3).Select(_ => ProcessorTime(Step)));
            steps.Add(time);
            Line($"dense, table of task {task} ({count:N0} rows): step {time:0} ms, peak memory {PeakMegabytes():0} MB");
            optimiser.Dispose();
        }
        Line($"dense: last over second task {steps[1] / steps[0]:0.00} in time of a step");
    }
}
