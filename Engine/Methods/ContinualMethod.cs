using CllClip.Engine.Data;
using CllClip.Engine.Model;
using CllClip.Engine.Search;
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

    /// <summary>
    /// What is kept of earlier tasks as a task begins, asked before <see cref="BeginTask"/>: its tokens are in use in the task and count as
    /// occurring (spec section 6).
    /// </summary>
    public virtual IEnumerable<TrainingPair> Memory => [];

    /// <summary>
    /// Rows that get a gradient though no caption of the task uses them (oEWC's penalty), asked before <see cref="BeginTask"/>, and only where such
    /// a gradient can move a row.
    /// </summary>
    public virtual IEnumerable<long> RowsInUse => [];

    /// <summary>A task begins: the table has grown. New parts are made here; what outlives the task is detached from its dispose scope.</summary>
    /// <param name="task">The task.</param>
    /// <param name="rows">Its rows in use, before any step.</param>
    public virtual void BeginTask(TaskContext task, TaskRows rows) { }

    /// <summary>A text tower of the method's own, from its first task on; null for the base's, which stays as it is.</summary>
    public virtual TextTower? OwnTower => null;

    /// <summary>Parameters trained beside the rows in use, by name; clipped and stepped with them.</summary>
    public virtual IEnumerable<(string Name, Tensor Parameter)> Parameters => [];

    /// <summary>
    /// Whether the optimiser steps <see cref="Parameters"/>. Where not, their gradients add up within an epoch and count in the clipping norm, and
    /// nothing else happens to them: what the published CODA-Prompt does.
    /// </summary>
    public virtual bool StepsParameters => true;

    /// <summary>Whether a batch is embedded in one piece, padded to its longest caption, because its padding can be seen (the published prompt mask).</summary>
    public virtual bool EmbedsWholeBatches => false;

    /// <summary>Replay mixes memory captions in here (<see cref="TrainingBatch.WithMemory"/>); in any order, the step sorts by length.</summary>
    public virtual TrainingBatch Compose(TrainingBatch current) => current;

    /// <summary>What the tower runs with in a training step, asked for each part of the batch; prompts are matched to the captions here.</summary>
    /// <param name="tokens">Gathered token embeddings of the part. [b, L, W]</param>
    /// <param name="ends">Position of each caption's end token. [b] int64</param>
    public virtual TextTowerParts TrainingParts(Tensor tokens, Tensor ends) => TextTowerParts.None;

    /// <summary>A further term of the loss, inside the clipped gradient; null for none. Called after the batch was embedded.</summary>
    public virtual Tensor? Penalty(TaskRows rows) => null;

    /// <summary>A step was made: replay feeds its memory here.</summary>
    /// <param name="batch">The batch of the step, as <see cref="Compose"/> gave it.</param>
    /// <param name="embeddings">The student's embeddings of it, in its order, before the step. [B, D]</param>
    public virtual void AfterStep(TrainingBatch batch, Tensor embeddings) { }

    /// <summary>The last epoch is over and its weights are in place; those of the best epoch are put back afterwards. Fisher information is taken here.</summary>
    /// <param name="training">The task's training.</param>
    /// <param name="batches">One more epoch of its batches, drawn when asked for; each is valid until the next.</param>
    public virtual void EpochsDone(TaskTraining training, IEnumerable<TrainingBatch> batches) { }

    /// <summary>A task ended: the rows hold the weights kept.</summary>
    public virtual void EndTask(TaskContext task, TaskRows rows) { }

    /// <summary>What the tower runs with when captions of a language are evaluated; null for nothing.</summary>
    /// <param name="language">Their language.</param>
    /// <param name="tower">The tower they are embedded with.</param>
    public virtual PartsOf? EvaluationParts(string language, TextTower tower) => null;

    /// <summary>
    /// Whether an embedding depends on more than the rows: on parts, or on a tower of the method's own. A checkpoint of such a method is searched
    /// with <see cref="QueryParts"/> and <see cref="OwnWeights"/>, after <see cref="LoadState"/> of each of its stages.
    /// </summary>
    public virtual bool ChangesTower => false;

    /// <summary>What the method adds for single queries, copied out of its tensors; null for nothing.</summary>
    public virtual QueryPartsOf? QueryParts() => null;

    /// <summary>A weight of the method's own text tower by its full Hugging Face name; null for the base's.</summary>
    public virtual float[]? OwnWeights(string name) => null;

    /// <summary>The tensors of <see cref="QueryParts"/> under the names they are exported with; the method keeps them. Empty for none.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> ExportParts() => new Dictionary<string, Tensor>();

    /// <summary>Writes what the method needs beside a stage's delta: what the task added, or the state whole.</summary>
    public virtual void SaveState(string stageFolder) { }

    /// <summary>Reads it back; as a run resumes it is called for each finished stage in turn.</summary>
    /// <exception cref="EngineException">A file is missing or damaged.</exception>
    public virtual void LoadState(string stageFolder) { }

    /// <summary>
    /// Writes what the method has gathered since its task began and the next step reads, beside <see cref="Parameters"/>, which the trainer keeps: a memory and
    /// the state of its draws. Nothing for methods whose steps leave only parameters.
    /// </summary>
    public virtual void SaveWithinTask(string folder) { }

    /// <summary>Reads it back, after <see cref="BeginTask"/> of the same task.</summary>
    /// <exception cref="EngineException">A file is missing or damaged.</exception>
    public virtual void LoadWithinTask(string folder) { }

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
/// <param name="CopyTower">Makes a copy of the base's text tower whose weights can be trained.</param>
/// <param name="Batch">Makes a batch of pairs, of the task's own or of a memory's, with the vocabulary as it is now and the teacher's targets.</param>
public sealed record TaskContext(
    int Index,
    IReadOnlyList<string> Languages,
    TextTower Tower,
    int Seed,
    Func<TextTower> CopyTower,
    Func<IReadOnlyList<TrainingPair>, TrainingBatch> Batch
);
