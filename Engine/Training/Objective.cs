using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace CllClip.Engine.Training;

/// <summary>The terms of one batch's loss; those that do not apply are null.</summary>
/// <param name="Crosslingual">Squared distance to the English teacher, current captions. Scalar</param>
/// <param name="Crossmodal">Symmetric contrastive term, all captions. Scalar</param>
/// <param name="Replay">Squared distance to the stored targets, memory captions. Scalar</param>
/// <param name="Total">Weighted sum. Scalar</param>
public sealed record LossTerms(Tensor? Crosslingual, Tensor? Crossmodal, Tensor? Replay, Tensor Total);

/// <summary>The objective of one batch (spec section 5, fixtures/losses).</summary>
/// <param name="crosslingualScale">Weight of the cross-lingual term; 0 leaves it out.</param>
/// <param name="crossmodalScale">Weight of the cross-modal term; 0 leaves it out.</param>
public sealed class Objective(double crosslingualScale, double crossmodalScale)
{
    private const double LowestTemperature = 0.001;
    private const double HighestTemperature = 0.5;

    /// <summary>Whether a temperature is needed.</summary>
    public bool UsesTemperature => crossmodalScale > 0;

    /// <summary>Computes the terms. The temperature itself is first set into [0.001, 0.5].</summary>
    /// <param name="captions">Student's embeddings f. [B, D]</param>
    /// <param name="targets">Teacher's English embeddings e, or a memory caption's stored target. [B, D]</param>
    /// <param name="images">Teacher's image embeddings v. [B, D]</param>
    /// <param name="imageIds">Captions of equal id are each other's positives. [B] int64</param>
    /// <param name="temperature">tau, one element; null where the cross-modal term is left out.</param>
    /// <param name="fromMemory">Whether a caption comes from replay memory; null for none.</param>
    public LossTerms Compute(
        Tensor captions,
        Tensor targets,
        Tensor images,
        Tensor imageIds,
        Tensor? temperature,
        bool[]? fromMemory = null
    )
    {
        ArgumentNullException.ThrowIfNull(captions);
        using var scope = NewDisposeScope();
        var memory = fromMemory?.Contains(true) == true;
        var crosslingual = crosslingualScale > 0 ? Distance(captions, targets, memory ? Where(fromMemory!, false) : null) : null;
        var replay = memory ? Distance(captions, targets, Where(fromMemory!, true)) : null;
        var crossmodal = temperature is not null && crossmodalScale > 0 ? Contrast(captions, images, imageIds, temperature) : null;
        var total = Sum(crosslingual?.Times(crosslingualScale), crossmodal?.Times(crossmodalScale), replay);
        return new LossTerms(Outer(crosslingual), Outer(crossmodal), Outer(replay), total.MoveToOuterDisposeScope());
    }

    private static Tensor Sum(params Tensor?[] terms) => terms.OfType<Tensor>().Aggregate((a, b) => a.Plus(b));

    private static Tensor? Outer(Tensor? tensor) => tensor?.MoveToOuterDisposeScope();

    private static long[] Where(bool[] fromMemory, bool value) =>
        [.. Enumerable.Range(0, fromMemory.Length).Where(i => fromMemory[i] == value).Select(i => (long)i)];

    private static Tensor Distance(Tensor captions, Tensor targets, long[]? rows)
    {
        if (rows is null)
        {
            return F.mse_loss(captions, targets);
        }
        var index = tensor(rows, ScalarType.Int64, captions.device);
        return F.mse_loss(captions.index_select(0, index), targets.index_select(0, index));
    }

    /// <summary>-1/2 (mean over rows + mean over columns) of the log-softmax at the soft targets.</summary>
    private static Tensor Contrast(Tensor captions, Tensor images, Tensor imageIds, Tensor temperature)
    {
        using (no_grad())
        {
            temperature.Clamp_(LowestTemperature, HighestTemperature); // the parameter itself: its gradient is not masked
        }
        var batch = captions.shape[0];
        var a = F.normalize(captions, 2, 1, 1e-12); // [B, D]
        var b = F.normalize(images, 2, 1, 1e-12); // [B, D]
        var logits = a.mm(b.t()) / temperature; // [B, B]
        var same = imageIds.unsqueeze(1).eq(imageIds.unsqueeze(0)).to_type(captions.dtype); // [B, B]
        var share = same / same.sum(1, keepdim: true);
        var rows = (F.log_softmax(logits, 1) * share).sum();
        var columns = (F.log_softmax(logits.t(), 1) * share).sum();
        return rows.Plus(columns).Times(-0.5 / batch);
    }
}
