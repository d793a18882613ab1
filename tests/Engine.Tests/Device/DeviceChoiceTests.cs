using CllClip.Engine.Device;
using TorchSharp;
using Xunit;

namespace CllClip.Engine.Tests.Device;

public sealed class DeviceChoiceTests
{
    [Fact]
    public void A_GPU_that_is_not_there_is_refused_with_a_remedy()
    {
        var gpus = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        var message = Assert.Throws<EngineException>(() => DeviceChoice.Resolve($"cuda:{gpus}")).Message;
        Assert.Contains($"'cuda:{gpus}'", message, StringComparison.Ordinal);
        Assert.Contains("cpu", message, StringComparison.Ordinal);
        Assert.Equal(gpus > 0 ? "cuda:0" : "cpu", DeviceChoice.ResolveName("auto"));
    }

    [Fact]
    public void A_variable_reaches_native_libraries_unless_somebody_has_set_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux alone keeps .NET's variables apart");
        const string name = "CLLCLIP_TEST_NATIVE";
        Assert.Null(NativeEnvironment.Get(name));
        NativeEnvironment.Default(name, "0");
        NativeEnvironment.Default(name, "1");
        Assert.Equal("0", NativeEnvironment.Get(name));
    }

    [Fact]
    public void The_model_of_GPUs_is_told_where_all_are_of_one()
    {
        var folder = Directory.CreateTempSubdirectory("cllclip-gpus-").FullName;
        void Gpu(string bus, string model)
        {
            Directory.CreateDirectory(Path.Combine(folder, bus));
            File.WriteAllText(Path.Combine(folder, bus, "information"), $"Model: \t\t {model}\nIRQ:   \t\t 20\n");
        }
        try
        {
            Assert.Null(DeviceChoice.ModelOfGpus(folder));
            Gpu("0000:01:00.0", "NVIDIA One 80GB");
            Gpu("0000:02:00.0", "NVIDIA One 80GB");
            Assert.Equal("NVIDIA One 80GB", DeviceChoice.ModelOfGpus(folder));
            Gpu("0000:03:00.0", "NVIDIA Two");
            Assert.Null(DeviceChoice.ModelOfGpus(folder));
            Assert.Null(DeviceChoice.ModelOfGpus(Path.Combine(folder, "none")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
