using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Model;

namespace CllClip.Portal.Hosting;

/// <summary>The data sets and base models that the portal holds open for runs and search. Safe to use from any thread.</summary>
public interface IEngineHost
{
    /// <summary>How far the start in the background has come.</summary>
    PreparationStatus Preparation { get; }

    /// <summary>Raised, on any thread and about ten times a second at most, when <see cref="Preparation"/> has changed; handlers must not block.</summary>
    event Action? PreparationChanged;

    /// <summary>Completes when the embedded data set, its base model and the teacher's features are usable. It waits through errors that are mended and tried again, and never faults.</summary>
    Task Ready { get; }

    /// <summary>Tries the preparation again after an error; does nothing otherwise.</summary>
    void Retry();

    /// <summary>Data sets that are open.</summary>
    IReadOnlyList<IRetrievalDataset> Datasets { get; }

    /// <summary>Ids of the base models there are, loaded or not.</summary>
    IReadOnlyList<string> ModelIds { get; }

    /// <summary>A base model, loaded when first asked for and kept; do not dispose it.</summary>
    /// <param name="id">One of <see cref="ModelIds"/>.</param>
    /// <param name="device"><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; null takes the portal's setting.</param>
    /// <exception cref="EngineException">There is no such model, it cannot be read, or the device is not there.</exception>
    ClipModel Model(string id, string? device = null);

    /// <summary>Training defaults of a data set for a base model, whose learning rate goes before the data set's.</summary>
    DatasetDefaults Defaults(IRetrievalDataset dataset, string modelId);

    /// <summary>What a base model says of a data set, computed when first asked for and kept in memory and on disk; do not dispose it.</summary>
    /// <param name="dataset">One of <see cref="Datasets"/>, or one that is about to be.</param>
    /// <param name="modelId">One of <see cref="ModelIds"/>.</param>
    /// <param name="device">As of <see cref="Model"/>.</param>
    /// <param name="progress">Told how far the computing is, if anything has to be computed and this call does it.</param>
    /// <param name="stop">Stops the computing; what is done is kept for the next call.</param>
    /// <exception cref="EngineException">There is no such model, an image cannot be read, the disk refuses, or the device is not there.</exception>
    TeacherFeatures Features(
        IRetrievalDataset dataset,
        string modelId,
        string? device = null,
        IProgress<FeatureProgress>? progress = null,
        CancellationToken stop = default
    );
}

/// <summary>How far the start in the background has come.</summary>
/// <param name="Ready">Whether runs and search can work.</param>
/// <param name="Phase">What is being done, in words.</param>
/// <param name="Fraction">Share of the whole preparation, 0 to 1.</param>
/// <param name="SecondsLeft">Estimated seconds left; null while unknown.</param>
/// <param name="Error">Why it cannot go on, with the remedy; null if it can.</param>
public sealed record PreparationStatus(bool Ready, string Phase, double Fraction, double? SecondsLeft, string? Error);
