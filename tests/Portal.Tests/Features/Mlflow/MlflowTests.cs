using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CllClip.Portal.Features.Mlflow;
using CllClip.Portal.Tests.Api;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Features.Mlflow;

/// <summary>The files of an MLflow store, read as strictly as its own file store reads them.</summary>
public sealed partial class MlflowTests(PortalHost portal) : IClassFixture<PortalHost>
{
    /// <summary>The fields that RunInfo and Experiment are made from.</summary>
    private static readonly string[] RunFields =
    [
        "artifact_uri",
        "end_time",
        "entry_point_name",
        "experiment_id",
        "lifecycle_stage",
        "run_id",
        "run_name",
        "run_uuid",
        "source_name",
        "source_type",
        "source_version",
        "start_time",
        "status",
        "tags",
        "user_id",
    ];

    [Fact]
    public void A_run_has_the_layout_of_a_file_store()
    {
        var (run, stages, scores) = Sample();
        var mlflow = new MlflowFiles(run, stages, scores);
        var files = mlflow.Make();
        var experiment = Yaml(files[$"mlruns/{mlflow.Experiment}/meta.yaml"]);
        Assert.Equal(
            ["artifact_location", "creation_time", "experiment_id", "last_update_time", "lifecycle_stage", "name"],
            experiment.Keys.Order()
        );
        Assert.Equal(mlflow.Experiment, experiment["experiment_id"]);
        Assert.Matches("^[0-9]{18}$", mlflow.Experiment);
        var folder = $"mlruns/{mlflow.Experiment}/{mlflow.RunId}";
        var meta = Yaml(files[$"{folder}/meta.yaml"]);
        Assert.Equal(RunFields, meta.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            (mlflow.RunId, mlflow.RunId, "3", "[]", "active"),
            (meta["run_id"], meta["run_uuid"], meta["status"], meta["tags"], meta["lifecycle_stage"])
        );
        Assert.Equal("A “run”: \"1\"", meta["run_name"]);
        Assert.Equal($"{folder}/artifacts", meta["artifact_uri"]);
        Assert.Equal(1_767_323_045_000, long.Parse(meta["start_time"], CultureInfo.InvariantCulture));
        Assert.Matches("^[0-9a-f]{32}$", mlflow.RunId);
        Assert.All(
            files.Keys.Except([$"mlruns/{mlflow.Experiment}/meta.yaml", $"{folder}/meta.yaml"]),
            path =>
                Assert.Matches(
                    $"^{folder}/(params|metrics|tags|artifacts)/[A-Za-z0-9_][A-Za-z0-9_ .-]*(/[A-Za-z0-9_][A-Za-z0-9_ .-]*)?$",
                    path
                )
        );
    }

    [Fact]
    public void Every_score_is_a_point_of_a_metric_with_its_stage_as_step()
    {
        var (run, stages, scores) = Sample();
        var mlflow = new MlflowFiles(run, stages, scores);
        var files = mlflow.Make();
        var metrics = files
            .Where(f => f.Key.Contains("/metrics/", StringComparison.Ordinal))
            .ToDictionary(f => f.Key.Split("/metrics/")[1], f => Metric(f.Value));
        foreach (var score in scores)
        {
            var direction = score.Direction == RetrievalDirection.TextToImage ? "t2i" : "i2t";
            var points = metrics[$"{score.Dataset ?? "emoji36"}.{score.Protocol}.{direction}.R{score.K}/{score.Language}"];
            Assert.Single(points, p => p.Step == score.Stage && p.Value == score.Recall);
        }
        Assert.Equal(scores.Count, metrics.Where(m => m.Key.Contains(".R", StringComparison.Ordinal)).Sum(m => m.Value.Count));
        Assert.Equal([(1, 40.0), (2, 42.5)], metrics["average_recall.t2i"].Select(p => (p.Step, p.Value)));
        Assert.Equal([(2, 5.0)], metrics["forgetting.t2i"].Select(p => (p.Step, p.Value)));
        Assert.Equal([4199.0, 6299], metrics["stage/vocabulary_size"].Select(p => p.Value));
        Assert.True(metrics["stage/vocabulary_size"][0].At < metrics["stage/vocabulary_size"][1].At);
    }

    [Fact]
    public void Options_are_parameters_and_provenance_is_tags()
    {
        var (run, stages, scores) = Sample();
        var mlflow = new MlflowFiles(run, stages, scores);
        var files = mlflow.Make("file:///store/mlruns");
        string Text(string path) => Encoding.UTF8.GetString(files[$"mlruns/{mlflow.Experiment}/{mlflow.RunId}/{path}"]);
        Assert.Equal(("cll-clip", "en de", "0.004"), (Text("params/method"), Text("params/languages"), Text("params/option.learningRate")));
        Assert.Equal((run.Name, "0.1.0+abc1234"), (Text("tags/mlflow.runName"), Text("tags/cllclip.code_version")));
        Assert.Contains("artifact_uri: \"file:///store/mlruns/", Text("meta.yaml"), StringComparison.Ordinal);
        Assert.Equal(scores.Count + 1, Text("artifacts/scores.csv").TrimEnd('\n').Split('\n').Length);
        using var json = JsonDocument.Parse(Text("artifacts/run.json"));
        Assert.Equal(run.Id, json.RootElement.GetProperty("id").GetString());
    }

    [Fact]
    public void Names_that_are_no_paths_stay_within_the_store()
    {
        var (run, stages, scores) = Sample();
        var odd = run with
        {
            Dataset = "../../etc",
            Options = new Dictionary<string, JsonElement> { ["..\u0000/é"] = JsonSerializer.SerializeToElement(1) },
        };
        var files = new MlflowFiles(odd, stages, [.. scores.Select(s => s with { Protocol = "..", Dataset = "a/../b" })]).Make();
        Assert.All(files.Keys, path => Assert.DoesNotContain(path.Split('/'), part => part.Trim('.', ' ').Length == 0));
    }

    [Fact]
    public async Task The_api_gives_a_zip_of_a_run_at_rest()
    {
        portal.AddRun("rest", RunState.Running);
        portal.Store().AddScores("rest", [RunsBench.Score(1)]);
        (await portal.AskAsync("GET", "/api/v1/runs/rest/mlflow")).Problem(409);
        portal.Store().Move("rest", RunState.Completed, "Done.");
        using var client = portal.Client();
        await using var zip = new ZipArchive(
            await client.GetStreamAsync(new Uri("/api/v1/runs/rest/mlflow", UriKind.Relative), TestContext.Current.CancellationToken)
        );
        Assert.Contains(zip.Entries, e => e.FullName.EndsWith("/metrics/emoji36.emoji36.t2i.R1/en", StringComparison.Ordinal));
        Assert.Equal(2, zip.Entries.Count(e => e.Name == "meta.yaml"));
        (await portal.AskAsync("GET", "/api/v1/runs/nobody/mlflow")).Problem(404);
    }

    private static (RunView Run, IReadOnlyList<StageView> Stages, IReadOnlyList<Score> Scores) Sample()
    {
        var start = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        var run = SampleDesk.Run("abc", languages: ["en", "de"]) with
        {
            Name = "A “run”: \"1\"",
            StartedAt = start,
            EndedAt = start.AddMinutes(9),
        };
        Score[] scores =
        [
            .. from cell in new (int Stage, string Language, double Recall)[] { (1, "en", 40), (2, "en", 35), (2, "de", 50) }
            from direction in Enum.GetValues<RetrievalDirection>()
            from k in new[] { 1, 5, 10 }
            select new Score(cell.Stage, cell.Language, direction, k, cell.Recall + k - 1, 20, "emoji36"),
            new Score(1, "en", RetrievalDirection.TextToImage, 1, 12.5, 3600, "all-captions") { Dataset = "xm3600" },
        ];
        return (run, [SampleDesk.Stage(1, ["en"]), SampleDesk.Stage(2, ["de"])], scores);
    }

    /// <summary>Lines <c>timestamp value step</c>, as MLflow's file store parses them.</summary>
    private static List<(long At, double Value, int Step)> Metric(byte[] file)
    {
        var text = Encoding.UTF8.GetString(file);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return
        [
            .. text[..^1]
                .Split('\n')
                .Select(line => line.Split(' '))
                .Select(parts =>
                {
                    Assert.Equal(3, parts.Length);
                    return (
                        long.Parse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture),
                        double.Parse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture),
                        int.Parse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture)
                    );
                }),
        ];
    }

    /// <summary>A flat mapping of JSON strings, whole numbers and an empty list: what this subset of YAML may hold.</summary>
    private static Dictionary<string, string> Yaml(byte[] file) =>
        Encoding
            .UTF8.GetString(file)
            .TrimEnd('\n')
            .Split('\n')
            .Select(line => Field().Match(line))
            .ToDictionary(
                m => m.Success ? m.Groups[1].Value : throw new FormatException("no field"),
                m => m.Groups[2].Value is ['"', ..] text ? JsonSerializer.Deserialize<string>(text)! : m.Groups[2].Value
            );

    [GeneratedRegex("""^([a-z_]+): ("(?:[^"\\]|\\.)*"|\d+|\[\])$""")]
    private static partial Regex Field();
}
