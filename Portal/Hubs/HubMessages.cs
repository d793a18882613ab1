using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Hubs;

/// <summary>The hub's <c>progress</c>: where a run stands, flat, with the loss terms of the last step (null for one that is not a finite number).</summary>
public sealed record ProgressEvent(
    string RunId,
    long Sequence,
    int Stage,
    int Stages,
    string Language,
    string Phase,
    int Epoch,
    int Epochs,
    int Step,
    int Steps,
    double Fraction,
    double? SecondsLeft,
    double? PairsPerSecond,
    IReadOnlyDictionary<string, double?> Losses
)
{
    public static ProgressEvent Of(ProgressMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var p = message.Progress;
        return new(
            message.RunId,
            message.Sequence,
            p.Stage,
            p.Stages,
            p.Language,
            p.Phase,
            p.Epoch,
            p.Epochs,
            p.Step,
            p.Steps,
            p.Fraction,
            Finite(p.SecondsLeft),
            Finite(p.PairsPerSecond),
            message.Losses.ToDictionary(l => l.Key, l => Finite(l.Value))
        );
    }

    /// <summary>JSON has no infinity; a loss that is none may pass through it.</summary>
    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;
}

/// <summary>The hub's <c>score</c>: one row of <c>/scores</c> with the run and the row's position.</summary>
public sealed record ScoreEvent(
    string RunId,
    long Sequence,
    int Stage,
    string Language,
    RetrievalDirection Direction,
    int K,
    double Recall,
    int N,
    string Protocol,
    string? Dataset
)
{
    public static ScoreEvent Of(string runId, long sequence, Score score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return new(
            runId,
            sequence,
            score.Stage,
            score.Language,
            score.Direction,
            score.K,
            score.Recall,
            score.N,
            score.Protocol,
            score.Dataset
        );
    }
}
