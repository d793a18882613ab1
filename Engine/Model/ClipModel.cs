using CllClip.Engine.Data.Images;
using CllClip.Engine.Device;
using CllClip.Engine.Tokenizer;
using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine.Model;

/// <summary>A CLIP checkpoint in memory: both towers, the token-embedding table, vocabulary and image preprocessing.</summary>
/// <remarks>Embeddings are those of Hugging Face's <c>CLIPModel</c>, not normalised. The files stay open until the model is disposed.</remarks>
public sealed class ClipModel : IDisposable
{
    private readonly ClipWeightFiles _files;

    private ClipModel(string folder, ClipConfig config, ClipWeightFiles files, torch.Device device, ScalarType dtype, Precision precision)
    {
        (Folder, Config, _files, Device, Precision) = (folder, config, files, device, precision);
        ConfigText = File.ReadAllText(Path.Combine(folder, ClipFolder.ConfigFile));
        Vocabulary = Vocabulary.LoadIfThere(folder);
        CheckVocabulary();
        var preprocessing = Path.Combine(folder, ClipFolder.PreprocessorFile);
        Preprocessing = File.Exists(preprocessing)
            ? ImagePreprocessing.Load(preprocessing, config.Vision.ImageSize)
            : ImagePreprocessing.Default(config.Vision.ImageSize);
        if (Preprocessing.CropSize != config.Vision.ImageSize)
            throw new EngineException(
                $"{preprocessing} crops to {Preprocessing.CropSize} pixels but the vision tower takes {config.Vision.ImageSize}."
            );
        // what fails half-way is freed with the scope; what succeeds outlives it and any scope of the caller's
        using var scope = NewDisposeScope();
        var shapes = ClipShapes.Of(config);
        var handed = new List<Tensor>();
        Tensor Weight(string name)
        {
            var tensor = files.Read(name, shapes[name], device, dtype);
            handed.Add(tensor); // the towers make handles of their own
            return tensor;
        }
        using (var scale = Weight(ClipShapes.LogitScale).to(ScalarType.Float32))
            LogitScale = MathF.Exp(scale.item<float>());
        Vision = VisionTower.Create(config.Vision, Weight, precision);
        Text = TextTower.Create(config.Text.Tower, Weight, precision);
        TokenEmbedding = files.Read(ClipShapes.TokenEmbedding, shapes[ClipShapes.TokenEmbedding], device, dtype);
        handed.ForEach(t => t.Dispose());
        scope.Detach([.. scope.DisposablesView]);
    }

    /// <summary>What its frozen towers compute in.</summary>
    public Precision Precision { get; }

    /// <summary>The folder it was loaded from.</summary>
    public string Folder { get; }

    /// <summary>config.json as it was when the model was loaded, to be written again with what this engine does not read.</summary>
    internal string ConfigText { get; }

    /// <summary>Sizes and options of config.json.</summary>
    public ClipConfig Config { get; }

    /// <summary>The text tower, without its token-embedding table.</summary>
    public TextTower Text { get; }

    /// <summary>The vision tower.</summary>
    public VisionTower Vision { get; }

    /// <summary>The token-embedding table. [V, W]</summary>
    public Tensor TokenEmbedding { get; }

    /// <summary>exp(<c>logit_scale</c>): the factor of a cosine in the model's own logits.</summary>
    public float LogitScale { get; }

    /// <summary>The vocabulary, or null where the folder has no tokenizer files.</summary>
    public Vocabulary? Vocabulary { get; }

    /// <summary>The vocabulary of a model whose table has a row for each token and no others: only such a table can grow.</summary>
    /// <exception cref="EngineException">There is none, or table and tokenizer differ in size; the message says what to do.</exception>
    public Vocabulary VocabularyToGrow
    {
        get
        {
            var vocabulary =
                Vocabulary
                ?? throw new EngineException(
                    $"{Folder} has no tokenizer: neither vocab.json with merges.txt nor tokenizer.json. Add the model's tokenizer files."
                );
            var rows = Config.Text.VocabularySize;
            return rows == vocabulary.Count
                ? vocabulary
                : throw new EngineException(
                    $"{Folder} has {rows} token embeddings but {vocabulary.Count} tokens in its tokenizer, so new tokens would get rows of unknown content. Copy the tokenizer files and the weights from one checkpoint, or choose a base model where the two agree."
                );
        }
    }

    /// <summary>How images are prepared; CLIP's own way where the folder has no preprocessor_config.json.</summary>
    public ImagePreprocessing Preprocessing { get; }

    /// <summary>Where the weights are.</summary>
    public torch.Device Device { get; }

    /// <summary>SHA-256 of the weights file, hexadecimal; of the shards one after the other in the order of their names.</summary>
    public string Hash => _files.Hash;

    /// <summary>The hash of the weights in a folder, which are not loaded for it.</summary>
    /// <exception cref="EngineException">There are none, or they cannot be read.</exception>
    public static string HashOf(string folder)
    {
        using var files = ClipWeightFiles.Open(folder);
        return files.Hash;
    }

    /// <summary>The weights' files with their lengths in bytes, in the order in which they are hashed.</summary>
    public IReadOnlyList<(string Name, long Bytes)> WeightFiles => _files.Files;

    /// <summary>
    /// Id of the end token: the vocabulary's, else config.json's. Null where neither says it (the legacy value 2 and no vocab.json): then
    /// the largest id of a row is its end token, as for Hugging Face.
    /// </summary>
    public long? EndTokenId => Vocabulary?.EndId ?? (Config.Text.LegacyEnd ? null : Config.Text.EndTokenId);

    /// <summary>Loads a Hugging Face <c>CLIPModel</c> folder.</summary>
    /// <param name="folder">Folder with config.json, model.safetensors (or shards) and, where there are any, vocab.json and merges.txt (or tokenizer.json) and preprocessor_config.json.</param>
    /// <param name="device"><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <param name="dtype">Type to compute in, whatever is stored; null for float32.</param>
    /// <param name="precision">What the frozen towers' projections and attention compute in.</param>
    /// <exception cref="EngineException">The folder or a file in it cannot be used; the message names it and the remedy.</exception>
    public static ClipModel Load(string folder, string device = "cpu", ScalarType? dtype = null, Precision precision = Precision.Full)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var resolved = DeviceChoice.Resolve(device);
        var files = ClipWeightFiles.Open(folder);
        try
        {
            return new ClipModel(
                folder,
                ClipConfig.Load(Path.Combine(folder, ClipFolder.ConfigFile)),
                files,
                resolved,
                dtype ?? ScalarType.Float32,
                precision
            );
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Loads a folder in float32, without naming a type of the tensor library.</summary>
    /// <param name="folder">Folder of the model.</param>
    /// <param name="device"><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <exception cref="EngineException">The folder or a file in it cannot be used; the message names it and the remedy.</exception>
    /// <param name="precision">What the frozen towers' projections and attention compute in.</param>
    public static ClipModel Load(string folder, string device, Precision precision) => Load(folder, device, null, precision);

    /// <inheritdoc cref="Load(string, string, Precision)"/>
    public static ClipModel Load(string folder, string device) => Load(folder, device, null);

    /// <summary>Embeds preprocessed images, not normalised. [B, 3, S, S] to [B, D]</summary>
    public Tensor EncodeImages(Tensor pixels)
    {
        using var gradients = no_grad();
        return Vision.Forward(pixels);
    }

    /// <summary>Embeds captions with the model's own table, not normalised. [B, L] int64 to [B, D]</summary>
    /// <param name="ids">Token ids: start, words, end, padding. [B, L] int64</param>
    /// <param name="mask">1 for a token, 0 for padding; null for all. [B, L] int64</param>
    public Tensor EncodeTexts(Tensor ids, Tensor? mask = null)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var rows = TokenEmbedding.index_select(0, ids.flatten()).reshape(ids.shape[0], ids.shape[1], -1); // [B, L, W]
        return Text.Forward(rows, EndPositions(ids), mask).MoveToOuterDisposeScope();
    }

    /// <summary>Position of each row's end token: the first with <see cref="EndTokenId"/>, 0 where there is none. [B, L] to [B] int64</summary>
    public Tensor EndPositions(Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using var scope = NewDisposeScope();
        var score = EndTokenId is { } end ? ids.EqualTo(end).to(ScalarType.Int64) : ids;
        return score.argmax(-1).MoveToOuterDisposeScope(); // the first of equals
    }

    /// <summary>Writes a Hugging Face folder that <see cref="Load(string, string)"/> and transformers read, in float32 and with the true end token in config.json.</summary>
    /// <param name="folder">Folder, made where it is missing; each file is replaced whole or not at all.</param>
    /// <param name="tokenEmbedding">A grown table in place of the model's own. [V', W]</param>
    /// <param name="vocabulary">Its vocabulary; null for the model's own.</param>
    /// <param name="own">Weights in place of the model's, by full Hugging Face name, or null for the model's own.</param>
    /// <exception cref="EngineException">Table and vocabulary differ in size, or the disk refuses.</exception>
    public void Save(string folder, Tensor? tokenEmbedding = null, Vocabulary? vocabulary = null, Func<string, float[]?>? own = null) =>
        ClipFolder.Write(folder, this, _files, tokenEmbedding ?? TokenEmbedding, vocabulary ?? Vocabulary, own);

    /// <summary>Copies a weight out of the files, for computing without tensors. Row by row</summary>
    /// <param name="name">Its full Hugging Face name.</param>
    internal float[] ReadWeights(string name)
    {
        using var stored = _files.Read(name, ClipShapes.Of(Config)[name], torch.CPU, ScalarType.Float32);
        return stored.Elements<float>();
    }

    /// <summary>A copy of the text tower whose weights can be trained; the caller owns it.</summary>
    public TextTower CopyTextToTrain()
    {
        using var scope = NewDisposeScope();
        var shapes = ClipShapes.Of(Config);
        return TextTower.CreateTrained(Config.Text.Tower, name => _files.Read(name, shapes[name], Device, TokenEmbedding.dtype));
    }

    /// <summary>A tokenizer of another model would give rows of other words, without anything failing.</summary>
    private void CheckVocabulary()
    {
        if (Vocabulary is not { } vocabulary)
            return;
        const string Remedy = "They belong to different models: copy the tokenizer files, config.json and the weights from one checkpoint.";
        var text = Config.Text;
        if (vocabulary.Count > text.VocabularySize)
            throw new EngineException(
                $"The tokenizer in {Folder} has {vocabulary.Count} tokens but config.json only {text.VocabularySize} embeddings. {Remedy}"
            );
        foreach (var special in new[] { SpecialTokens.Start, SpecialTokens.End })
            if (vocabulary.Find(special) is null)
                throw new EngineException(
                    $"The tokenizer in {Folder} has no token \"{special}\", so it is not CLIP's. Choose a checkpoint of the CLIPModel family."
                );
        // an id beyond the table is a default that nobody filled in
        if (!text.LegacyEnd && text.EndTokenId < text.VocabularySize && text.EndTokenId != vocabulary.EndId)
            throw new EngineException(
                $"{Path.Combine(Folder, ClipFolder.ConfigFile)} says the end token is {text.EndTokenId}, but the tokenizer beside it gives {SpecialTokens.End} the id {vocabulary.EndId}. {Remedy}"
            );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Text.Dispose();
        Vision.Dispose();
        TokenEmbedding.Dispose();
        _files.Dispose();
    }
}
