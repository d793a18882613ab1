using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Model;
using CllClip.Engine.Tests.Model;
using CllClip.Engine.Tokenizer;
using CllClip.Engine.Training;
using CllClip.Shared.Runs;
using static TorchSharp.torch;

namespace CllClip.Fuzz.Engine;

/// <summary>Files of runs that travel: a stage of a checkpoint and its changed rows, an archive's <c>run.json</c> and scores; and given embeddings.</summary>
internal sealed class RunFilesTarget : IFuzzTarget
{
    private const string Delta = "delta.safetensors";
    private const string Stage = "stage.json";
    private const string Run = "run.json";
    private const string Scores = "scores.csv.gz";
    private const string Text = "#text";
    private const string Numbers = "embeddings.npy";
    private const string Ranks = "ranks.safetensors";
    private readonly FuzzFolder _folder = new();
    private readonly ClipModel _model;
    private readonly string _stage;
    private readonly Dictionary<string, byte[]> _good = [];

    public RunFilesTarget()
    {
        _model = ClipModel.Load(new TinyClip(_folder.At("model")).Write().Folder);
        _stage = CheckpointChain.Write(_folder.At("chain"), Record(), Rows());
        foreach (var file in new[] { Stage, Delta })
        {
            _good[file] = File.ReadAllBytes(Path.Combine(_stage, file));
        }
        _good[Run] = Encoding.UTF8.GetBytes(RunJson);
        _good[Scores + Text] = Encoding.UTF8.GetBytes(
            "stage,language,direction,k,recall,n,protocol\n1,en,t2i,1,41.25,50,emoji36\n1,en,i2t,10,99.5,50,emoji36\n"
        );
        _good[Scores] = Packed(_good[Scores + Text]);
        Directory.CreateDirectory(_folder.At("archive"));
        Samples =
        [
            .. _good.Select(g => new FuzzInput(g.Key, g.Value)),
            new FuzzInput(Numbers, Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }", 24)),
            new FuzzInput(Ranks, _good[Delta]),
        ];
        _folder.Write("archive/run.json", _good[Run]);
        _folder.Write("archive/scores.csv.gz", _good[Scores]);
    }

    /// <inheritdoc/>
    public string Name => "runfiles";

    /// <inheritdoc/>
    public IReadOnlyList<FuzzInput> Samples { get; }

    /// <inheritdoc/>
    public long MostAllocated => 256 << 20;

    /// <inheritdoc/>
    public IReadOnlyList<string> Words { get; } =
    [
        "\"own\":{\"../x\":\"0\"}",
        "\"vocabulary\":null",
        "\"options\":{\"wordPattern\":3}",
        "\"figures\":null",
        "\"hasChain\":true",
        "\"tokens\":[null]",
        "\\ud800",
        "t2i",
        "NaN",
        "\"shape\":[]",
        "(3, 2)",
        "'<f4'",
        "\"I8\"",
        "\"I64\"",
    ];

    /// <inheritdoc/>
    public byte[] Repair(string kind, byte[] bytes) => kind is Delta or Ranks ? SafetensorsTarget.WithLength(bytes) : bytes;

    /// <inheritdoc/>
    public string? Read(FuzzInput input) =>
        input.Kind switch
        {
            Stage or Delta => ReadStage(input),
            Numbers => ReadNumbers(_folder.Write(Numbers, input.Bytes)),
            Ranks => ReadRanks(input.Bytes),
            _ => ReadArchive(input),
        };

    /// <inheritdoc/>
    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    private string? ReadStage(FuzzInput input)
    {
        var path = Path.Combine(_stage, input.Kind);
        try
        {
            File.WriteAllBytes(path, input.Bytes);
            if (input.Kind == Delta)
            {
                // whoever changes the rows can change their hash as well
                var record = JsonNode.Parse(_good[Stage])!;
                record["delta"] = Convert.ToHexStringLower(SHA256.HashData(input.Bytes));
                File.WriteAllText(Path.Combine(_stage, Stage), record.ToJsonString());
            }
            return FuzzFolder.Refusal(
                () =>
                {
                    using var snapshot = CheckpointChain.Fold(_model, _folder.At("chain"), 1);
                    CheckpointChain.LoadMethod(_folder.At("chain"), 1)?.Dispose();
                },
                null
            );
        }
        finally
        {
            foreach (var file in new[] { Stage, Delta })
            {
                File.WriteAllBytes(Path.Combine(_stage, file), _good[file]);
            }
        }
    }

    private static string? ReadNumbers(string path) =>
        FuzzFolder.Refusal(
            () =>
            {
                using var file = NpyFile.Open(path);
                var row = new float[file.Width];
                for (var i = 0; i < Math.Min(file.Rows, 10); i++)
                {
                    file.Read(i, row);
                }
            },
            path
        );

    private string? ReadRanks(byte[] bytes)
    {
        var path = RankFile.PathOf(_folder.Path, 1);
        _folder.Write(Path.GetRelativePath(_folder.Path, path), bytes);
        return FuzzFolder.Refusal(
            () =>
            {
                foreach (var (dataset, protocol) in new[] { (null, "emoji36"), ("x", "y") })
                {
                    RankFile.Read(_folder.Path, 1, dataset, protocol, "en", CllClip.Shared.Results.RetrievalDirection.TextToImage);
                }
            },
            path
        );
    }

    private string? ReadArchive(FuzzInput input)
    {
        var folder = _folder.At("archive");
        var file = input.Kind.Replace(Text, "");
        try
        {
            File.WriteAllBytes(
                Path.Combine(folder, file),
                input.Kind.EndsWith(Text, StringComparison.Ordinal) ? Packed(input.Bytes) : input.Bytes
            );
            return FuzzFolder.Refusal(
                () =>
                {
                    var archive = RunArchive.Read(folder);
                    _ = archive.Run.Languages.Count + archive.Run.Options.Count + archive.Stages.Sum(s => s.Languages.Count); // what everyone looks at
                },
                folder
            );
        }
        finally
        {
            File.WriteAllBytes(Path.Combine(folder, file), _good[file]);
        }
    }

    private StageRecord Record()
    {
        var figures = new StageView
        {
            Stage = 1,
            Languages = ["en"],
            VocabularySize = _model.Vocabulary!.Count + 1,
            NewTokens = 1,
            RowsInUse = 2,
            TrainingPairs = 4,
            TrainSeconds = 1,
            EvaluationSeconds = 1,
            BestEpoch = 1,
            ValidationScore = 50,
            PeakMemoryBytes = 1,
        };
        var grown = new VocabularyDelta(_model.Vocabulary.Count, _model.Vocabulary.Merges.Count, ["cc"], ["c c"]);
        return new StageRecord(
            1,
            _model.Hash,
            "",
            figures,
            0.5,
            grown,
            [],
            "",
            "cll-clip",
            new Dictionary<string, System.Text.Json.JsonElement>()
        );
    }

    private StageDelta Rows() => new([1, _model.Vocabulary!.Count], ones(2, 16), [(1, 1), (3, 2)]);

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }

    private static byte[] Npy(string header, int data)
    {
        header = header.PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[data]];
    }

    private const string RunJson = """
        {"format":1,"scoreCount":2,"hasChain":false,"run":{"id":"a","name":"A","state":"completed","method":"cll-clip","teir":true,"dataset":"emoji36","testSets":[],
        "model":"emoji-base","languages":["en"],"epochs":3,"options":{"batchSize":128},"seed":1,"device":"cpu","tags":["x"],"notes":null,"shipped":false,
        "createdAt":"2026-01-01T00:00:00Z","summary":{},"provenance":null},
        "stages":[{"stage":1,"languages":["en"],"vocabularySize":9,"newTokens":1,"rowsInUse":2,"trainingPairs":4,"trainSeconds":1,"evaluationSeconds":1,"bestEpoch":1,"validationScore":50,"peakMemoryBytes":1}]}
        """;
}
