using System.Globalization;
using System.Text.Json;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Device;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Shared.Runs;
using TorchSharp;
using static CllClip.Benchmarks.Measure;
using static TorchSharp.torch;

namespace CllClip.Benchmarks;

/// <summary>What a task costs (vocabulary, growth, training; not evaluation) after one language and after 36, equal languages, a table as wide as a ViT-B/16's.</summary>
/// <remarks>
/// One run learns 36 tasks, and its peak memory is read for each; the room for its table is taken when it begins. Then a young run (one task learned) and the
/// old one take turns with three more tasks each, the same languages' sizes on both sides: the ratio is the median of the three pairs. Time is the process's
/// own processor time (one thread computes), which a busy machine disturbs less than the clock's.
/// </remarks>
internal sealed class FlatBenchmark : IBenchmark
{
    private const int PaperTasks = 36;
    private const int Pairs = 3;
    private const int Steps = EqualLanguages.TrainingPairs / 128;
    private const int PaperSteps = 3 * (566_747 / 128);
    private const double TargetTime = 1.1;
    private const double TargetMemory = 1.05;
    private static readonly string[] Methods = ["cll-clip", "oewc", "er", "der", "mla", "p-tuning", "lora", "dualprompt", "coda-prompt"];

    /// <inheritdoc/>
    public string Verb => "flat";

    /// <inheritdoc/>
    public string Summary =>
        "[METHODS(comma)|all] [teir|plain|both|dense] [TASKS]: a task after 36 languages over one after 1 (targets: 1.10 in time, 1.05 in peak memory)";

    /// <inheritdoc/>
    public int Run(string[] args)
    {
        TorchProcess.Configure(1);
        string[] methods = args.Length == 0 || args[0] == "all" ? Methods : args[0].Split(',');
        var which = args.Length > 1 ? args[1] : "both";
        var tasks = Whole(args, 2, PaperTasks);
        var folder = Directory.CreateTempSubdirectory("cllclip-flat-").FullName;
        try
        {
            using var model = WideModel.Make(folder);
            var dataset = new EqualLanguages(tasks + Pairs + 1);
            using var features = new TeacherFeatures(
                new FeatureMatrix(randn(dataset.ImageCount, 512)),
                new FeatureMatrix(randn(6_000, 512)),
                () => dataset.TrainingTexts("en")
            );
            if (which == "dense")
            {
                DenseWay.Measure(model, 2, tasks);
                return 0;
            }
            var met = true;
            foreach (var method in methods)
            {
                foreach (var teir in which == "both" ? [false, true] : new[] { which == "teir" })
                {
                    met &= Measure(method, teir, model, dataset, features, tasks);
                }
            }
            return met ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Measure(string method, bool teir, ClipModel model, EqualLanguages dataset, TeacherFeatures features, int tasks)
    {
        using var old = new Learning(method, teir, model, dataset, features, tasks + Pairs);
        var (peaks, managed) = (new double[tasks], new double[tasks]);
        for (var task = 0; task < tasks; task++)
        {
            NativeMemory.Release();
            ForgetPeak();
            old.Next();
            peaks[task] = PeakMegabytes();
            managed[task] = GC.GetTotalMemory(forceFullCollection: true) / 1e6;
        }
        using var young = new Learning(method, teir, model, dataset, features, Pairs + 1);
        young.Next();
        var (late, early) = (new double[Pairs], new double[Pairs]);
        var (lateSteps, earlySteps) = (new double[Pairs], new double[Pairs]);
        for (var pair = 0; pair < Pairs; pair++)
        {
            NativeMemory.Release();
            early[pair] = ProcessorTime(young.Next);
            earlySteps[pair] = young.Step;
            NativeMemory.Release();
            late[pair] = ProcessorTime(old.Next);
            lateSteps[pair] = old.Step;
        }
        var (time, memory) = (Ratio(late, early), peaks[^1] / peaks[1]);
        Line(
            $"{method + (teir ? " + TEIR" : ""), -20} {Steps} steps, tasks 2 to 4 {Median(early):0} ms, {tasks + 1} to {tasks + Pairs} {Median(late):0} ms, ratio {time:0.00} (target {TargetTime:0.00}); peak memory task 2 {peaks[1]:0} MB, task {tasks} {peaks[^1]:0} MB, ratio {memory:0.00} (target {TargetMemory:0.00}); of the growth managed {managed[^1] - managed[1]:0} MB"
        );
        // the rest is paid once a task, however many steps it has
        var (earlyStep, steps) = (Median(earlySteps), Ratio(lateSteps, earlySteps));
        var step = earlyStep * steps;
        var (once, earlyOnce) = (Median(late) - (Steps * step), Median(early) - (Steps * earlyStep));
        var paper = (once + (PaperSteps * step)) / (earlyOnce + (PaperSteps * earlyStep));
        Line(
            $"{"", -20} of that a step {earlyStep:0} and {step:0} ms, ratio {steps:0.00}; once a task {earlyOnce:0} and {once:0} ms; with the paper's {PaperSteps:N0} steps the ratio would be {paper:0.00}; rows in use {young.Rows} and {old.Rows}, table {old.Table}"
        );
        return time <= TargetTime && memory <= TargetMemory;
    }

    /// <summary>A run that learns one language after the other and evaluates none.</summary>
    private sealed class Learning : IDisposable
    {
        private readonly TaskLearner _learner;
        private readonly TrainingSession _run;
        private readonly StepTimes _steps = new();
        private int _task;

        public Learning(string method, bool teir, ClipModel model, IRetrievalDataset dataset, TeacherFeatures features, int tasks)
        {
            var request = new RunRequest
            {
                Method = method,
                Teir = teir,
                Languages = dataset.Languages,
                Options = Options(method),
            };
            var plan = new RunPlan
            {
                Method = method,
                Teir = teir,
                Languages = dataset.Languages,
                Epochs = 1,
                Seed = 1,
                Device = "cpu",
                Options = RunValidation.Resolve(request, dataset.Defaults),
                CheckpointFolder = "",
            };
            _learner = new TaskLearner(dataset, model, features);
            var state = CheckpointChain.Fold(model, "", 0);
            state.Embedding.Reserve(state.Embedding.Count + (10_000L * tasks));
            var clock = new RunClock([.. dataset.Languages.Select(_ => (1_000L, 1))]);
            _run = new(plan, TrainingSettings.Of(plan), MethodCatalog.Create(method, plan.Options), state, clock, _steps, default);
        }

        /// <summary>Rows in use in the last task.</summary>
        public int Rows { get; private set; }

        /// <summary>Processor time of a step of the last task after its first, milliseconds.</summary>
        public double Step => _steps.Step;

        /// <summary>Rows of the table.</summary>
        public int Table => _run.State.Embedding.Count;

        /// <summary>Learns the next language.</summary>
        public void Next()
        {
            using var scope = NewDisposeScope();
            _steps.Begin();
            var language = _run.Plan.Languages[_task];
            Rows = _learner.Learn(_run, _task++, [language], language).RowsInUse;
        }

        /// <summary>A memory that is full after the first task, as 8,000 captions are on a corpus of the paper's size; pools with room for the tasks beyond 36.</summary>
        private static Dictionary<string, JsonElement> Options(string method) =>
            method switch
            {
                "er" or "der" => One("memorySize", 500),
                "dualprompt" => One("poolSize", PaperTasks + Pairs),
                "coda-prompt" => One("promptTasks", PaperTasks + Pairs),
                _ => [],
            };

        private static Dictionary<string, JsonElement> One(string name, int value) =>
            new() { [name] = JsonSerializer.SerializeToElement(value) };

        public void Dispose()
        {
            _run.State.Dispose();
            _run.Method.Dispose();
        }
    }

    /// <summary>Reads the processor time at each step's report.</summary>
    private sealed class StepTimes : IProgress<RunEvent>
    {
        private readonly List<double> _at = [];

        public double Step => (_at[^1] - _at[0]) / (_at.Count - 1);

        public void Begin() => _at.Clear();

        public void Report(RunEvent value) => _at.Add(Environment.CpuUsage.TotalTime.TotalMilliseconds);
    }
}
