using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CllClip.Engine.Data;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Model;
using CllClip.Shared.Results;
using static TorchSharp.torch;

namespace CllClip.Engine.Training;

/// <summary>
/// The ranks of every query after a stage, as <c>ranks/stage-NNN.safetensors</c> beside the chain of checkpoints: a tensor of int16 for each data set, protocol,
/// language and direction, with the SHA-256 of each in the file's metadata. Written before the stage counts as done, so a stage that is done has its ranks.
/// </summary>
public static class RankFile
{
    /// <summary>The folder beside the stages.</summary>
    public const string FolderName = "ranks";

    /// <summary>About what the header says of a tensor: its name twice, shape, place and checksum.</summary>
    private const int HeaderBytes = 220;

    /// <summary>Where the ranks of a stage are.</summary>
    public static string PathOf(string runFolder, int stage) => Path.Combine(runFolder, FolderName, $"stage-{stage:000}.safetensors");

    /// <summary>Whether the ranks of a stage were kept; runs of earlier versions and archives without them have none.</summary>
    public static bool Exists(string runFolder, int stage) => File.Exists(PathOf(runFolder, stage));

    /// <summary>Bytes of the ranks of a stage, about: two for each query, and a line of the header for each tensor.</summary>
    /// <param name="tests">What is tested after the stage.</param>
    public static long BytesOf(IEnumerable<RetrievalSet> tests) =>
        tests.Sum(t => 2L * (t.Captions.Count + t.Images.Count) + (2 * HeaderBytes));

    /// <summary>Writes the ranks of a stage.</summary>
    /// <exception cref="EngineException">The disk refuses.</exception>
    public static void Write(string runFolder, int stage, IEnumerable<QueryRanks> ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        var all = ranks.ToList();
        SafetensorsWriter.Write(
            PathOf(runFolder, stage),
            all.Select(r => new TensorSource(
                Name(r.Dataset, r.Protocol, r.Language, r.Direction),
                ScalarType.Int16,
                [r.Ranks.Length],
                () => tensor(r.Ranks, ScalarType.Int16)
            )),
            all.ToDictionary(r => Name(r.Dataset, r.Protocol, r.Language, r.Direction), r => HashOf(r.Ranks))
        );
    }

    /// <summary>The ranks of one language in one direction after a stage; null where they were not measured or not kept.</summary>
    /// <exception cref="EngineException">The file is damaged.</exception>
    public static short[]? Read(
        string runFolder,
        int stage,
        string? dataset,
        string protocol,
        string language,
        RetrievalDirection direction
    )
    {
        if (!Exists(runFolder, stage))
        {
            return null;
        }
        using var file = SafetensorsReader.Open(PathOf(runFolder, stage));
        var name = Name(dataset, protocol, language, direction);
        if (!file.Contains(name))
        {
            return null;
        }
        using var tensor = file.ReadTensor(name);
        var ranks = tensor.Elements<short>();
        return file.Metadata?.GetValueOrDefault(name) is { } hash && hash != HashOf(ranks)
            ? throw new EngineException(
                $"{file.Path} is not the file that was written: it was cut or changed. Restore it from a copy, or delete it: the scores do not need it."
            )
            : ranks;
    }

    /// <summary>Copies the ranks of every stage that has them.</summary>
    internal static void Copy(string runFolder, string targetFolder)
    {
        for (var stage = 1; Exists(runFolder, stage); stage++)
        {
            Directory.CreateDirectory(Path.Combine(targetFolder, FolderName));
            File.Copy(PathOf(runFolder, stage), PathOf(targetFolder, stage));
        }
    }

    private static string HashOf(short[] ranks) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(ranks.AsSpan())));

    private static string Name(string? dataset, string protocol, string language, RetrievalDirection direction) =>
        string.Join('/', dataset ?? "", protocol, language, direction == RetrievalDirection.TextToImage ? "t2i" : "i2t");
}
