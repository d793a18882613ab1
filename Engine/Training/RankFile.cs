using CllClip.Engine.Evaluation;
using CllClip.Engine.Model;
using CllClip.Shared.Results;
using static TorchSharp.torch;

namespace CllClip.Engine.Training;

/// <summary>
/// The ranks of every query after a stage, as <c>ranks/stage-NNN.safetensors</c> beside the chain of checkpoints: a tensor of int16 for each data set, protocol,
/// language and direction. Written before the stage counts as done, so a stage that is done has its ranks.
/// </summary>
public static class RankFile
{
    /// <summary>The folder beside the stages.</summary>
    public const string FolderName = "ranks";

    /// <summary>Where the ranks of a stage are.</summary>
    public static string PathOf(string runFolder, int stage) => Path.Combine(runFolder, FolderName, $"stage-{stage:000}.safetensors");

    /// <summary>Whether the ranks of a stage were kept; runs of earlier versions and archives without them have none.</summary>
    public static bool Exists(string runFolder, int stage) => File.Exists(PathOf(runFolder, stage));

    /// <summary>Writes the ranks of a stage.</summary>
    /// <exception cref="EngineException">The disk refuses.</exception>
    public static void Write(string runFolder, int stage, IEnumerable<QueryRanks> ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        SafetensorsWriter.Write(
            PathOf(runFolder, stage),
            ranks.Select(r => new TensorSource(
                Name(r.Dataset, r.Protocol, r.Language, r.Direction),
                ScalarType.Int16,
                [r.Ranks.Length],
                () => tensor(r.Ranks, ScalarType.Int16)
            ))
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
        using var ranks = file.ReadTensor(name);
        return ranks.Elements<short>();
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

    private static string Name(string? dataset, string protocol, string language, RetrievalDirection direction) =>
        string.Join('/', dataset ?? "", protocol, language, direction == RetrievalDirection.TextToImage ? "t2i" : "i2t");
}
