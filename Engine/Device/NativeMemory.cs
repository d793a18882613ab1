using System.Runtime.InteropServices;

namespace CllClip.Engine.Device;

/// <summary>Gives memory back that a finished stage of a run no longer needs.</summary>
internal static partial class NativeMemory
{
    /// <summary>
    /// Collects managed garbage and, where the C library is glibc, returns freed native memory to the system: without it what one stage's tensors
    /// leave in fragments adds up from stage to stage.
    /// </summary>
    public static void Release()
    {
        GC.Collect();
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        try
        {
            _ = Trim(0);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // another C library: it keeps its own counsel
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
