using CllClip.Engine.Data.Images;

namespace CllClip.Engine.Data;

/// <summary>A prepared image-text data set in several languages. Implementations are immutable and safe to share between threads.</summary>
public interface IRetrievalDataset
{
    /// <summary>Identifier, for example <c>emoji36</c>.</summary>
    string Id { get; }

    /// <summary>Name shown.</summary>
    string Name { get; }

    /// <summary>Content hash: the same revision means the same bytes.</summary>
    string Revision { get; }

    /// <summary>Codes of the languages it has.</summary>
    IReadOnlyList<string> Languages { get; }

    /// <summary>Protocol of the headline scores.</summary>
    string HeadlineProtocol { get; }

    /// <summary>Training defaults that belong to this data set and its base model, in place of the paper's.</summary>
    DatasetDefaults Defaults { get; }

    /// <summary>Number of images; an image is named by its index.</summary>
    int ImageCount { get; }

    /// <summary>Reads one image, of any size; the model's preprocessing makes its input of it.</summary>
    /// <exception cref="EngineException">It cannot be read; the message names the file.</exception>
    RgbImage ReadImage(int image);

    /// <summary>Every distinct training caption of a language, empty where it has none: what its tokenizer is trained on and what counts as occurring (TEIR).</summary>
    /// <exception cref="EngineException">The data set lacks the language.</exception>
    IReadOnlyList<string> TrainingTexts(string language);

    /// <summary>The training pairs of one epoch, shuffled; a data set that samples captions draws them anew from <paramref name="random"/>.</summary>
    IReadOnlyList<TrainingPair> TrainingEpoch(string language, Random random);

    /// <summary>Number of pairs that <see cref="TrainingEpoch"/> returns.</summary>
    int TrainingPairCount(string language);

    /// <summary>What chooses the best epoch; null if the data set has no validation split.</summary>
    RetrievalSet? Validation(string language);

    /// <summary>The test sets, one per protocol, headline first; empty where the language has no test captions.</summary>
    IReadOnlyList<RetrievalSet> Tests(string language);
}

/// <summary>Training defaults of a data set.</summary>
/// <param name="LearningRate">Learning rate tuned for its base model.</param>
/// <param name="Epochs">Epochs per task.</param>
/// <param name="VocabularySize">Size of each language's own BPE vocabulary.</param>
/// <param name="OracleVocabularySize">Size of the one vocabulary over all languages (joint training).</param>
/// <param name="BatchSize">Captions per step.</param>
/// <param name="BaseVocabularyLanguages">Languages that the base model's tokenizer already covers: no tokens are added for them.</param>
public sealed record DatasetDefaults(
    double LearningRate,
    int Epochs,
    int VocabularySize,
    int OracleVocabularySize,
    int BatchSize,
    IReadOnlyList<string> BaseVocabularyLanguages
);

/// <summary>One training item: an image, its English caption for the teacher, and the caption to learn.</summary>
/// <param name="Image">Index of the image.</param>
/// <param name="English">English caption.</param>
/// <param name="Caption">Caption in the language of the task.</param>
/// <param name="Language">That language.</param>
public readonly record struct TrainingPair(int Image, string English, string Caption, string Language)
{
    /// <summary>Whether the caption is a keyword, not a name or description of the image: such are never tested.</summary>
    public bool Keyword { get; init; }
}

/// <summary>Images and captions to score retrieval on.</summary>
/// <param name="Protocol">Protocol of the scores.</param>
/// <param name="Language">Language of the captions.</param>
/// <param name="Images">N image indices.</param>
/// <param name="Captions">M captions; captions of one image stand together, images in order.</param>
/// <param name="ImageOfCaption">M positions in <paramref name="Images"/>.</param>
public sealed record RetrievalSet(
    string Protocol,
    string Language,
    IReadOnlyList<int> Images,
    IReadOnlyList<string> Captions,
    IReadOnlyList<int> ImageOfCaption
)
{
    /// <summary>Recalls are means over so many folds of consecutive images, each with its own captions alone; 1 for none.</summary>
    public int Folds { get; init; } = 1;
}
