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
public sealed class Evaluator(IRetrievalDataset dataset, TeacherFeatures features, TextTower tower)
{
    /// <summary>All protocols, directions and K of one language.</summary>
    public IReadOnlyList<Score> Score(
        int stage,
        string language,
        ClipTokenizer tokenizer,
        Func<long[], Tensor> rows,
        PartsOf? parts,
        CancellationToken stop
    )
    {
        using var scope = NewDisposeScope();
        var scores = new List<Score>();
        var sets = dataset.Tests(language);
        if (sets.Count == 0)
        {
            return scores; // the language is learned here and tested nowhere
        }
        var captions = sets.SelectMany(s => s.Captions).Distinct(StringComparer.Ordinal).ToList();
        var place = captions.Select((c, i) => (c, i)).ToDictionary(x => x.c, x => (long)x.i, StringComparer.Ordinal);
        var all = Encode(captions, tokenizer, rows, parts, stop); // protocols share most captions
        foreach (var set in sets)
        {
            using var own = NewDisposeScope();
            var texts = all.index_select(0, tensor(set.Captions.Select(c => place[c]).ToArray(), ScalarType.Int64, all.device)); // [M, D]
            var recalls = Recall(set, texts);
            foreach (var (k, i) in Recalls.Cutoffs.Select((k, i) => (k, i)))
            {
                scores.Add(new Score(stage, language, RetrievalDirection.TextToImage, k, recalls.T2i[i], set.Captions.Count, set.Protocol));
                scores.Add(new Score(stage, language, RetrievalDirection.ImageToText, k, recalls.I2t[i], set.Images.Count, set.Protocol));
            }
        }
        return scores;
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
