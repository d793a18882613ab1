namespace CllClip.Shared.Runs;

/// <summary>Where a run stands.</summary>
/// <param name="Stage">Task at hand, from 1.</param>
/// <param name="Stages">Number of tasks.</param>
/// <param name="Language">Language at hand.</param>
/// <param name="Phase">What is being done: <c>vocabulary</c>, <c>training</c>, <c>validation</c>, <c>evaluation</c>, <c>checkpoint</c>.</param>
/// <param name="Epoch">Epoch at hand, from 1.</param>
/// <param name="Epochs">Epochs per task.</param>
/// <param name="Step">Optimiser steps done in this task.</param>
/// <param name="Steps">Optimiser steps of this task.</param>
/// <param name="Fraction">Share of the whole run that is done, 0 to 1.</param>
/// <param name="SecondsLeft">Estimated seconds to the end of the run; null while unknown.</param>
/// <param name="PairsPerSecond">Training pairs a second over the last two seconds of steps.</param>
public sealed record RunProgress(
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
    double PairsPerSecond
);
