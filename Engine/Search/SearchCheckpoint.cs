using CllClip.Engine.Model;
using CllClip.Engine.Teir;
using CllClip.Engine.Tokenizer;
using CllClip.Engine.Training;
using CllClip.Shared.Search;
using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine.Search;

/// <summary>What turns a typed query into a vector: vocabulary and token embedding of one stage with the base's text tower and the method's parts. Immutable; safe to share between threads.</summary>
public sealed class SearchCheckpoint
{
    /// <summary>What a token costs beside its row: strings, dictionary entries, merges. Bytes, an estimate.</summary>
    private const int BytesPerToken = 300;

    private readonly ClipTokenizer _tokenizer;
    private readonly QueryTower _tower;
    private readonly float[] _table; // [V, W]
    private readonly QueryPartsOf? _parts;
    private readonly TokenHistory? _history; // null for the base model
    private readonly int[] _counts = []; // TEIR's counters

    private SearchCheckpoint(QueryTower tower, Vocabulary vocabulary, Tensor table, StageSnapshot? stage = null, QueryPartsOf? parts = null)
    {
        (_tower, _parts, _history) = (tower, parts, stage?.History);
        _counts = [.. stage?.Counter.Counts.Select(c => (int)c) ?? []];
        _tokenizer = new ClipTokenizer(vocabulary, stage?.Splitter);
        using var scope = NewDisposeScope();
        var plain = table.detach().to(ScalarType.Float32, torch.CPU).contiguous();
        _table = plain.Elements<float>();
    }

    /// <summary>Rows of the token embedding.</summary>
    public int VocabularySize => _tokenizer.Vocabulary.Count;

    /// <summary>Memory held, bytes, an estimate.</summary>
    public long Bytes =>
        sizeof(float) * (long)(_table.Length + _counts.Length) + (long)BytesPerToken * VocabularySize + (_history?.Bytes ?? 0);

    /// <summary>The base model's own vocabulary and table.</summary>
    /// <exception cref="EngineException">The base model has no vocabulary.</exception>
    public static SearchCheckpoint Of(ClipModel model, QueryTower tower)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tower);
        var vocabulary = model.VocabularyToGrow;
        return new SearchCheckpoint(tower, vocabulary, model.TokenEmbedding);
    }

    /// <summary>A stage of a run, folded from its chain; in any precision the chain is stored in.</summary>
    /// <param name="model">The base model that the run began with.</param>
    /// <param name="tower">Its text tower.</param>
    /// <param name="chainFolder">Folder of the chain.</param>
    /// <param name="stage">From 1; 0 is the base.</param>
    /// <param name="progress">Share done, 0 to 1.</param>
    /// <exception cref="EngineException">A stage is missing, damaged, or belongs to another base model.</exception>
    public static SearchCheckpoint Fold(
        ClipModel model,
        QueryTower tower,
        string chainFolder,
        int stage,
        IProgress<double>? progress = null
    )
    {
        ArgumentNullException.ThrowIfNull(tower);
        using var snapshot = CheckpointChain.Fold(model, chainFolder, stage, progress);
        using var method = CheckpointChain.LoadMethod(chainFolder, stage);
        var own = method?.OwnTower is not null || method?.OwnWeights(TextTower.ProjectionName) is not null;
        return new SearchCheckpoint(
            own ? QueryTower.Of(model, method!.OwnWeights) : tower,
            snapshot.Vocabulary,
            snapshot.Embedding.Table,
            snapshot,
            method?.QueryParts()
        );
    }

    /// <summary>The query as a unit vector, or null where no token is left of it. [D]</summary>
    /// <param name="text">What was typed, cleaned (<see cref="QueryText"/>).</param>
    /// <param name="language">Its language: chooses a method's parts. A language without its own is embedded without any.</param>
    /// <exception cref="EngineException">The checkpoint's weights are broken.</exception>
    public float[]? Embed(string text, string? language = null) => Embed(text, language, out _);

    /// <summary>The same, and whether the query was too long, so that only its beginning counted.</summary>
    public float[]? Embed(string text, string? language, out bool cut)
    {
        var ids = Tokens(text);
        Array.Resize(ref ids, Array.IndexOf(ids, _tokenizer.EndId) + 1); // what follows the first end token is not seen (spec section 2)
        cut = ids.Length > _tower.MaxLength;
        if (cut)
        {
            Array.Resize(ref ids, _tower.MaxLength);
            ids[^1] = _tokenizer.EndId;
        }
        if (ids.Length <= 2)
        {
            return null;
        }
        var rows = Rows(ids);
        return SearchGallery.Unit(_tower.Encode(rows, _parts?.Invoke(language, () => _tower.Encode(rows))));
    }

    /// <summary>The most tokens of a text that are read, without start and end.</summary>
    public int MostTokens => _tower.MaxLength - 2;

    /// <summary>What a text is cut into, and what this checkpoint knows of each token; without start and end.</summary>
    /// <param name="text">A query or caption.</param>
    /// <param name="teirExponent">Exponent of TEIR's scale in the run; null where the run did not use TEIR.</param>
    public IReadOnlyList<QueryToken> Explain(string text, double? teirExponent = null)
    {
        var ids = _tokenizer.Pieces(text);
        var end = Array.IndexOf(ids, _tokenizer.EndId);
        var read = Math.Min(end < 0 ? ids.Length : end, MostTokens);
        return [.. ids.Select((id, i) => Explain(id, teirExponent) with { IsRead = i < read })];
    }

    /// <summary>Token ids of a query, start and end included, not cut.</summary>
    internal int[] Tokens(string text) => _tokenizer.Encode(text);

    /// <summary>Their rows. [L, W]</summary>
    internal float[] Rows(int[] ids)
    {
        var width = _tower.Width;
        var rows = new float[ids.Length * width];
        for (var i = 0; i < ids.Length; i++)
        {
            _table.AsSpan(ids[i] * width, width).CopyTo(rows.AsSpan(i * width));
        }
        return rows;
    }

    private QueryToken Explain(int id, double? teirExponent)
    {
        var token = new QueryToken
        {
            Id = id,
            Text = _tokenizer.Readable(id),
            EndsWord = _tokenizer.Vocabulary.Tokens[id].EndsWith(SpecialTokens.EndOfWord, StringComparison.Ordinal),
            IsBytes = _tokenizer.IsBytes(id),
            IsUnknown = id == _tokenizer.EndId,
        };
        if (_history is null || token.IsUnknown)
        {
            return token;
        }
        var origin = _history.Of(id);
        return token with
        {
            Stage = origin.Stage,
            AddedFor = origin.AddedFor,
            LanguageCount = origin.LanguageCount,
            Languages = origin.Languages,
            Use = origin.LanguageCount switch
            {
                null => TokenUse.Unknown,
                0 => TokenUse.Unseen,
                1 => TokenUse.Unique,
                _ => TokenUse.Shared,
            },
            TeirCount = _history.IsStored ? _counts[id] : null,
            TeirScale = _history.IsStored && teirExponent is { } power ? TokenCounter.ScaleOf(_counts[id], power) : null,
        };
    }
}
