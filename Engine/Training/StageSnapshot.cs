using CllClip.Engine.Model;
using CllClip.Engine.Teir;
using CllClip.Engine.Tokenizer;

namespace CllClip.Engine.Training;

/// <summary>Vocabulary, token-embedding table and TEIR counters after one stage; with the base's towers it is a whole model.</summary>
public sealed class StageSnapshot : IDisposable
{
    internal StageSnapshot(int stage, Vocabulary vocabulary, TokenEmbedding embedding, TokenCounter counter) =>
        (Stage, Vocabulary, Embedding, Counter) = (stage, vocabulary, embedding, counter);

    /// <summary>From 1; 0 for the base.</summary>
    public int Stage { get; }

    /// <summary>The grown vocabulary.</summary>
    public Vocabulary Vocabulary { get; internal set; }

    /// <summary>The grown table.</summary>
    public TokenEmbedding Embedding { get; }

    /// <summary>What a word is for the stage's tokenizer.</summary>
    public WordSplitter Splitter { get; internal init; } = WordSplitter.Clip;

    /// <summary>TEIR's counters after the stage.</summary>
    public TokenCounter Counter { get; }

    /// <summary>Where the vocabulary's tokens come from.</summary>
    public required TokenHistory History { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Embedding.Dispose();
}
