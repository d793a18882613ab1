using System.Globalization;
using System.Text.Json;
using CllClip.Engine.Data;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Teir;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Tests.Methods;
using CllClip.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Training;

/// <summary>Whole tiny continual runs, step by step.</summary>
[Trait("Category", "Golden")]
public class TraceGoldens
{
    public static TheoryData<string> Cases() => Fixtures.Cases("trace");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_run_equals_the_golden_trace_in_float64(string name) => Check(name, ScalarType.Float64, "tolerance");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_run_equals_the_golden_trace_in_float32(string name) => Check(name, ScalarType.Float32, "tolerance_float32");

    private static void Check(string name, ScalarType type, string tolerance)
    {
        using var scope = NewDisposeScope();
        using var golden = Fixtures.Load("trace", name);
        using var trace = new Trace(golden, type, new Closeness(golden.Json.GetProperty(tolerance)));
        trace.Run();
    }

    private sealed class Trace : IDisposable
    {
        private readonly GoldenCase _golden;
        private readonly JsonElement _json;
        private readonly ScalarType _type;
        private readonly Closeness _close;
        private readonly TowerSizes _sizes;
        private readonly TextTower _tower;
        private readonly TokenEmbedding _embedding;
        private readonly TokenCounter _counter;
        private readonly int[][] _captions; // start and end included
        private readonly long[] _language;
        private readonly long[] _image;
        private readonly TrainingSettings _settings;
        private readonly int _start;
        private readonly int _end;
        private readonly RecordedDraws _draws;
        private readonly ContinualMethod _method;

        public Trace(GoldenCase golden, ScalarType type, Closeness close)
        {
            (_golden, _json, _type, _close) = (golden, golden.Json, type, close);
            var sizes = _json.GetProperty("sizes");
            int Size(string name) => sizes.GetProperty(name).GetInt32();
            _sizes = new TowerSizes(Size("width"), Size("heads"), Size("layers"));
            _tower = TextTower.Create(_sizes, n => In("in.base." + n));
            _embedding = new TokenEmbedding(In("in.base.text_model.embeddings.token_embedding.weight").clone());
            var special = _json.GetProperty("special_ids").EnumerateArray().Select(x => x.GetInt32()).ToArray();
            (_start, _end) = (special[0], special[1]);
            _counter = new TokenCounter(Size("vocab"), special);
            var (ids, mask) = (golden.Tensors["in.captions.ids"], golden.Tensors["in.captions.mask"]);
            _captions =
            [
                .. Enumerable
                    .Range(0, (int)ids.shape[0])
                    .Select(c => ids[c].data<long>().Take((int)mask[c].sum().item<long>()).Select(i => (int)i).ToArray()),
            ];
            _language = golden.Tensors["in.captions.language"].data<long>().ToArray();
            _image = golden.Tensors["in.captions.image"].data<long>().ToArray();
            var options = _json.GetProperty("options");
            var (regularize, init) = (
                _json.GetProperty("teir").GetProperty("regularize").GetString(),
                _json.GetProperty("teir").GetProperty("init").GetBoolean()
            );
            _settings = new TrainingSettings
            {
                LearningRate = options.GetProperty("lr").GetDouble(),
                BatchSize = _json.GetProperty("batch").GetInt32(),
                WarmupRatio = _json.GetProperty("warmup_ratio").GetDouble(),
                WeightDecay = _json.GetProperty("adamw").GetProperty("weight_decay").GetDouble(),
                MaxGradientNorm = _json.GetProperty("max_grad_norm").GetDouble(),
                CrosslingualScale = options.GetProperty("crosslingual").GetDouble(),
                CrossmodalScale = options.GetProperty("crossmodal").GetDouble(),
                Temperature = _json.GetProperty("tau_start").GetDouble(),
                Teir = new TeirParts(
                    init,
                    regularize?.Contains("grad", StringComparison.Ordinal) == true,
                    regularize?.Contains("decay", StringComparison.Ordinal) == true
                ),
            };
            _draws = new RecordedDraws(golden);
            _method = GoldenMethods.Create(_json, _draws);
        }

        public void Run()
        {
            var tasks = _json.GetProperty("tasks").EnumerateArray().ToList();
            for (var t = 0; t < tasks.Count; t++)
            {
                using var scope = NewDisposeScope();
                Task(t, tasks[t], tasks.Count == 1);
            }
        }

        private void Task(int t, JsonElement task, bool joint)
        {
            var key = $"task{t}";
            if (_settings.Teir.Initialisation)
            {
                var (mean, deviation) = RowInitialisation.OfTable(_embedding.Table);
                _close.Same(key + ".mean", task.GetProperty("init").GetProperty("mean").GetDouble(), mean);
                _close.Same(key + ".std", task.GetProperty("init").GetProperty("std").GetDouble(), deviation);
            }
            _embedding.Append(In($"in.{key}.new_rows"));
            _counter.BeginTask(_embedding.Count);
            var occurrence = Occurrence(t, joint);
            long[] inUse =
            [
                .. occurrence
                    .Tokens.Select(o => (long)o.Token)
                    .Concat(_settings.Teir.SparesUnusedRows ? [] : _method.RowsInUse)
                    .Append(_start)
                    .Append(_end)
                    .Distinct()
                    .Order(),
            ];
            var scales = inUse.Select(r => _counter.Scale((int)r, occurrence)).ToArray();
            CheckCounters(key, occurrence);

            using var rows = new TaskRows(_embedding, inUse);
            var steps = task.GetProperty("steps").EnumerateArray().ToList();
            var perEpoch = task.GetProperty("steps_per_epoch").GetInt32();
            var context = new TaskContext(t, [Language(t)], _tower, 0, CopyTower, Memory);
            var before = _method.Parameters.ToDictionary(p => p.Name, p => p.Parameter.detach().clone());
            _method.BeginTask(context, rows);
            GoldenMethods.SetParameters(_method, _golden, key, t, before);
            using var training = new TaskTraining(_method.OwnTower ?? _tower, rows, scales, _method, _settings, steps.Count);
            for (var j = 0; j < steps.Count; j++)
            {
                if (j % perEpoch == 0)
                {
                    training.BeginEpoch();
                }
                CheckStep($"{key}.step{j}", steps[j], training.Step(Batch(key, j)));
            }
            CheckParameters(key);
            _method.EpochsDone(training, FisherBatches(key));
            CheckState(key);
            rows.WriteBack();
            _counter.EndTask(occurrence.Tokens);
            _method.EndTask(context, rows);
            _close.Same(key + ".table", Out($"out.{key}.table"), _embedding.Table);
            if (training.Temperature is { } tau)
            {
                _close.Same(key + ".tau", task.GetProperty("tau").GetDouble(), tau);
            }
            for (var l = 0; l < (joint ? (int)_golden.Tensors["in.probe"].shape[0] : t + 1); l++)
            {
                var probes = _golden.Tensors["in.probe"][l].data<long>().Select(c => _captions[c]).ToArray();
                _close.Same(
                    $"{key}.probe{l}",
                    Out($"out.{key}.probe{l}"),
                    TextEncoder.Encode(_method.OwnTower ?? _tower, _embedding.Gather, probes, _method.EvaluationParts(Language(l), _tower))
                );
            }
        }

        private TokenOccurrence Occurrence(int t, bool joint)
        {
            var probes = _golden.Tensors["in.probe"].data<long>().ToHashSet();
            var occurrence = new TokenOccurrence();
            for (var c = 0; c < _captions.Length; c++)
            {
                if (!probes.Contains(c) && (joint || _language[c] == t))
                {
                    occurrence.Add(Language(_language[c]), _captions[c][1..^1]);
                }
            }
            foreach (var pair in _method.Memory)
            {
                occurrence.Add(pair.Language, _captions[Index(pair)][1..^1]);
            }
            return occurrence;
        }

        private void CheckCounters(string key, TokenOccurrence occurrence)
        {
            if (_golden.Tensors.TryGetValue($"out.{key}.counter", out var counter))
            {
                Assert.Equal(counter.to_type(ScalarType.Int64).data<long>().ToArray(), _counter.Counts);
                var all = Enumerable.Range(0, _embedding.Count).Select(r => _counter.Scale(r, occurrence)).ToArray();
                _close.Same(key + ".scale", Out($"out.{key}.scale"), tensor(all));
            }
        }

        /// <summary>The current captions of a step; replay adds its own.</summary>
        private TrainingBatch Batch(string key, int step)
        {
            var batch = _golden.Tensors[$"in.{key}.batches"][step].data<long>().ToArray();
            var slots = _golden.Tensors.TryGetValue($"in.{key}.memory_slot", out var recorded)
                ? recorded[step].data<long>().ToArray()
                : null;
            return Captions([.. batch.Where((_, i) => slots is null || slots[i] < 0)]);
        }

        private IEnumerable<TrainingBatch> FisherBatches(string key) =>
            _golden.Tensors.TryGetValue($"in.{key}.fisher_batches", out var batches)
                ? Enumerable.Range(0, (int)batches.shape[0]).Select(i => Captions(batches[i].data<long>().ToArray()))
                : [];

        private TextTower CopyTower() => TextTower.CreateTrained(_sizes, n => In("in.base." + n));

        private TrainingBatch Memory(IReadOnlyList<TrainingPair> pairs) => Captions([.. pairs.Select(p => (long)Index(p))]);

        private TrainingBatch Captions(long[] captions)
        {
            var index = tensor(captions).Here();
            var images = tensor(captions.Select(c => _image[c]).ToArray()).Here();
            return new TrainingBatch(
                [.. captions.Select(c => _captions[c])],
                In("in.captions.e").index_select(0, index),
                In("in.image.v").index_select(0, images),
                images
            )
            {
                Pairs = [.. captions.Select(c => new TrainingPair((int)_image[c], "", Number(c), Language(_language[c])))],
            };
        }

        private static string Language(long task) => Number(task);

        private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

        private static int Index(TrainingPair pair) => int.Parse(pair.Caption, CultureInfo.InvariantCulture);

        /// <summary>The method's parameters; those it does not have must never have changed in the reference either.</summary>
        private void CheckParameters(string key)
        {
            var own = _method.Parameters.ToDictionary(p => p.Name, p => p.Parameter);
            foreach (var kind in new[] { "method", "prompt", "base" })
            {
                var prefix = $"out.{key}.{kind}.";
                foreach (var (name, want) in _golden.Tensors.Where(p => p.Key.StartsWith(prefix, StringComparison.Ordinal)))
                {
                    var field = name[prefix.Length..];
                    _close.Same(name, want, own.TryGetValue(field, out var got) ? got : Out($"in.{kind}.{field}"));
                }
            }
        }

        private void CheckState(string key)
        {
            if (_golden.Tensors.TryGetValue($"out.{key}.fisher", out var fisher))
            {
                long[] all = [.. Enumerable.Range(0, _embedding.Count).Select(r => (long)r)];
                _close.Same(key + ".fisher", fisher, ((OnlineEwc)_method).FisherOf(all, _embedding.Width, _type, CPU));
            }
            if (_golden.Tensors.TryGetValue($"out.{key}.memory.caption", out var captions))
            {
                Assert.Equal(captions.data<long>().ToArray(), _method.Memory.Select(p => (long)Index(p)));
                var targets = _method is DarkExperienceReplay dark ? dark.Targets : Memory([.. _method.Memory]).Targets;
                _close.Same(key + ".memory.target", Out($"out.{key}.memory.target"), targets);
            }
        }

        private void CheckStep(string what, JsonElement want, StepReport got)
        {
            _close.Same(what + ".lr", want.GetProperty("lr").GetDouble(), got.LearningRate);
            _close.Same(what + ".loss", want.GetProperty("loss").GetDouble(), got.Loss);
            _close.Same(what + ".grad_norm", want.GetProperty("grad_norm").GetDouble(), got.GradientNorm);
            foreach (
                var (name, value) in new[]
                {
                    ("crosslingual", got.Crosslingual),
                    ("crossmodal", got.Crossmodal),
                    ("replay", got.Replay),
                    ("pull", got.Penalty),
                    ("penalty", got.Penalty ?? 0),
                    ("tau_used", got.Temperature),
                }
            )
            {
                if (want.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number)
                {
                    Assert.NotNull(value);
                    _close.Same($"{what}.{name}", number.GetDouble(), value.Value);
                }
            }
        }

        public void Dispose()
        {
            _method.Dispose();
            _tower.Dispose();
            _embedding.Dispose();
        }

        private Tensor In(string name) => _golden.Tensors[name].Here().to_type(_type);

        private Tensor Out(string name) => _golden.Tensors[name];
    }
}
