namespace CllClip.Engine.Training;

/// <summary>Everything a run depends on; two runs with equal plans, data and base model give equal scores to the last bit on one machine.</summary>
public sealed record RunPlan
{
    /// <summary>Method id of <see cref="Methods.MethodCatalog"/>.</summary>
    public required string Method { get; init; }

    /// <summary>Whether TEIR is composed with the method.</summary>
    public required bool Teir { get; init; }

    /// <summary>Language codes in the order of learning.</summary>
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>Epochs per task.</summary>
    public required int Epochs { get; init; }

    /// <summary>Seed of every random draw.</summary>
    public required int Seed { get; init; }

    /// <summary><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Every option of the method with the value in force (<see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="string"/>).</summary>
    public required IReadOnlyDictionary<string, object> Options { get; init; }

    /// <summary>Folder of the checkpoint chain: <c>stage-001/</c>, <c>stage-002/</c>, … each whole once it is there. A run whose folder holds stages goes on after the last.</summary>
    public required string CheckpointFolder { get; init; }

    /// <summary>Training between two checkpoints within a stage, which a killed run goes on from; zero for one after every step, null for none. It changes no result.</summary>
    public TimeSpan? CheckpointInterval { get; init; } = TimeSpan.FromMinutes(1);
}
