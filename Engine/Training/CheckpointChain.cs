using System.Globalization;
using System.Text.Json;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Teir;
using CllClip.Engine.Tokenizer;
using static TorchSharp.torch;

namespace CllClip.Engine.Training;

/// <summary>
/// A run's stages on disk, each in a folder <c>stage-NNN</c> that holds only what its task changed: rows in use and new rows, the factor of all
/// others, new tokens and merges, scores. Any stage is restored by folding the chain from the base; in float32 to the last bit.
/// </summary>
public static partial class CheckpointChain
{
    /// <summary>File with the changed rows.</summary>
    public const string DeltaFile = "delta.safetensors";

    /// <summary>File that describes the stage.</summary>
    public const string StageFile = "stage.json";

    private const int Format = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Folder of a stage, from 1.</summary>
    public static string FolderOf(string chainFolder, int stage) =>
        Path.Combine(chainFolder, string.Create(CultureInfo.InvariantCulture, $"stage-{stage:000}"));

    /// <summary>Number of whole stages in a chain's folder; 0 if there is none.</summary>
    public static int CountStages(string chainFolder)
    {
        var stage = 0;
        while (File.Exists(Path.Combine(FolderOf(chainFolder, stage + 1), StageFile)))
        {
            stage++;
        }
        return stage;
    }

    /// <summary>When a chain last got something that a run goes on from, a stage or a checkpoint within one, UTC; null if it has nothing.</summary>
    public static DateTime? LastKept(string chainFolder) =>
        Enumerable
            .Range(1, CountStages(chainFolder))
            .Select(s => FolderOf(chainFolder, s))
            .Concat(WithinStage.Folders(chainFolder))
            .Max(f => (DateTime?)Directory.GetLastWriteTimeUtc(f));

    /// <summary>What a stage says of itself.</summary>
    /// <exception cref="DamagedStageException">It is missing or damaged.</exception>
    public static StageRecord Read(string chainFolder, int stage)
    {
        var path = Path.Combine(FolderOf(chainFolder, stage), StageFile);
        try
        {
            var record = JsonSerializer.Deserialize<StageRecord>(File.ReadAllBytes(path), Json) ?? throw new JsonException("it is empty");
            var seal = SealOf(record); // also where none was kept: what cannot be written again is not let in
            return record.Format != Format || record.Seal is null || record.Seal == seal
                ? record
                : throw new JsonException("it is not what was written");
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new DamagedStageException(
                stage,
                $"Stage {stage} of the checkpoint cannot be read ({path}: {e.Message})",
                Remedy(stage),
                e
            );
        }
    }

    /// <summary>Writes a stage beside the chain and renames it into place: it is there whole or not at all.</summary>
    /// <param name="chainFolder">Folder of the chain.</param>
    /// <param name="stage">The stage; its format and hashes are filled in here.</param>
    /// <param name="delta">Changed rows.</param>
    /// <param name="saveMethodState">Writes a method's own files into the folder given.</param>
    /// <exception cref="EngineException">The disk refuses (full, read-only); nothing half-written remains.</exception>
    public static string Write(string chainFolder, StageRecord stage, StageDelta delta, Action<string>? saveMethodState = null)
    {
        ArgumentNullException.ThrowIfNull(stage);
        ArgumentNullException.ThrowIfNull(delta);
        var number = stage.Figures.Stage;
        var target = FolderOf(chainFolder, number);
        var working = target + ".tmp";
        try
        {
            if (Directory.Exists(working))
            {
                Directory.Delete(working, true);
            }
            Directory.CreateDirectory(working);
            delta.Write(Path.Combine(working, DeltaFile));
            saveMethodState?.Invoke(working);
            var whole = stage with
            {
                Format = Format,
                Parent = ParentOf(chainFolder, number, stage.BaseHash),
                Delta = Checksum.OfFile(Path.Combine(working, DeltaFile)),
                Own = OwnFiles(working).ToDictionary(f => Path.GetFileName(f), Checksum.OfFile),
            };
            AtomicFile.WriteText(Path.Combine(working, StageFile), JsonSerializer.Serialize(whole with { Seal = SealOf(whole) }, Json));
            Directory.Move(working, target);
            return target;
        }
        catch (Exception e) when (AtomicFile.Refusal(e) is { } refusal)
        {
            throw new EngineException(
                $"Stage {number} cannot be written to {target}: {refusal} Free some space and resume the run: the stages before are kept.",
                e
            );
        }
        finally
        {
            if (Directory.Exists(working))
            {
                Directory.Delete(working, true);
            }
        }
    }

    /// <summary>Restores a stage.</summary>
    /// <param name="baseModel">The base model that the run began with.</param>
    /// <param name="chainFolder">Folder of the chain.</param>
    /// <param name="stage">From 1; 0 gives the base's own table and vocabulary.</param>
    /// <param name="progress">Share done, 0 to 1.</param>
    /// <param name="stop">Ends it before the next stage.</param>
    /// <exception cref="EngineException">A stage is missing, damaged, or belongs to another base model.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static StageSnapshot Fold(
        ClipModel baseModel,
        string chainFolder,
        int stage,
        IProgress<double>? progress = null,
        CancellationToken stop = default
    )
    {
        ArgumentNullException.ThrowIfNull(baseModel);
        var vocabulary = baseModel.VocabularyToGrow;
        var table = new TokenEmbedding(baseModel.TokenEmbedding.clone());
        var counter = new TokenCounter(table.Count, [vocabulary.StartId, vocabulary.EndId]);
        var grown = new List<VocabularyDelta>();
        var history = new TokenHistory(table.Count);
        try
        {
            for (var s = 1; s <= stage; s++)
            {
                stop.ThrowIfCancellationRequested();
                var record = Read(chainFolder, s);
                Check(record, chainFolder, s, baseModel);
                grown.Add(record.Vocabulary);
                var size = table.Count + record.Vocabulary.Tokens.Count; // that they follow is checked at the end
                using var delta = StageDelta.Read(Path.Combine(FolderOf(chainFolder, s), DeltaFile));
                delta.CheckAgainst(size, table.Width, Path.Combine(FolderOf(chainFolder, s), DeltaFile), Remedy(s));
                if (size > table.Count)
                {
                    using var empty = zeros(size - table.Count, table.Width, table.Table.dtype);
                    table.Append(empty); // the delta holds every new row
                }
                table.Update(record.OthersFactor, delta.Rows, delta.Values);
                counter.BeginTask(size);
                counter.EndTask(delta.Occurred);
                history.Add(record.Figures.Languages, size, delta.Occurred);
                progress?.Report((double)s / stage);
            }
            return new StageSnapshot(stage, vocabulary.Apply(grown), table, counter)
            {
                History = history,
                Splitter = stage == 0 ? WordSplitter.Clip : SplitterOf(Read(chainFolder, stage)),
            };
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    /// <summary>The method of a stage with what its stages stored, where embeddings depend on it; null where the rows alone make them.</summary>
    /// <param name="chainFolder">Folder of the chain, whose stages <see cref="Fold"/> has checked.</param>
    /// <param name="stage">From 1; 0 is the base.</param>
    /// <exception cref="EngineException">A file of the method is missing or damaged, or the method is not known.</exception>
    public static ContinualMethod? LoadMethod(string chainFolder, int stage)
    {
        if (stage == 0 || Read(chainFolder, stage) is not { Method: { } id } record)
        {
            return null;
        }
        var method = MethodCatalog.Create(id, MethodCatalog.ValuesOf(id, record.Options));
        try
        {
            if (!method.ChangesTower)
            {
                method.Dispose();
                return null;
            }
            for (var s = 1; s <= stage; s++)
            {
                method.LoadState(FolderOf(chainFolder, s));
            }
            return method;
        }
        catch
        {
            method.Dispose();
            throw;
        }
    }

    /// <summary>Rewrites a chain for travelling, with the ranks beside it: without scores, which a <see cref="RunArchive"/> holds once for all stages.</summary>
    /// <param name="chainFolder">The chain.</param>
    /// <param name="targetFolder">Where the new one goes.</param>
    /// <param name="halfPrecision">Whether rows are stored in float16: half the size, and about three digits.</param>
    /// <exception cref="EngineException">A stage is damaged or the disk refuses.</exception>
    public static void Copy(string chainFolder, string targetFolder, bool halfPrecision)
    {
        for (var s = 1; s <= CountStages(chainFolder); s++)
        {
            using var delta = StageDelta.Read(Path.Combine(FolderOf(chainFolder, s), DeltaFile));
            using var values = halfPrecision ? delta.Values.to_type(ScalarType.Float16) : delta.Values.alias();
            var source = FolderOf(chainFolder, s);
            Write(targetFolder, Read(chainFolder, s) with { Scores = [] }, new StageDelta(delta.Rows, values, delta.Occurred), CopyOthers);

            void CopyOthers(string folder) // a method's own files
            {
                foreach (var file in OwnFiles(source))
                {
                    File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
                }
            }
        }
        RankFile.Copy(chainFolder, targetFolder);
    }

    private static WordSplitter SplitterOf(StageRecord record) =>
        record.Options?.TryGetValue(CommonOptions.WordPattern, out var pattern) == true && pattern.ValueKind == JsonValueKind.String
            ? WordSplitter.Of(pattern.GetString()!)
            : WordSplitter.Clip;

    /// <summary>What a method wrote beside a stage.</summary>
    private static IEnumerable<string> OwnFiles(string stageFolder) =>
        Directory.EnumerateFiles(stageFolder).Where(f => Path.GetFileName(f) is not (DeltaFile or StageFile)).Order(StringComparer.Ordinal);

    /// <summary>Hash of what the stage before says of itself, its own delta's hash included, or of the base: ties the links of the chain together.</summary>
    internal static string ParentOf(string chainFolder, int stage, string baseHash) =>
        stage == 1 ? baseHash : Checksum.OfFile(Path.Combine(FolderOf(chainFolder, stage - 1), StageFile));

    private static string SealOf(StageRecord record) => Checksum.OfJson(record with { Seal = "" }, Json);
}
