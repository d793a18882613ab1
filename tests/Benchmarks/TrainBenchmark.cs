using System.Globalization;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Benchmarks;

/// <summary>A run without the portal: <c>train DATASET-FOLDER BASE-FOLDER OUT-FOLDER METHOD [teir] [languages]</c>; prints each stage's figures.</summary>
internal sealed class TrainBenchmark : IBenchmark
{
    public string Verb => "train";

    public string Summary => "train DATASET BASE OUT METHOD teir|plain LANGUAGES(comma|tour|paper) [THREADS]";

    public int Run(string[] args)
    {
        if (args.Length < 6)
        {
            Console.Error.WriteLine(Summary);
            return 2;
        }
        if (args.Length > 6)
        {
            TorchSharp.torch.set_num_threads(int.Parse(args[6], CultureInfo.InvariantCulture));
        }
        var dataset = Emoji36Dataset.Open(args[0]);
        using var model = ClipModel.Load(args[1]);
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
            Teir = args[4] == "teir",
            Languages = languages,
        };
        var plan = new RunPlan
        {
            Method = args[3],
            Teir = request.Teir,
            Languages = languages,
            Epochs = dataset.Defaults.Epochs,
            Seed = 1,
            Options = RunValidation.Resolve(request, dataset.Defaults),
            CheckpointFolder = Path.Combine(args[2], $"{args[3]}-{args[4]}"),
        };
        var scores = new List<Score>();
        new ContinualTrainer(dataset, model, features).Run(plan, new Printer(scores, languages), CancellationToken.None);
        return 0;
    }

    private sealed class Printer(List<Score> scores, IReadOnlyList<string> languages) : IProgress<RunEvent>
    {
        public void Report(RunEvent value)
        {
            switch (value)
            {
                case ScoresMeasured measured:
                    scores.AddRange(measured.Scores);
                    break;
                case StageFinished finished:
                    var s = Engine.Evaluation.ContinualMetrics.Summarise(scores, languages, "emoji36");
                    var f = finished.Stage;
                    Console.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"stage {f.Stage} {string.Join(' ', f.Languages)}: train {f.TrainSeconds:0.0} s, evaluation {f.EvaluationSeconds:0.0} s, rows {f.RowsInUse}, new {f.NewTokens}, best epoch {f.BestEpoch} ({f.ValidationScore:0.0}), AR {s.ArT2i:0.00}/{s.ArI2t:0.00}, F {s.ForgettingT2i:0.00}/{s.ForgettingI2t:0.00}, F_en {s.ForgettingEnglishT2i:0.00}, own {s.OwnTaskT2i:0.00}, peak {f.PeakMemoryBytes / 1e6:0} MB"
                        )
                    );
                    break;
                case Logged line:
                    Console.WriteLine(line.Text);
                    break;
            }
        }
    }
}
