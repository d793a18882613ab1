using CllClip.Engine.Data.Corpora;

namespace CllClip.Portal.Features.Datasets;

/// <summary>A registered data set as it stands on the shelf.</summary>
public sealed record CorpusEntry
{
    /// <summary>What it is and where it lies.</summary>
    public required CorpusRegistration Registration { get; init; }

    /// <summary>Base models that it is embedded for when it is prepared.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>The upload that its files came by, which goes with it; null for files of a user's, which stay.</summary>
    public string? Upload { get; init; }

    /// <summary>Whether a preparation was asked for and has not ended: it goes on at the next start.</summary>
    public bool Pending { get; init; }
}

/// <summary>What the last check of a data set found, as it is kept.</summary>
/// <param name="CheckedAt">When, UTC.</param>
/// <param name="Errors">Number of errors.</param>
/// <param name="Warnings">Number of warnings.</param>
/// <param name="Findings">The findings.</param>
public sealed record StoredReport(DateTime CheckedAt, int Errors, int Warnings, IReadOnlyList<CorpusFinding> Findings);

/// <summary>How far a registered data set is.</summary>
public enum CorpusState
{
    /// <summary>Nothing was prepared yet.</summary>
    Registered,

    /// <summary>Another is being prepared first.</summary>
    Waiting,

    /// <summary>It is being checked or embedded.</summary>
    Preparing,

    /// <summary>Runs can use it.</summary>
    Ready,

    /// <summary>It cannot be used; the error or the report says why.</summary>
    Failed,
}

/// <summary>A registered data set as pages and API show it.</summary>
/// <param name="Entry">The registration.</param>
/// <param name="State">How far it is.</param>
/// <param name="Phase">What is being done; null while nothing is.</param>
/// <param name="Fraction">Share of the phase, 0 to 1.</param>
/// <param name="SecondsLeft">Seconds to the end of the phase; null while unknown.</param>
/// <param name="Error">Why it cannot be used; null if it can.</param>
/// <param name="Manifest">What was prepared; null if nothing was.</param>
/// <param name="Report">What the last check found; null before the first.</param>
public sealed record CorpusView(
    CorpusEntry Entry,
    CorpusState State,
    string? Phase,
    double? Fraction,
    double? SecondsLeft,
    string? Error,
    CorpusManifest? Manifest,
    StoredReport? Report
)
{
    /// <summary>Its identifier.</summary>
    public string Id => Entry.Registration.Id;
}
