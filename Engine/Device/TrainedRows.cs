using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine.Device;

/// <summary>Gathers rows of a trained table.</summary>
internal static class TrainedRows
{
    /// <summary>
    /// Rows of a table, with gradient: the same gradient to the last bit each time. On a GPU that of <c>index_select</c> adds repeated rows up in whatever order they
    /// arrive; that of plain indexing sorts them first. On the CPU both are exact, and the first is quicker. [n] int64 to [n, W]
    /// </summary>
    public static Tensor Take(Tensor table, Tensor index) =>
        table.device_type == DeviceType.CUDA ? table.index(TensorIndex.Tensor(index)) : table.index_select(0, index);
}
