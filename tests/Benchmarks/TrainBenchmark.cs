using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Device;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Benchmarks;

/// <summary>A run without the portal: prints each stage's figures and writes the finished run as an archive, as those under shipped/.</summary>
internal sealed class TrainBenchmark : IBenchmark
{
    public string Verb => "train";

    public string Summary =>
        "train DATASET BASE OUT METHOD teir|grad|decay|init|plain LANGUAGES(comma|tour|paper) [THREADS] [SEED] [scores|fp16|full] [names-out] [device=NAME] [precision=float32|bfloat16] [OPTION=VALUE …]";

    public int Run(string[] args)
    {
        if (args.Length < 6)
        {
            Console.Error.WriteLine(Summary);
            return 2;
        }
        if (args.Length > 6)
        {
            TorchProcess.Configure(int.Parse(args[6], CultureInfo.InvariantCulture));
        }
        var seed = args.Length > 7 ? int.Parse(args[7], CultureInfo.InvariantCulture) : 1;
        var weights = args.Length > 8 ? args[8] : "full";
        var emoji = Emoji36Dataset.Open(args[0]);
        IRetrievalDataset dataset = args.Contains("names-out") ? new NamesOutOfKeywords(emoji) : emoji;
        var device = DeviceChoice.ResolveName(Named(args, "device") ?? "cpu");
        using var model = ClipModel.Load(args[1], device, Named(args, "precision") == "bfloat16" ? Precision.Mixed : Precision.Full);
        using var features = new FeatureCache(Path.Combine(args[2], "features")).Load(dataset, model);
        IReadOnlyList<string> languages = args[5] switch
        {
            "tour" => LanguageCatalog.Tour,
            "paper" => LanguageCatalog.PaperOrder,
            var list => list.Split(','),
        };
        var request = new RunRequest
        {
            Method = args[3],
            Teir = args[4] != "plain",
            Languages = languages,
            Options = Options(args),
        };
        var id = $"{args[3]}{(request.Teir ? "-" + args[4] : "")}-seed{seed}";
        var plan = new RunPlan
        {
            Method = args[3],
            Teir = request.Teir,
            Languages = languages,
            Epochs = args[3] == "zero-shot" ? 0 : dataset.Defaults.Epochs,
            Seed = seed,
            Device = device,
            Options = RunValidation.Resolve(request, dataset.Defaults),
            CheckpointFolder = Path.Combine(args[2], id, "chain"),
        };
        var printer = new Printer(languages, dataset.HeadlineProtocol);
        var started = DateTime.UtcNow;
        var clock = Stopwatch.StartNew();
        new ContinualTrainer(dataset, model, features).Run(plan, printer, CancellationToken.None);
        var run = new RunView
        {
            Id = id,
            Name = id,
            State = RunState.Completed,
            Method = plan.Method,
            Teir = plan.Teir,
            Dataset = dataset.Id,
            Model = "emoji-base",
            Languages = languages,
            Epochs = plan.Epochs,
            Options = plan.Options.ToDictionary(o => o.Key, o => JsonSerializer.SerializeToElement(o.Value)),
            Seed = seed,
            Device = plan.Device,
            CreatedAt = started,
            StartedAt = started,
            EndedAt = DateTime.UtcNow,
            Summary = ContinualMetrics.Summarise(printer.Scores, languages, dataset.HeadlineProtocol),
            Provenance = RunProvenance.Of(dataset, model, plan.Device) with { DurationSeconds = clock.Elapsed.TotalSeconds },
        };
        var chain = weights == "scores" || args[3] == "zero-shot" ? null : plan.CheckpointFolder;
        new RunArchive(run, printer.Stages, printer.Scores, chain).Write(Path.Combine(args[2], id, "archive"), weights == "fp16");
        return 0;
    }

    /// <summary>TEIR's part, and what is given as NAME=VALUE, where VALUE is JSON.</summary>
    private static Dictionary<string, JsonElement> Options(string[] args)
    {
        var options = args.Skip(6)
            .Where(a => a.Contains('=', StringComparison.Ordinal))
            .Select(a => a.Split('=', 2))
            .Where(o => o[0] is not ("device" or "precision"))
            .ToDictionary(o => o[0], o => JsonSerializer.Deserialize<JsonElement>(o[1]));
        if (args[4] is not ("plain" or "teir"))
        {
            options[CommonOptions.TeirParts] = JsonSerializer.SerializeToElement(args[4]);
        }
        return options;
    }

    private static string? Named(string[] args, string name) =>
        args.FirstOrDefault(a => a.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    private sealed class Printer(IReadOnlyList<string> languages, string protocol) : IProgress<RunEvent>
    {
        public List<Score> Scores { get; } = [];

        public List<StageView> Stages { get; } = [];

        private readonly List<double> _steps = []; // milliseconds between two that follow each other
        private long _last;

        public void Report(RunEvent value)
        {
            var now = Stopwatch.GetTimestamp();
            var step = value is ProgressMade { Progress.Phase: "training", Progress.Step: > 0 };
            if (step && _last != 0)
            {
                _steps.Add(Stopwatch.GetElapsedTime(_last, now).TotalMilliseconds);
            }
            _last = step ? now : 0;
            switch (value)
            {
                case ScoresMeasured measured:
                    Scores.AddRange(measured.Scores);
                    break;
                case StageFinished finished:
                    var s = ContinualMetrics.Summarise(Scores, languages, protocol);
                    var f = finished.Stage;
                    Stages.Add(f);
                    Console.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"stage {f.Stage} {string.Join(' ', f.Languages)}: train {f.TrainSeconds:0.0} s, evaluation {f.EvaluationSeconds:0.0} s, rows {f.RowsInUse}, new {f.NewTokens}, best epoch {f.BestEpoch} ({f.ValidationScore:0.0}), AR {s.ArT2i:0.00}/{s.ArI2t:0.00}, F {s.ForgettingT2i:0.00}/{s.ForgettingI2t:0.00}, F_en {s.ForgettingEnglishT2i:0.00}, own {s.OwnTaskT2i:0.00}, peak {f.PeakMemoryBytes / 1e6:0} MB, now {Environment.WorkingSet / 1e6:0} MB of which managed {GC.GetTotalMemory(false) / 1e6:0} MB, {TorchSharp.torch.Tensor.TotalCount} live tensors, {(_steps.Count > 0 ? Measure.Median(_steps) : 0):0.00} ms a step"
                        )
                    );
                    _steps.Clear();
                    Measure.ForgetPeak(); // a stage's peak is its own from here on, not the highest of all before
                    break;
                case Logged line:
                    Console.WriteLine(line.Text);
                    break;
            }
        }
    }
}
