using CllClip.Engine;
using Microsoft.Data.Sqlite;

namespace CllClip.Portal.Hosting;

/// <summary>Where everything lies: what came with the program under <see cref="ContentRoot"/>, what the portal writes under <see cref="DataRoot"/>. All paths are absolute.</summary>
public sealed class PortalFolders
{
    private const string Solution = "CllClip.Web.sln";
    private const string DefaultDatabase = "Data Source=data/portal.db";

    /// <param name="contentRoot">The repository, or the folder of a published portal.</param>
    /// <param name="dataRoot">Relative to the content root, or absolute.</param>
    /// <param name="database">Connection string of the setting <c>ConnectionStrings:Portal</c>; where it is left out or as shipped, the database lies in the data root.</param>
    public PortalFolders(string contentRoot, string dataRoot, string? database = null)
    {
        ContentRoot = Path.TrimEndingDirectorySeparator(Path.GetFullPath(contentRoot));
        DataRoot = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataRoot, ContentRoot));
        Database = DatabasePath(database);
    }

    public string ContentRoot { get; }

    public string DataRoot { get; }

    /// <summary>File of the database.</summary>
    public string Database { get; }

    /// <summary>Connection string of the database.</summary>
    public string ConnectionString => new SqliteConnectionStringBuilder { DataSource = Database }.ToString();

    /// <summary>Held open while a portal or a command works on the data root.</summary>
    public string LockFile => Path.Combine(DataRoot, "portal.lock");

    /// <summary>Says who holds the lock.</summary>
    public string HolderFile => Path.Combine(DataRoot, "portal.address");

    /// <summary>Held open while a portal or a command works with the database, which may lie outside the data root.</summary>
    public string DatabaseLockFile => Database + ".lock";

    /// <summary>Says who holds the lock on the database.</summary>
    public string DatabaseHolderFile => Database + ".address";

    /// <summary>Keys that protect forms and circuits.</summary>
    public string Keys => Path.Combine(DataRoot, "keys");

    /// <summary>Folder of the teacher's cached features.</summary>
    public string Features => Path.Combine(DataRoot, "features");

    /// <summary>What users have registered as base models, one small file each.</summary>
    public string RegisteredModels => Path.Combine(DataRoot, "models");

    /// <summary>Checkpoints on their way out; emptied at the start.</summary>
    public string Exports => Path.Combine(DataRoot, "exports");

    /// <summary>Archives that users upload, and what is unpacked of them: a folder each.</summary>
    public string Uploads => Path.Combine(DataRoot, "uploads");

    /// <summary>Folder of all runs.</summary>
    public string Runs => Path.Combine(DataRoot, "runs");

    /// <summary>Folder of all prepared data sets.</summary>
    public string Datasets => Path.Combine(DataRoot, "datasets");

    /// <summary>Base models that came with the program, one folder each.</summary>
    public string Models => Path.Combine(ContentRoot, "models");

    /// <summary>Runs that came with the program, one folder each.</summary>
    public string Shipped => Path.Combine(ContentRoot, "shipped");

    /// <summary>Tables of published results.</summary>
    public string Published => Path.Combine(ContentRoot, "published");

    /// <summary>The npm packages that Emoji36 is prepared from.</summary>
    public string NodeModules => Path.Combine(ContentRoot, "node_modules");

    /// <summary>Folder of a prepared data set.</summary>
    public string Dataset(string id) => Path.Combine(DataRoot, "datasets", id);

    /// <summary>Everything that one run writes.</summary>
    public string Run(string runId) => Path.Combine(DataRoot, "runs", runId);

    /// <summary>Training steps of a run.</summary>
    public string Steps(string runId) => Path.Combine(Run(runId), "steps.csv");

    /// <summary>Checkpoint chain of a run.</summary>
    public string Chain(string runId) => Path.Combine(Run(runId), "chain");

    /// <summary>The folder of a published portal (it has its own wwwroot), or the repository above a build.</summary>
    public static string FindContentRoot()
    {
        if (IsPublished)
        {
            return AppContext.BaseDirectory;
        }
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Solution)))
            {
                return folder.FullName;
            }
        }
        return AppContext.BaseDirectory;
    }

    /// <summary>Whether this is a published portal, not a build in the working tree.</summary>
    public static bool IsPublished => Directory.Exists(Path.Combine(AppContext.BaseDirectory, "wwwroot"));

    private string DatabasePath(string? setting)
    {
        if (string.IsNullOrWhiteSpace(setting) || setting.Trim() == DefaultDatabase)
        {
            return Path.Combine(DataRoot, "portal.db");
        }
        try
        {
            return Path.GetFullPath(new SqliteConnectionStringBuilder(setting).DataSource, ContentRoot);
        }
        catch (ArgumentException error)
        {
            throw new EngineException(
                $"The setting ConnectionStrings:Portal is not understood ({error.Message}). Write for example 'Data Source=data/portal.db'.",
                error
            );
        }
    }
}
