namespace CllClip.Shared.Results;

/// <summary>Continual-learning metrics after the last finished task, in percent, of Recall@1 on the run's own data set under its headline protocol.</summary>
public sealed record ContinualSummary
{
    /// <summary>Average recall, text to image: mean over the languages learned.</summary>
    public double? ArT2i { get; init; }

    /// <summary>Average recall, image to text.</summary>
    public double? ArI2t { get; init; }

    /// <summary>Forgetting, text to image: mean over earlier languages of best earlier score minus score now.</summary>
    public double? ForgettingT2i { get; init; }

    /// <summary>Forgetting, image to text.</summary>
    public double? ForgettingI2t { get; init; }

    /// <summary>Forgetting on the first language (English in the paper's order), text to image.</summary>
    public double? ForgettingEnglishT2i { get; init; }

    /// <summary>Forgetting on the first language, image to text.</summary>
    public double? ForgettingEnglishI2t { get; init; }

    /// <summary>Backward transfer, text to image.</summary>
    public double? BackwardTransferT2i { get; init; }

    /// <summary>Mean Recall@1 of a language right after its own task, text to image.</summary>
    public double? OwnTaskT2i { get; init; }
}
