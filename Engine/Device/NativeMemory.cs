using System.Runtime.InteropServices;

namespace CllClip.Engine.Device;

/// <summary>Says when freed native memory goes back to the system; of effect where the C library is glibc.</summary>
internal static partial class NativeMemory
{
    // Names of glibc's malloc.h.
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;

    /// <summary>
    /// Keeps freed blocks up to 1 GiB for the next tensor. glibc alone gives the big ones back at each free, and whoever takes one again waits for
    /// every page of it: the vision tower lost two thirds of its time to that at 256 images (docs/benchmarks.md).
    /// </summary>
    public static void KeepFreed() =>
        OfGlibc(() =>
        {
            const int most = 1 << 30;
            _ = Option(TrimThreshold, most);
            if (Option(MmapThreshold, most) == 0)
            {
                _ = Option(MmapThreshold, 32 << 20); // the most that glibc before 2.35 takes
            }
        });

    /// <summary>
    /// Collects managed garbage and gives freed native memory back: without it what one stage's tensors leave in fragments adds up from stage to
    /// stage.
    /// </summary>
    public static void Release()
    {
        GC.Collect();
        OfGlibc(() => _ = Trim(0));
    }

    private static void OfGlibc(Action call)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        try
        {
            call();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // another C library: it keeps its own counsel
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int Option(int name, int value);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
