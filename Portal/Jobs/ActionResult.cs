namespace CllClip.Portal.Jobs;

/// <summary>What an action on a run came to.</summary>
public enum ActionOutcome
{
    Done,
    NotFound,

    /// <summary>The run's state does not allow it.</summary>
    Conflict,
}

/// <param name="Outcome">What it came to.</param>
/// <param name="Message">Why not, in words; null if it was done.</param>
public sealed record ActionResult(ActionOutcome Outcome, string? Message)
{
    public static ActionResult Done { get; } = new(ActionOutcome.Done, null);

    public static ActionResult NotFound(string id) => new(ActionOutcome.NotFound, $"There is no run '{id}'.");

    public static ActionResult Conflict(string message) => new(ActionOutcome.Conflict, message);
}
