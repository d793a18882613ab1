namespace CllClip.Shared.Runs;

/// <summary>A few training steps of a run together: the means of their loss terms.</summary>
/// <param name="Stage">Task, from 1.</param>
/// <param name="Language">Language of the task.</param>
/// <param name="Epoch">Epoch, from 1.</param>
/// <param name="Step">Optimiser steps done in this task at the last of them.</param>
/// <param name="Steps">Optimiser steps of this task.</param>
/// <param name="PairsPerSecond">Training pairs a second over the last two seconds of steps.</param>
/// <param name="At">When the last of them was done, UTC.</param>
/// <param name="Terms">Means by name: <c>total</c>, <c>crosslingual</c>, <c>crossmodal</c>, <c>replay</c>, <c>penalty</c>, <c>tau</c>, <c>gradNorm</c>,
/// <c>learningRate</c>; those that the method has.</param>
public sealed record StepSample(
    int Stage,
    string Language,
    int Epoch,
    int Step,
    int Steps,
    double PairsPerSecond,
    DateTime At,
    IReadOnlyDictionary<string, double> Terms
);
