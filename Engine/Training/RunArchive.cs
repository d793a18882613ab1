using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Engine.Training;

/// <summary>
/// A finished run as a folder that travels: <c>run.json</c> (the run and its stages), <c>scores.csv.gz</c> (every score, full precision) and,
/// where weights go with it, <c>chain/</c> (a <see cref="CheckpointChain"/>).
/// </summary>
/// <param name="Run">The run with its options, seed and provenance.</param>
/// <param name="Stages">Figures of its stages, in order.</param>
/// <param name="Scores">Every score, in the order of measuring.</param>
/// <param name="ChainFolder">Folder of the checkpoint chain; null if the archive has scores alone.</param>
public sealed record RunArchive(RunView Run, IReadOnlyList<StageView> Stages, IReadOnlyList<Score> Scores, string? ChainFolder)
{
    /// <summary>The run and its stages.</summary>
    public const string RunFile = "run.json";

    /// <summary>The scores.</summary>
    public const string ScoresFile = "scores.csv.gz";

    /// <summary>The checkpoint chain.</summary>
    public const string ChainName = "chain";

    private const int Format = 1;
    private const string Header = "stage,language,direction,k,recall,n,protocol";

    /// <summary>With scores on further data sets; an archive without any keeps the shorter header, which every version reads.</summary>
    private const string HeaderWithDataset = Header + ",dataset";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Writes the archive, whole or not at all.</summary>
    /// <param name="folder">The target; must not exist or be empty.</param>
    /// <param name="halfPrecision">Whether the chain's rows are stored in float16 (half the size) instead of as they are.</param>
    /// <exception cref="EngineException">The target is in use or the disk refuses.</exception>
    public void Write(string folder, bool halfPrecision)
    {
        var target = Path.GetFullPath(folder);
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new EngineException($"{folder} is there already and not empty. Choose another folder.");
        }
        var working = target + ".tmp";
        try
        {
            Remove(working);
            Directory.CreateDirectory(working);
            AtomicFile.Write(Path.Combine(working, RunFile), WriteRun);
            AtomicFile.Write(Path.Combine(working, ScoresFile), WriteScores);
            if (ChainFolder is not null)
            {
                CheckpointChain.Copy(ChainFolder, Path.Combine(working, ChainName), halfPrecision);
            }
            Remove(target);
            Directory.Move(working, target);
        }
        catch (Exception e) when (AtomicFile.Refusal(e) is { } refusal)
        {
            throw new EngineException($"The run cannot be written to {folder}: {refusal} Free some space or choose another folder.", e);
        }
        finally
        {
            Remove(working);
        }
    }

    /// <summary>Reads an archive; the chain stays where it is.</summary>
    /// <exception cref="EngineException">A file is missing, damaged or of a newer format; the message names it.</exception>
    public static RunArchive Read(string folder)
    {
        var stored = ReadStored(folder);
        var path = Path.Combine(folder, ScoresFile);
        var scores = ReadScores(path);
        if (scores.Count != stored.ScoreCount)
        {
            throw new EngineException(
                $"{path} has {scores.Count} scores, but {RunFile} says {stored.ScoreCount}. Restore the folder from a copy."
            );
        }
        return new RunArchive(stored.Run, stored.Stages, scores, ChainOf(folder, stored));
    }

    /// <summary>Reads an archive's run alone, without its scores.</summary>
    /// <returns>The run, and the folder of its chain; null if the archive has scores alone.</returns>
    /// <exception cref="EngineException"><c>run.json</c> is missing, damaged or of a newer format, or stages of the chain are missing.</exception>
    public static (RunView Run, string? ChainFolder) ReadRun(string folder)
    {
        var stored = ReadStored(folder);
        return (stored.Run, ChainOf(folder, stored));
    }

    private static string? ChainOf(string folder, Stored stored)
    {
        var chain = Path.Combine(folder, ChainName);
        if (stored.HasChain && CheckpointChain.CountStages(chain) < stored.Stages.Count)
        {
            throw new EngineException(
                $"{chain} has {CheckpointChain.CountStages(chain)} of {stored.Stages.Count} stages. Restore the folder from a copy."
            );
        }
        return stored.HasChain ? chain : null;
    }

    private static Stored ReadStored(string folder)
    {
        var path = Path.Combine(folder, RunFile);
        try
        {
            var stored = JsonSerializer.Deserialize<Stored>(File.ReadAllBytes(path), Json) ?? throw new JsonException("it is empty");
            _ = Checksum.OfJson(stored, Json); // what cannot be written again is not let in
            return stored.Format == Format
                ? stored
                : throw new EngineException($"{path} has format {stored.Format}; this version reads format {Format}. Update the program.");
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be read: {e.Message} Restore the folder from a copy.", e);
        }
    }

    /// <summary>Writes what stands in <see cref="RunFile"/>.</summary>
    public void WriteRun(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var stored = new Stored(Format, Scores.Count, ChainFolder is not null, Run with { Progress = null }, Stages);
        stream.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(stored, Json) + "\n"));
    }

    /// <summary>Writes what stands in <see cref="ScoresFile"/>.</summary>
    public void WriteScores(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var zip = new GZipStream(stream, CompressionLevel.SmallestSize, leaveOpen: true);
        using var writer = new StreamWriter(zip, new UTF8Encoding(false)) { NewLine = "\n" };
        var several = Scores.Any(s => s.Dataset is not null);
        writer.WriteLine(several ? HeaderWithDataset : Header);
        foreach (var s in Scores)
        {
            writer.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{s.Stage},{s.Language},{(s.Direction == RetrievalDirection.TextToImage ? "t2i" : "i2t")},{s.K},{s.Recall:R},{s.N},{s.Protocol}{(several ? "," : "")}{s.Dataset}"
                )
            );
        }
    }

    private static List<Score> ReadScores(string path)
    {
        try
        {
            var file = File.OpenRead(path);
            using var text = new PackedLimit(new GZipStream(file, CompressionMode.Decompress), file.Length);
            using var reader = new StreamReader(text, Encoding.UTF8);
            var several = reader.ReadLine() switch
            {
                Header => false,
                HeaderWithDataset => true,
                _ => throw new InvalidDataException($"its first line is not '{Header}', with or without ',dataset'."),
            };
            var scores = new List<Score>();
            while (reader.ReadLine() is { } line)
            {
                scores.Add(ParseScore(line, several) ?? throw new InvalidDataException($"line {scores.Count + 2} is '{line}'."));
            }
            return scores;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be read: {e.Message} Restore the folder from a copy.", e);
        }
    }

    private static Score? ParseScore(string line, bool several)
    {
        var c = line.Split(',');
        var invariant = CultureInfo.InvariantCulture;
        return
            c.Length == (several ? 8 : 7)
            && int.TryParse(c[0], NumberStyles.None, invariant, out var stage)
            && c[2] is "t2i" or "i2t"
            && int.TryParse(c[3], NumberStyles.None, invariant, out var k)
            && double.TryParse(c[4], NumberStyles.Float, invariant, out var recall)
            && int.TryParse(c[5], NumberStyles.None, invariant, out var n)
            ? new Score(stage, c[1], c[2] == "t2i" ? RetrievalDirection.TextToImage : RetrievalDirection.ImageToText, k, recall, n, c[6])
            {
                Dataset = several && c[7].Length > 0 ? c[7] : null,
            }
            : null;
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, true);
        }
    }

    private sealed record Stored(int Format, int ScoreCount, bool HasChain, RunView Run, IReadOnlyList<StageView> Stages);
}
