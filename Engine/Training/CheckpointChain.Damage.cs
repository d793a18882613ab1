using System.Globalization;
using CllClip.Engine.Model;

namespace CllClip.Engine.Training;

/// <summary>Whether stages are those that were written, and what becomes of those that are not.</summary>
public static partial class CheckpointChain
{
    /// <summary>The first stage that is not as it was written, or that is gone while later ones are there; null if there is none. Reads every file once.</summary>
    /// <remarks>
    /// A stage of another base model, of another run or of a newer format, or one that may not be read, is no damage: <see cref="Fold"/> refuses it.
    /// </remarks>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static DamagedStageException? FindDamage(string chainFolder, CancellationToken stop = default)
    {
        var last = StagesIn(chainFolder).Select(s => s.Stage).DefaultIfEmpty().Max();
        for (var s = 1; s <= last; s++)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                var record = Read(chainFolder, s);
                if (record.Format != Format)
                {
                    return null;
                }
                CheckFiles(record, chainFolder, s);
            }
            catch (DamagedStageException damage)
            {
                return damage.InnerException is UnauthorizedAccessException ? null : damage;
            }
        }
        return null;
    }

    /// <summary>Puts stages aside that do not follow: those after a missing or unreadable one, which is about to be trained again.</summary>
    /// <returns>Their number.</returns>
    public static int PutAside(string chainFolder, int after)
    {
        var aside = 0;
        foreach (var (folder, _) in StagesIn(chainFolder).Where(s => s.Stage > after).ToList())
        {
            var target = folder + ".aside";
            if (Directory.Exists(target))
            {
                Directory.Delete(target, true);
            }
            Directory.Move(folder, target);
            aside++;
        }
        return aside;
    }

    private static IEnumerable<(string Folder, int Stage)> StagesIn(string chainFolder) =>
        !Directory.Exists(chainFolder)
            ? []
            : Directory
                .EnumerateDirectories(chainFolder, "stage-???")
                .Select(f => (f, int.TryParse(Path.GetFileName(f)[6..], CultureInfo.InvariantCulture, out var stage) ? stage : 0));

    private static string Remedy(int stage) =>
        $"Restore the file from a copy; or, in a run of your own, have its page check the checkpoint: stage {stage} and those after it are put aside and trained again.";

    private static void Check(StageRecord record, string chainFolder, int stage, ClipModel baseModel)
    {
        if (record.Format != Format)
        {
            throw new EngineException(
                $"Stage {stage} in {chainFolder} has format {record.Format}; this version reads format {Format}. Update the program."
            );
        }
        if (record.BaseHash != baseModel.Hash)
        {
            throw new EngineException(
                $"Stage {stage} in {chainFolder} was trained from another base model (weights {record.BaseHash[..Math.Min(12, record.BaseHash.Length)]}…, not {baseModel.Hash[..12]}…). Choose the base model it began with."
            );
        }
        if (record.Parent != ParentOf(chainFolder, stage, record.BaseHash))
        {
            throw new EngineException(
                $"Stage {stage} in {chainFolder} does not follow from stage {stage - 1} there: a file of an earlier stage was changed or belongs to another run. Restore the folder from a copy."
            );
        }
        CheckFiles(record, chainFolder, stage);
    }

    /// <summary>That the files of a stage are those that were written.</summary>
    private static void CheckFiles(StageRecord record, string chainFolder, int stage)
    {
        const string Fault = "is not the file that was written: it was cut, changed or belongs to another run";
        var delta = Path.Combine(FolderOf(chainFolder, stage), DeltaFile);
        if (record.Delta != Hash(delta))
        {
            throw new DamagedStageException(stage, $"{delta} {Fault}", Remedy(stage));
        }
        foreach (var (file, hash) in record.Own ?? new Dictionary<string, string>())
        {
            if (Hash(Path.Combine(FolderOf(chainFolder, stage), Path.GetFileName(file))) != hash)
            {
                throw new DamagedStageException(stage, $"{file} of stage {stage} in {chainFolder} {Fault}", Remedy(stage));
            }
        }

        string Hash(string file)
        {
            try
            {
                return Checksum.OfFile(file);
            }
            catch (EngineException e) when (e.InnerException is { } cause)
            {
                throw new DamagedStageException(
                    stage,
                    $"{file} of stage {stage} cannot be read ({cause.Message.TrimEnd('.')})",
                    Remedy(stage),
                    cause
                );
            }
        }
    }
}
