using CllClip.Engine.Model;

namespace CllClip.Engine.Training;

/// <summary>A run's stages on disk: each holds only what its task changed; any stage is restored by folding the chain from the base.</summary>
public static class CheckpointChain
{
    /// <summary>Number of whole stages in a chain's folder; 0 if there is none.</summary>
    public static int CountStages(string chainFolder) => throw new EngineException($"not built yet: {chainFolder}");

    /// <summary>Restores a stage.</summary>
    /// <param name="baseModel">The base model that the run began with.</param>
    /// <param name="chainFolder">Folder of the chain.</param>
    /// <param name="stage">From 1; 0 gives the base's own table and vocabulary.</param>
    /// <exception cref="EngineException">A stage is missing, broken, or belongs to another base model.</exception>
    public static StageSnapshot Fold(ClipModel baseModel, string chainFolder, int stage) =>
        throw new EngineException($"not built yet: {baseModel.Hash} {chainFolder} {stage}");
}

/// <summary>Vocabulary and token-embedding table after one stage; with the base's towers it is a whole model.</summary>
public sealed class StageSnapshot : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() { }
}
