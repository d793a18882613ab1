using static TorchSharp.torch;

namespace CllClip.Engine.Device;

/// <summary>How many threads libtorch computes with.</summary>
public static class TorchThreads
{
    /// <summary>
    /// Sets the threads that one operation is spread over, for the whole process. libtorch itself counts the machine's cores; in a container
    /// with fewer it would start too many.
    /// </summary>
    public static void Use(int threads) => set_num_threads(Math.Max(1, threads));
}
