using CllClip.Engine;

namespace CllClip.Portal.Hosting;

/// <summary>One portal or command at a time on a data root: a file held open alone, which the system lets go of when the process ends, however it ends.</summary>
public sealed class DataRootLock : IDisposable
{
    private readonly FileStream _file;

    private readonly string _note;

    private DataRootLock(FileStream file, string note)
    {
        (_file, _note) = (file, note);
        File.Delete(note); // a killed portal's
    }

    /// <exception cref="EngineException">The folder cannot be written, or another portal uses it.</exception>
    public static DataRootLock Take(PortalFolders folders)
    {
        ArgumentNullException.ThrowIfNull(folders);
        Writable(folders.DataRoot);
        try
        {
            return new(new FileStream(folders.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), folders.HolderFile);
        }
        catch (UnauthorizedAccessException error)
        {
            throw NotWritable(folders.DataRoot, error);
        }
        catch (IOException error)
        {
            throw new DataRootInUseException(
                $"Another process works on the data root {folders.DataRoot}{Holder(folders.HolderFile)}. Use that one, end it, or choose another folder with --CllClip:DataRoot=FOLDER",
                error
            );
        }
    }

    /// <summary>Says who holds the data root, for those who come in vain.</summary>
    public void Write(string holder) => File.WriteAllText(_note, holder);

    public void Dispose()
    {
        File.Delete(_note);
        _file.Dispose();
    }

    // A file of its own: what is held alone cannot be read by others.
    private static string Holder(string note)
    {
        try
        {
            return $" ({File.ReadAllText(note)})";
        }
        catch (IOException)
        {
            return ""; // held by a command, or by a portal that is about to start
        }
    }

    private static void Writable(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".write-{Guid.NewGuid():N}");
            using (var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
                file.WriteByte(1);
                file.Flush(flushToDisk: true);
            }
        }
        catch (UnauthorizedAccessException error)
        {
            throw NotWritable(folder, error);
        }
        catch (IOException error)
        {
            throw StartupError.Explain(error) is { } known ? new EngineException(known, error) : NotWritable(folder, error);
        }
    }

    private static EngineException NotWritable(string folder, Exception cause) =>
        new(
            $"The data root {folder} cannot be written ({cause.Message.TrimEnd('.')}). Give this account the right to write there, or choose another folder with --CllClip:DataRoot=FOLDER",
            cause
        );
}

/// <summary>Another process works on the same data root.</summary>
public sealed class DataRootInUseException(string message, Exception cause) : EngineException(message, cause);
