using System.Globalization;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Model;
using CllClip.Engine.Tokenizer;
using CllClip.Engine.Training;
using static TorchSharp.torch;

namespace CllClip.Benchmarks;

/// <summary>
/// Average recall and forgetting of a chain on the validation split (mean of R@1/5/10 both ways): what decides between variants, so that the test
/// drawings only report.
/// </summary>
internal sealed class ValidationBenchmark : IBenchmark
{
    /// <inheritdoc/>
    public string Verb => "validation";

    /// <inheritdoc/>
    public string Summary => "DATASET BASE CHAIN …: validation AR, F and R after own task of each chain";

    /// <inheritdoc/>
    public int Run(string[] args)
    {
        if (args.Length < 3)
        {
            Console.Error.WriteLine($"validation {Summary}");
            return 2;
        }
        var dataset = Emoji36Dataset.Open(args[0]);
        using var model = ClipModel.Load(args[1]);
        using var features = new FeatureCache(SearchSetup.FeatureFolder(args[0])).Load(dataset, model);
        foreach (var chain in args[2..])
        {
            var matrix = Matrix(dataset, model, features, chain);
            var last = matrix.Count - 1;
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{chain}: {matrix.Count} stages, validation AR {ContinualMetrics.AverageRecall(matrix, last):0.00}, F {ContinualMetrics.Forgetting(matrix, last):0.00}, own {ContinualMetrics.OwnTask(matrix, last):0.00}"
                )
            );
        }
        return 0;
    }

    private static List<double?[]> Matrix(Emoji36Dataset dataset, ClipModel model, TeacherFeatures features, string chain)
    {
        var evaluator = new Evaluator(dataset, features, model.Text);
        var stages = CheckpointChain.CountStages(chain);
        string[] languages = [.. Enumerable.Range(1, stages).SelectMany(s => CheckpointChain.Read(chain, s).Figures.Languages)];
        var matrix = new List<double?[]>();
        for (var stage = 1; stage <= stages; stage++)
        {
            using var scope = NewDisposeScope();
            using var snapshot = CheckpointChain.Fold(model, chain, stage);
            using var method = CheckpointChain.LoadMethod(chain, stage);
            var tokenizer = new ClipTokenizer(snapshot.Vocabulary, snapshot.Splitter);
            matrix.Add([
                .. languages.Select(
                    (l, j) =>
                        j < stage
                            ? evaluator.Validate(l, tokenizer, snapshot.Embedding.Gather, method?.EvaluationParts(l, model.Text), default)
                            : null
                ),
            ]);
        }
        return matrix;
    }
}
