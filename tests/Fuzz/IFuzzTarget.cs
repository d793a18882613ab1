namespace CllClip.Fuzz;

/// <summary>Readers that are fuzzed together: what they are given, and what they may answer.</summary>
internal interface IFuzzTarget : IDisposable
{
    /// <summary>What is typed to choose it, also the folder of its kept seeds.</summary>
    string Name { get; }

    /// <summary>Valid inputs, small, the same ones in the same order every time.</summary>
    IReadOnlyList<FuzzInput> Samples { get; }

    /// <summary>Words that mean something to the readers; they are put in where chance would not find them.</summary>
    IReadOnlyList<string> Words { get; }

    /// <summary>Most bytes that one case may allocate on its thread; 0 where the work is done elsewhere.</summary>
    long MostAllocated { get; }

    /// <summary>Makes a mutated input pass the checks that would else refuse nearly all of them, such as checksums.</summary>
    byte[] Repair(string kind, byte[] bytes) => bytes;

    /// <summary>Has the input read.</summary>
    /// <returns>What the readers said where they refused it, null where they took it.</returns>
    /// <exception cref="Exception">Anything that comes out of here is a fault.</exception>
    string? Read(FuzzInput input);

    /// <summary>Called between cases from time to time: throws where something is left behind or broken.</summary>
    void Check() { }

    /// <summary>Memory held by whatever reads, in bytes; 0 where that is this process.</summary>
    long MemoryElsewhere => 0;
}
