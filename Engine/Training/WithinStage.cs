using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CllClip.Engine.Methods;
using CllClip.Engine.Methods.Parts;
using static TorchSharp.torch;

namespace CllClip.Engine.Training;

/// <summary>Where the training of a task stands between two steps.</summary>
/// <param name="Steps">Steps made, all epochs together.</param>
/// <param name="Epochs">Epochs whose validation is over too.</param>
/// <param name="TrainSeconds">Seconds of training that they took, in whichever processes.</param>
internal sealed record TaskPosition(int Steps, int Epochs, double TrainSeconds)
{
    /// <summary>Before the first step.</summary>
    public static TaskPosition Start { get; } = new(0, 0, 0);
}

/// <summary>
/// Checkpoints inside the stage that is being trained: everything that the next step reads, so that a run that was killed goes on from there and ends with the
/// same rows and scores to the last bit. What can be computed again is not stored: vocabulary, new rows and batches follow from the seed.
/// </summary>
/// <remarks>
/// Beside the chain's stages, as folders <c>within-SSS-GGGGGG</c> (stage, generation), written aside and renamed, with the hash of every file; the newest two
/// are kept, and a damaged one is passed over for the one before.
/// </remarks>
internal sealed class WithinStage
{
    private const int Format = 1;
    private const int Generations = 2;
    private const string Prefix = "within-";
    private const string RecordFile = "within.json";
    private const string StateFile = "training.safetensors";
    private const string RowsName = "rows";
    private const string BestName = "best";

    /// <summary>At a task's end it is worth a checkpoint only where more than this would be lost while it is evaluated.</summary>
    private static readonly TimeSpan WorthKeeping = TimeSpan.FromSeconds(5);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly RunPlan _plan;
    private readonly int _stage;
    private readonly string _parent;
    private readonly IProgress<RunEvent> _progress;
    private long _savedAt = Stopwatch.GetTimestamp(); // not the clock on the wall, which may be set back
    private int _generation;

    /// <summary>The checkpoints of one stage.</summary>
    /// <param name="plan">The run's plan.</param>
    /// <param name="stage">The stage in training, from 1.</param>
    /// <param name="baseHash">Hash of the base model.</param>
    /// <param name="progress">Is told what was found damaged or could not be written.</param>
    public WithinStage(RunPlan plan, int stage, string baseHash, IProgress<RunEvent> progress)
    {
        (_plan, _stage, _progress) = (plan, stage, progress);
        _parent = CheckpointChain.ParentOf(plan.CheckpointFolder, stage, baseHash);
        _generation = Found(plan.CheckpointFolder).Select(f => f.Generation).DefaultIfEmpty(0).Max();
    }

    private TimeSpan Since => Stopwatch.GetElapsedTime(_savedAt);

    /// <summary>Whether the interval is over.</summary>
    public bool Due => _plan.CheckpointInterval is { } interval && Since >= interval;

    /// <summary>Whether enough was trained since the last one for the task's end to be kept.</summary>
    public bool DueAtEnd => _plan.CheckpointInterval is { } interval && Since >= (interval < WorthKeeping ? interval : WorthKeeping);

    /// <summary>Deletes what is there of any stage: the stage is whole, or begins anew.</summary>
    public static void Clear(string chainFolder)
    {
        foreach (var (folder, _, _) in Found(chainFolder))
        {
            Delete(folder);
        }
    }

    /// <summary>The folders of the checkpoints that are there, of any stage.</summary>
    public static IEnumerable<string> Folders(string chainFolder) => Found(chainFolder).Where(f => f.Stage > 0).Select(f => f.Folder);

    /// <summary>Keeps where the training stands. A disk that refuses is told of, and the training goes on: the checkpoints before stay.</summary>
    public void Save(TaskTraining training, BestEpoch best, ContinualMethod method, TaskPosition at)
    {
        if (_plan.CheckpointInterval is null)
        {
            return;
        }
        _savedAt = Stopwatch.GetTimestamp();
        var target = Path.Combine(_plan.CheckpointFolder, Name(_stage, _generation + 1));
        var working = target + ".tmp";
        try
        {
            Delete(working);
            Directory.CreateDirectory(working);
            using (NewDisposeScope())
            {
                var tensors = training.State().ToDictionary(t => t.Name, t => t.Value.detach());
                tensors[RowsName] = tensor(training.Rows.Rows, ScalarType.Int64);
                foreach (var (kept, i) in best.Weights.Select((w, i) => (w, i)))
                {
                    tensors[BestNameOf(i)] = kept;
                }
                MethodFile.Write(working, StateFile, tensors);
                method.SaveWithinTask(working);
            }
            var record = new Record(
                Format,
                _stage,
                _parent,
                Fingerprint(_plan),
                at,
                training.Rows.OthersFactor,
                best.Epoch,
                best.Score,
                Directory.EnumerateFiles(working).ToDictionary(f => Path.GetFileName(f), Checksum.OfFile),
                ""
            );
            AtomicFile.WriteText(Path.Combine(working, RecordFile), JsonSerializer.Serialize(record with { Seal = SealOf(record) }, Json));
            Directory.Move(working, target);
            _generation++;
            foreach (var (folder, stage, generation) in Found(_plan.CheckpointFolder))
            {
                if (stage != _stage || generation <= _generation - Generations)
                {
                    Delete(folder);
                }
            }
            _savedAt = Stopwatch.GetTimestamp();
        }
        catch (Exception e) when (AtomicFile.Refusal(e) is { } refusal)
        {
            Delete(working);
            _progress.Report(
                new Logged("warning", $"The checkpoint within stage {_stage} was not written: {refusal} Training goes on; free some space.")
            );
        }
    }

    /// <summary>Puts the training where the newest whole checkpoint left it.</summary>
    /// <returns>Where that is; <see cref="TaskPosition.Start"/> where there is none.</returns>
    public TaskPosition Restore(TaskTraining training, BestEpoch best, ContinualMethod method)
    {
        foreach (var (folder, _, _) in Found(_plan.CheckpointFolder).Where(f => f.Stage == _stage).OrderByDescending(f => f.Generation))
        {
            var tensors = new Dictionary<string, Tensor>();
            try
            {
                if (Open(folder, training, tensors) is { } record)
                {
                    training.LoadState(tensors, record.At.Steps, record.OthersFactor);
                    var kept = Enumerable.Range(0, tensors.Count).Select(i => tensors.GetValueOrDefault(BestNameOf(i))).OfType<Tensor>();
                    best.Load(record.BestEpoch, record.BestScore, kept);
                    method.LoadWithinTask(folder);
                    return record.At;
                }
            }
            finally
            {
                foreach (var tensor in tensors.Values)
                {
                    tensor.Dispose();
                }
            }
        }
        return TaskPosition.Start;
    }

    /// <summary>Reads a checkpoint of this training; null, told of where it is damaged, if it is not one. Nothing of the training is touched.</summary>
    private Record? Open(string folder, TaskTraining training, Dictionary<string, Tensor> tensors)
    {
        try
        {
            var record = Read(folder);
            if (record.Parent != _parent || record.Plan != Fingerprint(_plan))
            {
                return null; // of another run, or of the same stage after another one before it
            }
            foreach (var (name, stored) in MethodFile.Read(folder, StateFile))
            {
                tensors.Add(name, stored);
            }
            Check(folder, training, tensors);
            return record;
        }
        catch (EngineException e)
        {
            _progress.Report(new Logged("warning", $"A checkpoint within stage {_stage} is passed over: {e.Message}"));
            return null;
        }
    }

    /// <summary>What a checkpoint says of itself, after every byte of it was checked.</summary>
    private static Record Read(string folder)
    {
        var path = Path.Combine(folder, RecordFile);
        Record record;
        try
        {
            record = JsonSerializer.Deserialize<Record>(File.ReadAllBytes(path), Json) ?? throw new JsonException("it is empty");
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be read: {e.Message}", e);
        }
        if (record.Format != Format)
        {
            throw new EngineException($"{path} has format {record.Format}; this version reads format {Format}.");
        }
        if (record.Seal != SealOf(record))
        {
            throw new EngineException($"{path} is not the file that was written.");
        }
        foreach (var (file, hash) in record.Files)
        {
            if (Checksum.OfFile(Path.Combine(folder, Path.GetFileName(file))) != hash)
            {
                throw new EngineException($"{Path.Combine(folder, file)} is not the file that was written: it was cut or changed.");
            }
        }
        return record;
    }

    // Before anything is overwritten: the rows are those of this task, and every tensor has the shape it is put into.
    private static void Check(string folder, TaskTraining training, Dictionary<string, Tensor> tensors)
    {
        var fits =
            tensors.TryGetValue(RowsName, out var rows)
            && rows.Elements<long>().AsSpan().SequenceEqual(training.Rows.Rows)
            && training.State().All(t => tensors.TryGetValue(t.Name, out var stored) && stored.shape.AsSpan().SequenceEqual(t.Value.shape));
        if (!fits)
        {
            throw new EngineException($"{folder} holds another training than this stage's: its data set or its vocabulary has changed.");
        }
    }

    private static string Fingerprint(RunPlan plan) =>
        Checksum.OfJson(
            new
            {
                plan.Method,
                plan.Teir,
                plan.Languages,
                plan.Epochs,
                plan.Seed,
                Options = new SortedDictionary<string, object>(plan.Options.ToDictionary(), StringComparer.Ordinal),
            },
            Json
        );

    private static string SealOf(Record record) => Checksum.OfJson(record with { Seal = "" }, Json);

    private static string BestNameOf(int i) => BestName + i.ToString(CultureInfo.InvariantCulture);

    private static string Name(int stage, int generation) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{stage:000}-{generation:000000}");

    private static List<(string Folder, int Stage, int Generation)> Found(string chainFolder)
    {
        var found = new List<(string, int, int)>();
        if (Directory.Exists(chainFolder))
        {
            foreach (var folder in Directory.EnumerateDirectories(chainFolder, Prefix + "*"))
            {
                var parts = Path.GetFileName(folder)[Prefix.Length..].Split('-', '.');
                if (
                    parts.Length >= 2
                    && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var stage)
                    && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var generation)
                )
                {
                    // what a killed process left half-written counts as nobody's, and goes with the next checkpoint
                    found.Add((folder, parts.Length == 2 ? stage : 0, parts.Length == 2 ? generation : 0));
                }
            }
        }
        return found;
    }

    private static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // in the way of nothing: it is tried again with the next checkpoint
        }
    }

    private sealed record Record(
        int Format,
        int Stage,
        string Parent,
        string Plan,
        TaskPosition At,
        double OthersFactor,
        int BestEpoch,
        double? BestScore,
        IReadOnlyDictionary<string, string> Files,
        string Seal
    );
}
