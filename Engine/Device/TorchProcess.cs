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
    }

    /// <summary>What a process sets before anything is computed on a GPU.</summary>
    internal static void PrepareGpu()
    {
        ForbidTf32();
        // On some GPUs libtorch prefers cuDNN's attention, which is compiled anew for every shape: tens of milliseconds for each length of caption and size of batch.
        // Which of the names a libtorch reads depends on its version.
        NativeEnvironment.Default("TORCH_CUDNN_SDPA_PREFERRED", "0");
        NativeEnvironment.Default("TORCH_CUDNN_SDPA_DEPRIORITIZED", "1");
    }

    /// <summary>
    /// float32 is float32 on a GPU too. TF32, which libtorch allows convolutions by itself, keeps ten bits of a number: ranks are decided within float32's own
    /// error (<see cref="Evaluation.RetrievalRecall"/>), and what may be rougher are frozen towers alone, which have bfloat16 for it.
    /// </summary>
    private static void ForbidTf32()
    {
        backends.cuda.matmul.allow_tf32 = false;
        backends.cudnn.allow_tf32 = false;
    }
}
