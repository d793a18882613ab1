using CllClip.Engine.Model;
using CllClip.Engine.Training;
using static TorchSharp.torch;

namespace CllClip.Engine.Methods;

/// <summary>
/// A continual-learning method. The base class is CLL-CLIP itself: only the rows in use are trained. A method overrides the places where it
/// differs; TEIR acts on the rows' optimiser alone and is known to no method. docs/architecture.md shows where each method of the paper fits.
/// </summary>
public abstract class ContinualMethod : IDisposable
{
    /// <summary>Whether anything is trained; zero-shot is only evaluated.</summary>
    public virtual bool Trains => true;

    /// <summary>Whether all languages are one task.</summary>
    public virtual bool AllLanguagesAtOnce => false;

    /// <summary>A task begins: the table has grown. New parts are made here.</summary>
    public virtual void BeginTask(TaskContext task) { }

    /// <summary>Parameters trained beside the rows in use, by name; clipped and stepped with them.</summary>
    public virtual IEnumerable<(string Name, Tensor Parameter)> Parameters => [];

    /// <summary>Replay mixes memory captions in here; the batch is sorted by length afterwards.</summary>
    public virtual TrainingBatch Compose(TrainingBatch current) => current;

    /// <summary>What the tower runs with in a training step.</summary>
    public virtual TextTowerParts TrainingParts(TrainingBatch batch) => TextTowerParts.None;

    /// <summary>A further term of the loss, inside the clipped gradient; null for none.</summary>
    public virtual Tensor? Penalty(TaskRows rows) => null;

    /// <summary>A step was made: replay feeds its memory here.</summary>
    /// <param name="batch">The batch of the step.</param>
    /// <param name="embeddings">The student's embeddings of it, before the step. [B, D]</param>
    public virtual void AfterStep(TrainingBatch batch, Tensor embeddings) { }

    /// <summary>A task ended: the table holds the weights kept.</summary>
    public virtual void EndTask(TaskContext task) { }

    /// <summary>What the tower runs with when captions of a language are evaluated.</summary>
    public virtual TextTowerParts EvaluationParts(string language) => TextTowerParts.None;

    /// <summary>Writes the method's own state (memory, Fisher information, per-language parts) beside a stage's delta.</summary>
    public virtual void SaveState(string stageFolder) { }

    /// <summary>Reads it back.</summary>
    public virtual void LoadState(string stageFolder) { }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the method's tensors.</summary>
    protected virtual void Dispose(bool disposing) { }
}

/// <summary>What a method may know of the task at hand.</summary>
/// <param name="Index">Task from 0.</param>
/// <param name="Languages">Languages of the task.</param>
/// <param name="Tower">The frozen text tower.</param>
/// <param name="Seed">The run's seed; draw through <see cref="Seeds"/>.</param>
public sealed record TaskContext(int Index, IReadOnlyList<string> Languages, TextTower Tower, int Seed);
