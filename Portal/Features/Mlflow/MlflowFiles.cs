using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Methods;
using CllClip.Portal.Api;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Mlflow;

/// <summary>
/// A run as the plain files of an MLflow file store (mlflow/store/tracking/file_store.py): <c>mlruns/EXPERIMENT/RUN/</c> with <c>meta.yaml</c> and one small file a parameter, metric and tag.
/// A data set is an experiment; a metric's step is the stage.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="stages">Its finished stages.</param>
/// <param name="scores">Its scores.</param>
internal sealed class MlflowFiles(RunView run, IReadOnlyList<StageView> stages, IReadOnlyList<Score> scores)
{
    public const string Root = "mlruns";
    private const int Finished = 3; // mlflow.entities.RunStatus
    private const int LongestValue = 500; // what the oldest versions take

    private static readonly UTF8Encoding Utf8 = new(false);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <summary>Id of the experiment: equal for all runs on one data set, so that exports can be unpacked into one store.</summary>
    public string Experiment { get; } = Number(run.Dataset);

    /// <summary>Id of the run in MLflow's form, the same for every export of it.</summary>
    public string RunId { get; } = Hex(run.Id);

    private string Folder => $"{Root}/{Experiment}/{RunId}";

    private DateTime Start => run.StartedAt ?? run.CreatedAt;

    private DateTime End => run.EndedAt ?? run.CreatedAt;

    /// <summary>Whether a run is at rest, so that its files will not change.</summary>
    public static bool CanExport(RunView run) => run.State is RunState.Completed or RunState.Stopped or RunState.Failed;

    /// <summary>The files by path, with slashes.</summary>
    /// <param name="root">Address of the store (<c>file:///…/mlruns</c>), so that artifacts are found from everywhere; null for a path relative to where MLflow is started.</param>
    public IReadOnlyDictionary<string, byte[]> Make(string? root = null)
    {
        Meta(root ?? Root);
        Parameters();
        Metrics();
        Tags();
        _files[$"{Folder}/artifacts/run.json"] = JsonSerializer.SerializeToUtf8Bytes(run, Json);
        _files[$"{Folder}/artifacts/scores.csv"] = ScoresCsv.Write(scores, run.Dataset);
        return _files;
    }

    private void Meta(string root)
    {
        var (start, end) = (Milliseconds(Start), Milliseconds(End));
        Put(
            $"{Root}/{Experiment}/meta.yaml",
            Yaml(
                ("artifact_location", $"{root}/{Experiment}"),
                ("creation_time", start),
                ("experiment_id", Experiment),
                ("last_update_time", end),
                ("lifecycle_stage", "active"),
                ("name", $"CLL-CLIP {run.Dataset}")
            )
        );
        Put(
            $"{Folder}/meta.yaml",
            Yaml(
                ("artifact_uri", $"{root}/{Experiment}/{RunId}/artifacts"),
                ("end_time", end),
                ("entry_point_name", ""),
                ("experiment_id", Experiment),
                ("lifecycle_stage", "active"),
                ("run_id", RunId),
                ("run_name", run.Name),
                ("run_uuid", RunId),
                ("source_name", ""),
                ("source_type", 4L), // LOCAL
                ("source_version", ""),
                ("start_time", start),
                (
                    "status",
                    run.State == RunState.Completed ? Finished
                    : run.State == RunState.Failed ? 4L
                    : 5L
                ),
                ("tags", null),
                ("user_id", "cll-clip")
            )
        );
    }

    private void Parameters()
    {
        void Add(string name, string value) => Put($"{Folder}/params/{Key(name)}", Cut(value));
        Add("method", run.Method);
        Add("teir", run.Teir ? "true" : "false");
        Add("dataset", run.Dataset);
        Add("model", run.Model);
        Add("languages", string.Join(' ', run.Languages));
        Add("epochs", run.Epochs.ToString(CultureInfo.InvariantCulture));
        Add("seed", run.Seed.ToString(CultureInfo.InvariantCulture));
        Add("device", run.Device);
        if (run.TestSets.Count > 0)
        {
            Add("test_sets", string.Join(' ', run.TestSets));
        }
        foreach (var (name, value) in run.Options)
        {
            Add($"option.{name}", value.ToString());
        }
    }

    private void Metrics()
    {
        var times = Times();
        foreach (var kind in scores.GroupBy(s => (Set: s.Dataset ?? run.Dataset, s.Protocol, s.Direction, s.K, s.Language)))
        {
            var (set, protocol, direction, k, language) = kind.Key;
            // What stands in front of the slash is a section of charts in MLflow's pages.
            Metric(
                $"{set}.{protocol}.{RetrievalChoices.Code(direction)}.R{k}/{language}",
                kind.OrderBy(s => s.Stage).Select(s => (s.Stage, s.Recall)),
                times
            );
        }
        var own = scores.Where(s => s.Dataset is null).ToList();
        if (own.Count > 0)
        {
            var headline = BoardBuilder.Headline(run.Dataset, [.. own.Select(s => s.Protocol).Distinct()]);
            foreach (var direction in Enum.GetValues<RetrievalDirection>())
            {
                Means(direction, ContinualMetrics.Matrix(own, run.Languages, headline, direction), times);
            }
        }
        foreach (var (name, value) in StageFigures)
        {
            Metric(
                $"stage/{name}",
                stages.Select(s => (s.Stage, Value: value(s))).Where(s => s.Value is not null).Select(s => (s.Stage, s.Value!.Value)),
                times
            );
        }
        if (run.Provenance?.DurationSeconds is { } seconds)
        {
            Metric("duration_seconds", [(Math.Max(1, stages.Count), seconds)], times);
        }
    }

    private void Means(RetrievalDirection direction, IReadOnlyList<IReadOnlyList<double?>> matrix, IReadOnlyDictionary<int, long> times)
    {
        var code = RetrievalChoices.Code(direction);
        if (matrix.Count == 1)
        {
            Metric($"average_recall.{code}", matrix[0].Average() is { } mean ? [(1, mean)] : [], times);
            return;
        }
        var stagesThere = Enumerable.Range(0, matrix.Count).ToList();
        Metric(
            $"average_recall.{code}",
            stagesThere
                .Select(t => (t + 1, ContinualMetrics.AverageRecall(matrix, t)))
                .Where(m => m.Item2 is not null)
                .Select(m => (m.Item1, m.Item2!.Value)),
            times
        );
        Metric(
            $"forgetting.{code}",
            stagesThere
                .Select(t => (t + 1, ContinualMetrics.Forgetting(matrix, t)))
                .Where(m => m.Item2 is not null)
                .Select(m => (m.Item1, m.Item2!.Value)),
            times
        );
    }

    private static readonly (string Name, Func<StageView, double?> Value)[] StageFigures =
    [
        ("vocabulary_size", s => s.VocabularySize),
        ("new_tokens", s => s.NewTokens),
        ("rows_in_use", s => s.RowsInUse),
        ("trained_parameters", s => s.TrainedParameters),
        ("training_pairs", s => s.TrainingPairs),
        ("train_seconds", s => s.TrainSeconds),
        ("evaluation_seconds", s => s.EvaluationSeconds),
        ("validation_score", s => s.ValidationScore),
        ("peak_memory_bytes", s => s.PeakMemoryBytes),
    ];

    /// <summary>When each stage was done, as far as its seconds tell; the end where they do not.</summary>
    private Dictionary<int, long> Times()
    {
        var at = Start;
        var times = new Dictionary<int, long>();
        foreach (var stage in stages.OrderBy(s => s.Stage))
        {
            at = at.AddSeconds(stage.TrainSeconds + stage.EvaluationSeconds);
            times[stage.Stage] = Milliseconds(at < End ? at : End);
        }
        return times;
    }

    private void Metric(string name, IEnumerable<(int Stage, double Value)> values, IReadOnlyDictionary<int, long> times)
    {
        var lines = string.Concat(
            values
                .Where(v => double.IsFinite(v.Value))
                .Select(v =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{times.GetValueOrDefault(v.Stage, Milliseconds(End))} {v.Value:R} {v.Stage}\n"
                    )
                )
        );
        if (lines.Length > 0)
        {
            Put($"{Folder}/metrics/{Key(name)}", lines);
        }
    }

    private void Tags()
    {
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                Put($"{Folder}/tags/{Key(name)}", value);
            }
        }
        Add("mlflow.runName", run.Name);
        Add("mlflow.source.name", "CLL-CLIP portal");
        Add("mlflow.source.type", "LOCAL");
        Add("mlflow.user", "cll-clip");
        Add("cllclip.run_id", run.Id);
        Add("cllclip.state", run.State.ToString());
        Add("cllclip.method_name", MethodCatalog.Find(run.Method)?.Name);
        Add("cllclip.tags", string.Join(", ", run.Tags));
        if (run.Provenance is { } p)
        {
            Add("cllclip.code_version", p.CodeVersion);
            Add("cllclip.data_revision", p.DataRevision);
            Add("cllclip.base_model_sha256", p.BaseModelHash);
            Add("cllclip.device", p.Device);
            Add("cllclip.machine", p.Machine);
        }
        if (run.Origin is { } origin)
        {
            Add("cllclip.imported_from", origin.Source);
            Add("cllclip.imported_url", origin.Url);
        }
    }

    private void Put(string path, string text) => _files[path] = Utf8.GetBytes(text);

    private static string Cut(string value) => value.Length > LongestValue ? value[..(LongestValue - 1)] + "…" : value;

    /// <summary>A name with the characters that MLflow takes, safe as a path: letters, digits, '_', '-', '.', ' ' and single slashes.</summary>
    private static string Key(string name) =>
        string.Join(
            '/',
            name.Split('/')
                .Select(part =>
                    string.Concat(part.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ' ' ? c : '_')) is var safe
                    && safe.Trim('.', ' ').Length > 0
                        ? safe
                        : "_"
                )
        );

    /// <summary>MLflow's own files are flat mappings of texts and whole numbers; a JSON string is a YAML string.</summary>
    private static string Yaml(params (string Name, object? Value)[] fields) =>
        string.Concat(
            fields.Select(f =>
                $"{f.Name}: {f.Value switch { null => "[]", string text => JsonSerializer.Serialize(text), var number => string.Create(CultureInfo.InvariantCulture, $"{number}") }}\n"
            )
        );

    private static long Milliseconds(DateTime at) =>
        new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)).ToUnixTimeMilliseconds();

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];

    /// <summary>Eighteen digits, as MLflow's own ids of experiments are.</summary>
    private static string Number(string text) =>
        (
            100_000_000_000_000_000
            + (BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes("experiment " + text))) % 899_999_999_999_999_999)
        ).ToString(CultureInfo.InvariantCulture);
}
