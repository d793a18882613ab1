using CllClip.Engine;

namespace CllClip.Portal.Hosting;

/// <summary>
/// One portal or command at a time on a data root, and on a database, which the settings may put elsewhere: files held open alone, which the system lets go of
/// when the process ends, however it ends.
/// </summary>
public sealed class DataRootLock : IDisposable
{
    private readonly HeldFile _root;
    private readonly HeldFile _database;

    private DataRootLock(HeldFile root, HeldFile database) => (_root, _database) = (root, database);

    /// <exception cref="EngineException">A folder cannot be written, or another portal uses the data root or the database.</exception>
    public static DataRootLock Take(PortalFolders folders)
    {
        ArgumentNullException.ThrowIfNull(folders);
        var root = TakeRoot(folders);
        try
        {
            var held = new DataRootLock(root, TakeDatabase(folders));
            held.Write($"process {Environment.ProcessId}"); // until somebody says more
            return held;
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    /// <summary>Says who holds data root and database, for those who come in vain.</summary>
    public void Write(string holder)
    {
        File.WriteAllText(_root.Note, holder);
        File.WriteAllText(_database.Note, holder);
    }

    public void Dispose()
    {
        _database.Dispose();
        _root.Dispose();
    }

    private static HeldFile TakeRoot(PortalFolders folders)
    {
        Writable(folders.DataRoot);
        try
        {
            return new HeldFile(folders.LockFile, folders.HolderFile);
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

    private static HeldFile TakeDatabase(PortalFolders folders)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folders.Database)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DatabaseNotWritable(folders.Database, error);
        }
        try
        {
            return new HeldFile(folders.DatabaseLockFile, folders.DatabaseHolderFile);
        }
        catch (UnauthorizedAccessException error)
        {
            throw DatabaseNotWritable(folders.Database, error);
        }
        catch (IOException error)
        {
            throw new DataRootInUseException(
                $"Another process works with the database {folders.Database}{Holder(folders.DatabaseHolderFile)}, from another data root. End it, or give this data root a database of its own with --ConnectionStrings:Portal=\"Data Source=FILE\"",
                error
            );
        }
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

    private static EngineException DatabaseNotWritable(string database, Exception cause) =>
        new(
            $"The folder of the database {database} cannot be written ({cause.Message.TrimEnd('.')}). Give this account the right to write there, or name another file with --ConnectionStrings:Portal=\"Data Source=FILE\"",
            cause
        );

    /// <summary>A file held open alone, and a note beside it on who does.</summary>
    private sealed class HeldFile : IDisposable
    {
        private readonly FileStream _file;

        public HeldFile(string path, string note)
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Note = note;
            File.Delete(note); // a killed portal's
        }

        public string Note { get; }

        public void Dispose()
        {
            File.Delete(Note);
            _file.Dispose();
        }
    }
}

/// <summary>Another process works on the same data root or database.</summary>
public sealed class DataRootInUseException(string message, Exception cause) : EngineException(message, cause);
