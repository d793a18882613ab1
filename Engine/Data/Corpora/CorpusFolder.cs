namespace CllClip.Engine.Data.Corpora;

/// <summary>A registered data set's folder: names in findings, and where its images lie.</summary>
internal sealed class CorpusFolder
{
    private readonly string[] _roots;
    private string? _root;

    /// <param name="registration">The data set.</param>
    /// <param name="imageFolders">Where the layout may have its images, relative to the folder; the first that has them is taken.</param>
    public CorpusFolder(CorpusRegistration registration, params string[] imageFolders)
    {
        Root = File.Exists(registration.Folder) ? Path.GetDirectoryName(registration.Folder)! : registration.Folder;
        _roots = registration.Images is { } given
            ? [given]
            : [.. imageFolders.Select(f => Path.GetFullPath(Path.Combine(Root, f))).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The folder, absolute.</summary>
    public string Root { get; }

    /// <summary>A file of the folder.</summary>
    public string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>What findings call a file: its path relative to the folder, with slashes.</summary>
    public string Name(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>Where the images may lie, for messages.</summary>
    public string Places => string.Join(" or ", _roots);

    /// <summary>Finds the folder of the images by looking for some of them.</summary>
    /// <param name="images">Paths as the files name them.</param>
    /// <returns>Whether any of them is there.</returns>
    public bool FindImages(IEnumerable<string> images)
    {
        foreach (var image in images)
        {
            if (_roots.FirstOrDefault(r => File.Exists(Path.Combine(r, image))) is { } found)
            {
                _root = found;
                return true;
            }
        }
        return false;
    }

    /// <summary>Path of an image.</summary>
    public string Image(string image) => Path.Combine(_root ?? _roots[0], image);

    /// <summary>Why a path cannot be an image of a data set, or null: it must stay within the folder.</summary>
    public static string? Refuse(string image) =>
        image.Length == 0 ? "it is empty"
        : Path.IsPathRooted(image) || image.Contains(':', StringComparison.Ordinal) ? "it is absolute"
        : image.Split('/', '\\').Contains("..") ? "it leads out of the folder"
        : image.Any(char.IsControl) ? "it holds control characters"
        : null;
}
