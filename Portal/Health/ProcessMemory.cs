namespace CllClip.Portal.Health;

/// <summary>The process's memory, in bytes.</summary>
/// <param name="Managed">Objects of .NET.</param>
/// <param name="Resident">What lies in the machine's memory.</param>
/// <param name="Native">Resident memory beside the managed heap: tensors and libraries, most of all.</param>
/// <param name="Available">What the process may use.</param>
public sealed record ProcessMemory(long Managed, long Resident, long Native, long Available)
{
    public static ProcessMemory Now()
    {
        var heap = GC.GetGCMemoryInfo();
        var resident = Environment.WorkingSet;
        return new(
            GC.GetTotalMemory(forceFullCollection: false),
            resident,
            Math.Max(0, resident - heap.TotalCommittedBytes),
            heap.TotalAvailableMemoryBytes
        );
    }
}
