using static TorchSharp.torch;

namespace CllClip.Engine.Training;

/// <summary>Keeps the weights of the best epoch so far: a later one must be strictly better (spec section 5). Without validation the last epoch stands.</summary>
/// <param name="training">The task's training.</param>
internal sealed class BestEpoch(TaskTraining training) : IDisposable
{
    private IReadOnlyList<Tensor> _weights = [];

    /// <summary>The best epoch, from 1.</summary>
    public int Epoch { get; private set; }

    /// <summary>Its validation score, percent; null without validation.</summary>
    public double? Score { get; private set; }

    /// <summary>Its weights; empty without validation. They stay the keeper's.</summary>
    public IReadOnlyList<Tensor> Weights => _weights;

    /// <summary>Puts back what a checkpoint kept.</summary>
    public void Load(int epoch, double? score, IEnumerable<Tensor> weights)
    {
        Dispose();
        (Epoch, Score, _weights) = (epoch, score, [.. weights.Select(w => w.detach().clone().DetachFromDisposeScope())]);
    }

    /// <summary>An epoch ended.</summary>
    public void Consider(int epoch, double? score)
    {
        if (score is null || Score is null || score > Score)
        {
            Dispose();
            (Epoch, Score, _weights) = (epoch, score, score is null ? [] : training.Snapshot());
        }
    }

    /// <summary>Puts the weights kept into the training.</summary>
    public void PutBack()
    {
        if (_weights.Count > 0)
        {
            training.Restore(_weights);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _weights)
        {
            tensor.Dispose();
        }
        _weights = [];
    }
}
