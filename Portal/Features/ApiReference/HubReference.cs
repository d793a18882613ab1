using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.ApiReference;

/// <summary>A message of the hub <c>/hubs/runs</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="FromServer">Whether the server sends it.</param>
/// <param name="Holds">What it holds.</param>
/// <param name="Text">What it is for, and how often it comes.</param>
public sealed record HubMessage(string Name, bool FromServer, string Holds, string Text);

/// <summary>The hub's messages; OpenAPI has no place for them.</summary>
public static class HubReference
{
    /// <summary>All messages; those of clients first.</summary>
    public static IReadOnlyList<HubMessage> All { get; } =
    [
        new(
            "Watch",
            false,
            "runId",
            PageText.Key("Sends the run's state, all its scores and log lines so far and its latest progress, then what follows.")
        ),
        new("Unwatch", false, "runId", PageText.Key("Ends that.")),
        new(
            "WatchAll",
            false,
            "",
            PageText.Key(
                "The same for every run, new ones included; scores and log of those that are not at rest, or came to rest within ten minutes."
            )
        ),
        new("state", true, "runId, state, reason, at, sequence", PageText.Key("Every state that a run enters, in order, none left out.")),
        new(
            "score",
            true,
            "runId, sequence, stage, language, direction, k, recall, n, protocol, dataset",
            PageText.Key("Every score, in order, none left out; sequence is its position in the run, from 1, without gaps.")
        ),
        new("log", true, "runId, at, level, text, sequence", PageText.Key("Every line of the run's log, in order, none left out.")),
        new(
            "progress",
            true,
            "runId, sequence, stage, stages, language, phase, epoch, epochs, step, steps, fraction, secondsLeft, pairsPerSecond, losses",
            PageText.Key("Where the run stands: the latest wins, at most ten a second a run.")
        ),
    ];
}
