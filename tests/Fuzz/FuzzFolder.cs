namespace CllClip.Fuzz;

/// <summary>A temporary folder that files of cases are written to, and what readers may say of them.</summary>
internal sealed class FuzzFolder : IDisposable
{
    private const int LongestMessage = 5_000;

    /// <summary>The folder.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("cllclip-fuzz-").FullName;

    /// <summary>A path in it.</summary>
    public string At(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file.</summary>
    public string Write(string name, byte[] bytes)
    {
        var path = At(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Runs a reader; an error for people is an answer, and must name the file and fit onto a page.</summary>
    /// <param name="read">The reader.</param>
    /// <param name="named">What the message must hold; null where it need not name a file.</param>
    public static string? Refusal(Action read, string? named)
    {
        try
        {
            read();
            return null;
        }
        catch (CllClip.Engine.EngineException error)
        {
            if (named is not null && !error.Message.Contains(named, StringComparison.Ordinal))
            {
                throw new FuzzFault($"The message does not name {named}: {error.Message}", error);
            }
            return error.Message.Length <= LongestMessage
                ? error.Message
                : throw new FuzzFault($"The message has {error.Message.Length} characters: {error.Message[..200]}", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
