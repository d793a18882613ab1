using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Device;
using CllClip.Engine.Tokenizer;
using static TorchSharp.torch;

namespace CllClip.Engine.Training;

/// <summary>Makes batches of pairs: token ids under a task's vocabulary, the teacher's embeddings as targets.</summary>
/// <param name="tokenizer">The task's tokenizer; what it says of a caption is kept.</param>
/// <param name="features">The teacher's embeddings.</param>
/// <param name="maxLength">Longest caption of the tower, in tokens.</param>
internal sealed class BatchMaker(ClipTokenizer tokenizer, TeacherFeatures features, int maxLength)
{
    private readonly Dictionary<string, int[]> _ids = new(StringComparer.Ordinal);

    /// <summary>One batch, in the order of the pairs.</summary>
    public TrainingBatch Make(IReadOnlyList<TrainingPair> pairs)
    {
        long[] images = [.. pairs.Select(p => (long)p.Image)];
        var targets = features.English([.. pairs.Select(p => (long)features.RowOf(p.English))]); // [B, D]
        return new TrainingBatch([.. pairs.Select(p => Encode(p.Caption))], targets, features.Images(images), images.On(targets.device))
        {
            Pairs = pairs,
        };
    }

    private int[] Encode(string caption) =>
        _ids.TryGetValue(caption, out var known) ? known : _ids[caption] = tokenizer.Encode(caption, maxLength);
}
