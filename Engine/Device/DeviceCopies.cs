using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine.Device;

/// <summary>Brings what a batch is made of to the device that computes.</summary>
internal static class DeviceCopies
{
    /// <summary>
    /// Numbers as a tensor on a device. To a GPU from page-locked memory and without waiting: the copy runs beside what the GPU computes (libtorch gives the
    /// memory away again only when the copy is done). [n]
    /// </summary>
    public static Tensor On(this long[] numbers, torch.Device device) => Copy(tensor(numbers, ScalarType.Int64), device);

    /// <summary>The same of float32 in some shape.</summary>
    public static Tensor On(this float[] numbers, long[] shape, torch.Device device) =>
        Copy(tensor(numbers, shape, ScalarType.Float32), device);

    private static Tensor Copy(Tensor fresh, torch.Device device)
    {
        if (device.type == DeviceType.CPU)
        {
            return fresh;
        }
        using (fresh)
        using (var locked = fresh.pin_memory())
        {
            return locked.to(device, non_blocking: true);
        }
    }
}
