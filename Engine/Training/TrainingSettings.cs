using CllClip.Engine.Methods;
using CllClip.Engine.Teir;
using CllClip.Engine.Tokenizer;

namespace CllClip.Engine.Training;

/// <summary>The numbers of one task's training (spec section 5).</summary>
public sealed record TrainingSettings
{
    /// <summary>Learning rate after warm-up.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Captions per step.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Share of the steps spent warming up.</summary>
    public double WarmupRatio { get; init; } = 0.1;

    /// <summary>Decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Limit of the gradient norm.</summary>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>Weight of the cross-lingual term.</summary>
    public double CrosslingualScale { get; init; } = 1;

    /// <summary>Weight of the cross-modal term.</summary>
    public double CrossmodalScale { get; init; } = 0.01;

    /// <summary>Starting temperature.</summary>
    public double Temperature { get; init; } = 0.07;

    /// <summary>Size of a task's own BPE vocabulary.</summary>
    public int VocabularySize { get; init; } = 10_000;

    /// <summary>Whether one vocabulary over all languages of the run is there from the first task on.</summary>
    public bool OracleVocabulary { get; init; }

    /// <summary>What a word is for the tokenizer.</summary>
    public WordSplitter Splitter { get; init; } = WordSplitter.Clip;

    /// <summary>Whether validation chooses the epoch that is kept.</summary>
    public bool SelectBestEpoch { get; init; } = true;

    /// <summary>Which parts of TEIR act.</summary>
    public TeirParts Teir { get; init; } = TeirParts.Off;

    /// <summary>The settings of a plan whose options were resolved by <see cref="RunValidation.Resolve"/>.</summary>
    public static TrainingSettings Of(RunPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        double Number(string name) => (double)plan.Options[name];
        return new TrainingSettings
        {
            LearningRate = Number(CommonOptions.LearningRate),
            BatchSize = (int)(long)plan.Options[CommonOptions.BatchSize],
            WarmupRatio = Number(CommonOptions.WarmupRatio),
            WeightDecay = Number(CommonOptions.WeightDecay),
            MaxGradientNorm = Number(CommonOptions.MaxGradientNorm),
            CrosslingualScale = Number(CommonOptions.CrosslingualScale),
            CrossmodalScale = Number(CommonOptions.CrossmodalScale),
            Temperature = Number(CommonOptions.Temperature),
            VocabularySize = (int)(long)plan.Options[CommonOptions.VocabularySize],
            OracleVocabulary = plan.Options.TryGetValue(CommonOptions.OracleVocabulary, out var oracle) && (bool)oracle,
            Splitter = WordSplitter.Of(plan.Options.TryGetValue(CommonOptions.WordPattern, out var pattern) ? (string)pattern : "clip"),
            SelectBestEpoch = (bool)plan.Options[CommonOptions.SelectBestEpoch],
            Teir = plan.Teir ? TeirOf(plan.Options) : TeirParts.Off,
        };
    }

    private static TeirParts TeirOf(IReadOnlyDictionary<string, object> options)
    {
        var parts = TeirParts.Parse((string)options[CommonOptions.TeirParts]);
        if (options.TryGetValue(CommonOptions.TeirExponent, out var exponent))
        {
            parts = parts with { Exponent = (double)exponent };
        }
        return options.TryGetValue(CommonOptions.TeirUpdate, out var update) && (bool)update ? parts.ScalingUpdates() : parts;
    }
}
