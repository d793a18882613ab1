namespace CllClip.Engine.Data.Emoji36;

/// <summary>A folder written beside its target and moved there when whole, so that a half-written state is never taken for a whole one.</summary>
internal sealed class PreparationFolder : IDisposable
{
    private readonly string target;
    private readonly string working;

    /// <summary>Makes the working folder, so that a target that cannot be written is known before the work.</summary>
    /// <exception cref="EngineException">The place cannot be written.</exception>
    public PreparationFolder(string targetFolder)
    {
        target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(targetFolder));
        working = $"{target}.preparing-{Guid.NewGuid():N}";
        Guard(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            RemoveAbandoned();
            Directory.CreateDirectory(working);
        });
    }

    /// <summary>Writes one file through to the disk.</summary>
    /// <exception cref="EngineException">The disk is full or may not be written.</exception>
    public void Write(string name, byte[] contents) =>
        Guard(() =>
        {
            using var file = File.Create(Path.Combine(working, name));
            file.Write(contents);
            file.Flush(flushToDisk: true);
        });

    /// <summary>Moves the folder to its target. A whole one that another process put there meanwhile stays; a damaged one is replaced.</summary>
    public void Commit(Func<string, bool> isWhole) =>
        Guard(() =>
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    Directory.Move(working, target);
                    return;
                }
                catch (IOException) when (attempt < 3 && Directory.Exists(target))
                {
                    if (isWhole(target))
                    {
                        return;
                    }
                    MoveAside();
                }
            }
        });

    /// <summary>Removes what was not committed.</summary>
    public void Dispose() => Remove(working);

    private void MoveAside()
    {
        var aside = $"{target}.preparing-{Guid.NewGuid():N}";
        try
        {
            Directory.Move(target, aside);
        }
        catch (DirectoryNotFoundException)
        {
            return; // another process was quicker
        }
        Remove(aside);
    }

    // A killed preparation leaves its folder; after an hour no living one can own it.
    private void RemoveAbandoned()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetDirectoryName(target)!, Path.GetFileName(target) + ".preparing-*"))
        {
            if (Directory.GetLastWriteTimeUtc(folder) < DateTime.UtcNow.AddHours(-1))
            {
                Remove(folder);
            }
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It stays until a later preparation clears it away; the work itself is not affected.
        }
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(
                $"Emoji36 cannot be stored in {target}: {error.Message} Free some space (50 MB are enough), make the folder writable, or name another data root.",
                error
            );
        }
    }
}
