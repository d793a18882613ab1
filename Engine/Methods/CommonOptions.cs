using CllClip.Shared.Methods;

namespace CllClip.Engine.Methods;

/// <summary>Options that every training method shares, with the paper's defaults (spec section 5).</summary>
public static class CommonOptions
{
    /// <summary>Learning rate after warm-up.</summary>
    public const string LearningRate = "learningRate";

    /// <summary>Captions per step.</summary>
    public const string BatchSize = "batchSize";

    /// <summary>Share of a task's steps spent warming up.</summary>
    public const string WarmupRatio = "warmupRatio";

    /// <summary>Decoupled weight decay.</summary>
    public const string WeightDecay = "weightDecay";

    /// <summary>Limit of the gradient norm.</summary>
    public const string MaxGradientNorm = "maxGradientNorm";

    /// <summary>Weight of the cross-lingual term.</summary>
    public const string CrosslingualScale = "crosslingualScale";

    /// <summary>Weight of the cross-modal term.</summary>
    public const string CrossmodalScale = "crossmodalScale";

    /// <summary>Starting temperature.</summary>
    public const string Temperature = "temperature";

    /// <summary>Size of a task's own BPE vocabulary.</summary>
    public const string VocabularySize = "vocabularySize";

    /// <summary>Whether one vocabulary over all languages is there from the first task on (ablation).</summary>
    public const string OracleVocabulary = "oracleVocabulary";

    /// <summary>What a word is for the tokenizer (own variant).</summary>
    public const string WordPattern = "wordPattern";

    /// <summary>Whether validation chooses the epoch whose weights are kept.</summary>
    public const string SelectBestEpoch = "selectBestEpoch";

    /// <summary>Which parts of TEIR act, where it is on.</summary>
    public const string TeirParts = "teirParts";

    /// <summary>Whether TEIR scales the update (own variant).</summary>
    public const string TeirUpdate = "teirUpdate";

    /// <summary>Exponent of TEIR's scale (own variant).</summary>
    public const string TeirExponent = "teirExponent";

    /// <summary>The options of the optimiser, the objective and the vocabulary.</summary>
    public static IReadOnlyList<OptionDescriptor> Training { get; } =
    [
        new()
        {
            Name = LearningRate,
            Label = "Learning rate",
            Type = OptionType.Number,
            Default = 5e-5,
            Min = 1e-7,
            Max = 1,
            Help =
                "AdamW's step size after warm-up. The paper's value belongs to ViT-B/16; a data set with a smaller base model brings its own.",
            Group = "Optimiser",
        },
        new()
        {
            Name = BatchSize,
            Label = "Batch size",
            Type = OptionType.Integer,
            Default = 128L,
            Min = 2,
            Max = 4096,
            Unit = "captions",
            Help = "Captions per step; the last incomplete batch of an epoch is dropped.",
            Group = "Optimiser",
        },
        new()
        {
            Name = WarmupRatio,
            Label = "Warm-up",
            Type = OptionType.Number,
            Default = 0.1,
            Min = 0,
            Max = 1,
            Unit = "share of steps",
            Help = "The learning rate rises from 0 over this share of a task's steps, then stays.",
            Group = "Optimiser",
        },
        new()
        {
            Name = WeightDecay,
            Label = "Weight decay",
            Type = OptionType.Number,
            Default = 0.05,
            Min = 0,
            Max = 1,
            Help = "Decoupled decay of parameters with two or more dimensions.",
            Group = "Optimiser",
        },
        new()
        {
            Name = MaxGradientNorm,
            Label = "Gradient clipping",
            Type = OptionType.Number,
            Default = 1.0,
            Min = 1e-6,
            Max = 1e6,
            Unit = "L2 norm",
            Help = "Gradients are scaled down to this norm over all trained parameters.",
            Group = "Optimiser",
        },
        new()
        {
            Name = CrosslingualScale,
            Label = "Cross-lingual weight",
            Type = OptionType.Number,
            Default = 1.0,
            Min = 0,
            Max = 100,
            Help = "Weight of the distance between a caption's embedding and the teacher's embedding of its English partner.",
            Group = "Objective",
        },
        new()
        {
            Name = CrossmodalScale,
            Label = "Cross-modal weight",
            Type = OptionType.Number,
            Default = 0.01,
            Min = 0,
            Max = 100,
            Help = "Weight of the contrastive term between captions and images.",
            Group = "Objective",
        },
        new()
        {
            Name = Temperature,
            Label = "Temperature",
            Type = OptionType.Number,
            Default = 0.07,
            Min = 0.001,
            Max = 0.5,
            Help = "Starting value of the learned temperature of the contrastive term; created anew for each task.",
            Group = "Objective",
        },
        new()
        {
            Name = VocabularySize,
            Label = "Vocabulary per task",
            Type = OptionType.Integer,
            Default = 10_000L,
            Min = 10,
            Max = 500_000,
            Unit = "tokens",
            Help = "Size of the BPE vocabulary trained on the new language; tokens not yet known are added.",
            Group = "Vocabulary",
        },
        new()
        {
            Name = WordPattern,
            Label = "Words",
            Type = OptionType.Choice,
            Default = "clip",
            Choices = ["clip", "marks"],
            Help =
                "clip: CLIP's pattern, which cuts words at combining marks. marks: this project's own, which keeps them, as Indic languages and Thai need.",
            Group = "Vocabulary",
            Variant = VariantKind.Own,
            VariantName = "words with",
        },
        new()
        {
            Name = SelectBestEpoch,
            Label = "Keep the best epoch",
            Type = OptionType.Boolean,
            Default = true,
            Help = "Keeps the weights of the epoch with the best validation score; otherwise the last epoch's.",
            Group = "Optimiser",
        },
    ];

    /// <summary>Which parts of TEIR act: its ablations.</summary>
    public static OptionDescriptor Teir { get; } =
        new()
        {
            Name = TeirParts,
            Label = "TEIR parts",
            Type = OptionType.Choice,
            Default = "grad_decay",
            Choices = ["grad_decay", "grad", "decay", "init"],
            Help = "Where TEIR is on: rows scaled in gradient and decay (the method), in one of them, or initialisation only.",
            Group = "TEIR",
            Variant = VariantKind.Ablation,
        };

    /// <summary>Whether TEIR scales a row's update instead of its gradient: TEIR-U.</summary>
    public static OptionDescriptor TeirU { get; } =
        new()
        {
            Name = TeirUpdate,
            Label = "TEIR-U",
            Type = OptionType.Boolean,
            Default = false,
            Help =
                "This project's own variant: the scale multiplies the step that AdamW makes with a row, not its gradient, which Adam divides out again.",
            Group = "TEIR",
            Variant = VariantKind.Own,
        };

    /// <summary>The exponent of TEIR's scale.</summary>
    public static OptionDescriptor Exponent { get; } =
        new()
        {
            Name = TeirExponent,
            Label = "TEIR exponent",
            Type = OptionType.Number,
            Default = 1.0,
            Min = 0,
            Max = 4,
            Help = "This project's own variant: a token that has occurred in k tasks is scaled by 1/k to this power.",
            Group = "TEIR",
            Variant = VariantKind.Own,
            VariantName = "exponent",
        };

    /// <summary>All of TEIR's options.</summary>
    public static IReadOnlyList<OptionDescriptor> AllTeir { get; } = [Teir, TeirU, Exponent];
}
