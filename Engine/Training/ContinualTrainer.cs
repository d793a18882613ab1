using CllClip.Engine.Data;
using CllClip.Engine.Model;

namespace CllClip.Engine.Training;

/// <summary>Walks the languages of a plan: grow, train, evaluate, checkpoint. Synchronous, on the caller's thread.</summary>
public sealed class ContinualTrainer(IRetrievalDataset dataset, ClipModel baseModel, FeatureCache features)
{
    /// <summary>Runs the plan, or what is left of it after the stages found in its checkpoint folder.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; finished stages are on disk.</exception>
    /// <exception cref="EngineException">The plan, data or a checkpoint cannot be used.</exception>
    public void Run(RunPlan plan, IProgress<RunEvent> progress, CancellationToken stop) =>
        throw new EngineException($"not built yet: {dataset.Id} {baseModel.Hash} {features} {plan} {progress} {stop}");
}
