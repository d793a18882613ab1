using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Model;
using CllClip.Engine.Tokenizer;
using CllClip.Shared.Results;
using static TorchSharp.torch;

namespace CllClip.Engine.Evaluation;

/// <summary>Scores a model on a data set's retrieval sets against the teacher's image embeddings.</summary>
/// <param name="dataset">The data set.</param>
/// <param name="features">Its teacher embeddings.</param>
/// <param name="tower">The text tower.</param>
/// <param name="testSet">Id that the scores carry where the data set is not the run's own; null where it is.</param>
public sealed class Evaluator(IRetrievalDataset dataset, TeacherFeatures features, TextTower tower, string? testSet = null)
{
    /// <summary>All protocols, directions and K of one language, and the rank of every query.</summary>
    public (IReadOnlyList<Score> Scores, IReadOnlyList<QueryRanks> Ranks) Score(
        int stage,
        string language,
        ClipTokenizer tokenizer,
        Func<long[], Tensor> rows,
        PartsOf? parts,
        CancellationToken stop
    )
    {
        using var scope = NewDisposeScope();
        var (scores, ranks) = (new List<Score>(), new List<QueryRanks>());
        var sets = dataset.Tests(language);
        if (sets.Count == 0)
        {
            return ([], []); // the data set has the language for training alone
        }
        var captions = sets.SelectMany(s => s.Captions).Distinct(StringComparer.Ordinal).ToList();
        var place = captions.Select((c, i) => (c, i)).ToDictionary(x => x.c, x => (long)x.i, StringComparer.Ordinal);
        var all = Encode(captions, tokenizer, rows, parts, stop); // protocols share most captions
        foreach (var set in sets)
        {
            using var own = NewDisposeScope();
            var texts = all.index_select(0, tensor(set.Captions.Select(c => place[c]).ToArray(), ScalarType.Int64, all.device)); // [M, D]
            var recalls = Recall(set, texts);
            Score Measured(RetrievalDirection direction, int k, double recall, int n) =>
                new(stage, language, direction, k, recall, n, set.Protocol) { Dataset = testSet };
            foreach (var (k, i) in Recalls.Cutoffs.Select((k, i) => (k, i)))
            {
                scores.Add(Measured(RetrievalDirection.TextToImage, k, recalls.T2i[i], set.Captions.Count));
                scores.Add(Measured(RetrievalDirection.ImageToText, k, recalls.I2t[i], set.Images.Count));
            }
            QueryRanks Kept(RetrievalDirection direction, long[] of) =>
                new(testSet, set.Protocol, language, direction, QueryRanks.Capped(of));
            ranks.Add(Kept(RetrievalDirection.TextToImage, recalls.Ranks.T2i));
            ranks.Add(Kept(RetrievalDirection.ImageToText, recalls.Ranks.I2t));
        }
        return (scores, ranks);
    }

    /// <summary>Validation score of one language: mean of R@1/5/10 in both directions, percent; null without a validation split.</summary>
    public double? Validate(string language, ClipTokenizer tokenizer, Func<long[], Tensor> rows, PartsOf? parts, CancellationToken stop)
    {
        if (dataset.Validation(language) is not { } set)
        {
            return null;
        }
        using var scope = NewDisposeScope();
        return Recall(set, Encode(set.Captions, tokenizer, rows, parts, stop)).Mean;
    }

    private Recalls Recall(RetrievalSet set, Tensor texts)
    {
        var images = features.Images([.. set.Images.Select(i => (long)i)]); // [N, D]
        long[] owners = [.. set.ImageOfCaption.Select(i => (long)i)];
        return set.Folds == 1 ? RetrievalRecall.Of(texts, images, owners) : RetrievalRecall.OfFolds(texts, images, owners, set.Folds);
    }

    private Tensor Encode(
        IReadOnlyList<string> captions,
        ClipTokenizer tokenizer,
        Func<long[], Tensor> rows,
        PartsOf? parts,
        CancellationToken stop
    ) => TextEncoder.Encode(tower, rows, [.. captions.Select(c => tokenizer.Encode(c, tower.MaxLength))], parts, stop);
}
