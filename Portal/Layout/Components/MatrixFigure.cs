namespace CllClip.Portal.Layout.Components;

/// <summary>What a cell of a matrix shows of its score.</summary>
public enum MatrixFigure
{
    /// <summary>Recall, percent.</summary>
    Recall,

    /// <summary>How far recall lies below the best that the language had at this or an earlier stage, percentage points (<see cref="ScoreGrid.Loss"/>).</summary>
    Loss,
}
