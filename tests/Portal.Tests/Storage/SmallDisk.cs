using System.Diagnostics;
using Xunit;

namespace CllClip.Portal.Tests.Storage;

/// <summary>A disk of a few kilobytes, where this account may mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    public static SmallDisk Mount(string folder, string size)
    {
        Directory.CreateDirectory(folder);
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder) == 0,
            "A small disk cannot be mounted by this account: only root on Linux may."
        );
        return new SmallDisk(folder);
    }

    /// <summary>From here on nothing can be written; no file may be open for writing.</summary>
    public void MakeReadOnly() => Assert.Equal(0, Run("mount", "-o", "remount,ro", Folder));

    /// <summary>Takes the disk away; where a file on it is still open, as soon as it is closed.</summary>
    public void Dispose() => Run("umount", "--lazy", Folder);

    private static int Run(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
