using System.Globalization;
using CllClip.Engine.Data;
using CllClip.Engine.Device;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using TorchSharp;
using static CllClip.Benchmarks.Measure;
using static TorchSharp.torch;

namespace CllClip.Benchmarks;

/// <summary>A step of each method over CLL-CLIP's own at the embedded model's shapes, in its second task (memory full, Fisher information of every row), one thread.</summary>
internal sealed class MethodsBenchmark : IBenchmark
{
    private const int Batch = 128;
    private const int Length = 17;
    private const int Rows = 3_000;
    private const int Width = 128;
    private const int Memory = 8_000;
    private static readonly (string Method, double? Target)[] Methods =
    [
        ("cll-clip", null),
        ("er", 2.2),
        ("der", 2.2),
        ("oewc", 1.3),
        ("mla", null),
        ("p-tuning", null),
        ("lora", null),
        ("dualprompt", null),
        ("coda-prompt", null),
    ];

    /// <inheritdoc/>
    public string Verb => "methods";

    /// <inheritdoc/>
    public string Summary => "[ROUNDS]: a step of each method over CLL-CLIP's (targets: 2.2 for er and der, 1.3 for oewc)";

    /// <inheritdoc/>
    public int Run(string[] args)
    {
        TorchProcess.Configure(1);
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        using var tower = TextTower.Create(new TowerSizes(Width, 4, 2), TowerWeights.Random(Width, 2, Width));
        var running = Methods.Select(m => new Running(m.Method, tower)).ToArray();
        var times = InTurn(Whole(args, 0, 40), 5, [.. running.Select(r => (Action)r.Step)]);
        var met = true;
        for (var i = 0; i < running.Length; i++)
        {
            var (ratio, target) = (Ratio(times[i], times[0]), Methods[i].Target);
            met &= ratio <= (target ?? double.MaxValue);
            Line($"{Methods[i].Method, -12} step {Median(times[i]), 6:0.00} ms, over CLL-CLIP {ratio:0.00}{Said(target)}");
        }
        var oewc = running[Array.FindIndex(Methods, m => m.Method == "oewc")];
        var fisher = InTurn(10, 1, running[0].Step, oewc.Fisher);
        Line(
            $"oEWC's Fisher pass: {Ratio(fisher[1], fisher[0]) / Running.FisherBatches:0.00} of a CLL-CLIP step for each batch of one more epoch"
        );
        foreach (var r in running)
        {
            r.Dispose();
        }
        return met ? 0 : 1;
    }

    private static string Said(double? target) =>
        target is null ? "" : string.Create(CultureInfo.InvariantCulture, $" (target {target:0.0})");

    /// <summary>A method in its second task.</summary>
    private sealed class Running : IDisposable
    {
        public const int FisherBatches = 4;

        private readonly DisposeScope _scope = NewDisposeScope();
        private readonly ContinualMethod _method;
        private readonly Dictionary<string, int[]> _tokens = new(StringComparer.Ordinal);
        private readonly Tensor _embeddings = randn(64, Width);
        private readonly TaskRows _rows;
        private readonly TaskTraining _training;
        private readonly TrainingBatch _batch;

        public Running(string method, TextTower tower)
        {
            _method = MethodCatalog.Create(method);
            var draws = new Random(1);
            var embedding = new TokenEmbedding(randn(Rows, Width) * 0.02);
            long[] all = [.. Enumerable.Range(0, Rows).Select(i => (long)i)];
            TrainingPair[] pairs = [.. Enumerable.Range(0, Memory).Select(i => new TrainingPair(i % 64, "", Caption(i, draws), "en"))];
            _batch = Make(pairs[..Batch]);
            TaskContext Task(int index) => new(index, [index == 0 ? "en" : "de"], tower, 1, () => tower, Make);

            // the first task: what a method keeps is there afterwards
            using (var first = new TaskRows(embedding, all))
            {
                _method.BeginTask(Task(0), first);
                using var training = Training(tower, first);
                var embedded = zeros(Batch, Width);
                for (var i = 0; i + Batch <= Memory; i += Batch)
                {
                    using var own = NewDisposeScope();
                    _method.AfterStep(Make(pairs[i..(i + Batch)]), embedded);
                }
                training.Step(_batch);
                _method.EpochsDone(training, Enumerable.Range(0, Rows / Batch).Select(i => Make(pairs[(i * Batch)..((i + 1) * Batch)])));
                first.WriteBack();
                _method.EndTask(Task(0), first);
            }
            _rows = new TaskRows(embedding, all);
            _method.BeginTask(Task(1), _rows);
            _training = Training(tower, _rows);
        }

        public void Step() => _training.Step(_batch);

        /// <summary>Fisher information of some batches.</summary>
        public void Fisher() => _method.EpochsDone(_training, Enumerable.Repeat(_batch, FisherBatches));

        private TaskTraining Training(TextTower tower, TaskRows rows) =>
            new(tower, rows, null, _method, new TrainingSettings { LearningRate = 1e-3 }, 1_000_000);

        private string Caption(int place, Random draws)
        {
            var name = place.ToString(CultureInfo.InvariantCulture);
            _tokens[name] = [.. Enumerable.Range(0, Length).Select(_ => draws.Next(Rows))];
            return name;
        }

        private TrainingBatch Make(IReadOnlyList<TrainingPair> pairs)
        {
            var images = tensor(pairs.Select(p => (long)p.Image).ToArray()); // [B]
            var numbers = _embeddings.index_select(0, images); // [B, D]
            return new([.. pairs.Select(p => _tokens[p.Caption])], numbers, numbers, images) { Pairs = pairs };
        }

        public void Dispose()
        {
            _training.Dispose();
            _rows.Dispose();
            _method.Dispose();
            _scope.Dispose();
        }
    }
}
