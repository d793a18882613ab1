using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using CllClip.Engine.Data;
using CllClip.Engine.Device;
using CllClip.Engine.Model;
using CllClip.Shared.Runs;
using TorchSharp;

namespace CllClip.Engine.Training;

/// <summary>What produced a run's numbers: code, data, model, device, machine and libraries.</summary>
public static class RunProvenance
{
    /// <summary>The provenance of a run that starts now in this process.</summary>
    /// <param name="dataset">Its data set.</param>
    /// <param name="model">Its base model.</param>
    /// <param name="device">The device asked for: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <param name="testSets">Further data sets that it is evaluated on; null for none.</param>
    /// <exception cref="EngineException">There is no such device.</exception>
    public static Provenance Of(
        IRetrievalDataset dataset,
        ClipModel model,
        string device,
        IReadOnlyList<IRetrievalDataset>? testSets = null
    )
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(model);
        return new Provenance
        {
            CodeVersion = CodeVersion,
            DataRevision = dataset.Revision,
            TestSetRevisions = testSets is { Count: > 0 } ? testSets.ToDictionary(t => t.Id, t => t.Revision) : null,
            BaseModelHash = model.Hash,
            Device = DeviceChoice.Describe(device) + (model.Precision == Precision.Mixed ? ", bfloat16 towers" : ""),
            Machine = Machine,
            Libraries = Libraries,
        };
    }

    /// <summary>Version and commit of this code, for example <c>0.1.0+4f1c…</c>.</summary>
    public static string CodeVersion =>
        typeof(RunProvenance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Operating system, processor, cores, memory and threads of arithmetic; no name of the machine.</summary>
    public static string Machine
    {
        get
        {
            var threads = torch.get_num_threads();
            var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{RuntimeInformation.OSDescription}; {Processor()}, {Environment.ProcessorCount} cores, {memory:0} GiB; {threads} {(threads == 1 ? "thread" : "threads")}"
            );
        }
    }

    /// <summary>Versions of the libraries that the numbers depend on.</summary>
    public static IReadOnlyDictionary<string, string> Libraries =>
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [".NET"] = Environment.Version.ToString(),
            ["TorchSharp"] = VersionOf(typeof(torch).Assembly),
            ["libtorch"] = torch.__version__,
            ["NetVips"] = VersionOf(typeof(NetVips.Image).Assembly),
            ["SkiaSharp"] = VersionOf(typeof(SkiaSharp.SKBitmap).Assembly),
        };

    private static string VersionOf(Assembly assembly) => assembly.GetName().Version?.ToString(3) ?? "unknown";

    private static string Processor()
    {
        const string Info = "/proc/cpuinfo";
        var line = File.Exists(Info)
            ? File.ReadLines(Info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
