using System.Globalization;
using System.Text.RegularExpressions;
using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine.Device;

/// <summary>Chooses the device that a name stands for.</summary>
public static partial class DeviceChoice
{
    /// <summary>Whether a text is a device name: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public static bool IsName(string name) => DeviceName().IsMatch(name);

    /// <summary>The device: <c>auto</c> takes the first GPU where there is one, else the CPU.</summary>
    /// <exception cref="EngineException">The name is unknown, or the GPU named is not there.</exception>
    public static torch.Device Resolve(string name)
    {
        if (!IsName(name))
        {
            throw new EngineException($"Unknown device '{name}'. Use auto, cpu, cuda or cuda:N.");
        }
        if (name == "cpu" || (name == "auto" && !cuda.is_available()))
        {
            return CPU;
        }
        var index = name.StartsWith("cuda:", StringComparison.Ordinal) ? int.Parse(name.AsSpan(5), CultureInfo.InvariantCulture) : 0;
        if (!cuda.is_available())
        {
            throw new EngineException(
                $"Device '{name}' was asked for, but this build finds no CUDA device. Use device cpu, or build with -p:TorchBackend=cuda on a machine with an NVIDIA GPU."
            );
        }
        if (index >= cuda.device_count())
        {
            throw new EngineException(
                $"Device '{name}' was asked for, but there are only {cuda.device_count()} CUDA devices, cuda:0 to cuda:{cuda.device_count() - 1}. Use one of them, auto or cpu."
            );
        }
        TorchProcess.PrepareGpu();
        return device(DeviceType.CUDA, index);
    }

    /// <summary>The device that a name stands for, as a name: <c>cpu</c> or <c>cuda:N</c>.</summary>
    /// <exception cref="EngineException">The name is unknown, or the GPU named is not there.</exception>
    public static string ResolveName(string name)
    {
        var chosen = Resolve(name);
        return chosen.type == DeviceType.CUDA ? string.Create(CultureInfo.InvariantCulture, $"cuda:{Math.Max(0, chosen.index)}") : "cpu";
    }

    /// <summary>The same with the model of a GPU, where the driver tells it: <c>cuda:0 (NVIDIA …)</c>.</summary>
    /// <exception cref="EngineException">The name is unknown, or the GPU named is not there.</exception>
    public static string Describe(string name)
    {
        var resolved = ResolveName(name);
        return resolved != "cpu" && ModelOfGpus("/proc/driver/nvidia/gpus") is { } model ? $"{resolved} ({model})" : resolved;
    }

    /// <summary>The model that all GPUs of the machine are; null where they differ, since the driver counts them in another order than CUDA.</summary>
    /// <param name="folder">Where the driver has a folder for each.</param>
    internal static string? ModelOfGpus(string folder)
    {
        try
        {
            string[] models =
            [
                .. Directory
                    .EnumerateDirectories(folder)
                    .SelectMany(gpu => File.ReadLines(Path.Combine(gpu, "information")))
                    .Where(line => line.StartsWith("Model:", StringComparison.Ordinal))
                    .Select(line => line["Model:".Length..].Trim())
                    .Distinct(),
            ];
            return models.Length == 1 ? models[0] : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // another system
        }
    }

    [GeneratedRegex("^(auto|cpu|cuda(:[0-9]{1,3})?)$", RegexOptions.CultureInvariant)]
    private static partial Regex DeviceName();
}
