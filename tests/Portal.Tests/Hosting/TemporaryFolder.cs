namespace CllClip.Portal.Tests.Hosting;

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cllclip-test-").FullName;

    /// <summary>A data root in it that holds the prepared data set.</summary>
    public string PreparedDataRoot(string name = "data")
    {
        var root = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(root);
        PreparedData.LinkInto(root);
        return root;
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process that was killed just now may still hold a file; the system's cleaning of temporary files takes it.
        }
    }
}
