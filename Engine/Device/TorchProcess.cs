using static TorchSharp.torch;

namespace CllClip.Engine.Device;

/// <summary>What a process sets once before libtorch computes in it.</summary>
public static class TorchProcess
{
    /// <summary>Sets threads and memory for the whole process.</summary>
    /// <param name="threads">
    /// Threads that one operation is spread over, at least 1. libtorch itself counts the machine's cores; in a container with fewer it would start
    /// too many.
    /// </param>
    public static void Configure(int threads)
    {
        set_num_threads(Math.Max(1, threads));
        NativeMemory.KeepFreed();
        if (cuda.is_available())
        {
            backends.cuda.matmul.allow_tf32 = true; // what mixed precision leaves in float32 need not be exact either
            backends.cudnn.allow_tf32 = true;
        }
    }
}
