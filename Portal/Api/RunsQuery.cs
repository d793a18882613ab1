using System.ComponentModel;
using System.Globalization;
using CllClip.Portal.Features.Runs;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Mvc;

namespace CllClip.Portal.Api;

/// <summary>The parameters of <c>GET /api/v1/runs</c> as they come: texts, so that every wrong one can be named.</summary>
internal sealed record RunsQuery
{
    public const int MostAtOnce = 1000;
    private const int Usual = 50;
    private const int LongestText = 200;

    [FromQuery(Name = "state"), Description("Queued, Running, Stopping, Stopped, Completed or Failed; all if left out")]
    public string? State { get; init; }

    [FromQuery(Name = "method"), Description("Method id; all if left out")]
    public string? Method { get; init; }

    [FromQuery(Name = "dataset"), Description("Id of the data set that runs were trained on; all if left out")]
    public string? Dataset { get; init; }

    [FromQuery(Name = "model"), Description("Id of the base model; all if left out")]
    public string? Model { get; init; }

    [FromQuery(Name = "teir"), Description("true or false: runs with or without TEIR; both if left out")]
    public string? Teir { get; init; }

    [
        FromQuery(Name = "q"),
        Description(
            "Words that name, id, method, data sets (id or name), base model, tags, notes, error or the sweep's name hold, or languages by code or name"
        )
    ]
    public string? Text { get; init; }

    [FromQuery(Name = "sweep"), Description("Id of a sweep whose runs alone are listed")]
    public string? Sweep { get; init; }

    [FromQuery(Name = "tag"), Description("A tag that a run must have; may be given several times")]
    public string[]? Tags { get; init; }

    [FromQuery(Name = "match"), Description("all: every one of the tags; any: at least one; all if left out")]
    public string? Match { get; init; }

    [FromQuery(Name = "sort"), Description("created, started, name, method, dataset, state, ar, f or duration; created if left out")]
    public string? Sort { get; init; }

    [FromQuery(Name = "order"), Description("asc or desc; desc if left out")]
    public string? Order { get; init; }

    [FromQuery(Name = "skip"), Description("Number of runs to leave out at the beginning; 0 if left out")]
    public string? Skip { get; init; }

    [FromQuery(Name = "take"), Description("Most runs in the answer, 0 to 1000; 50 if left out")]
    public string? Take { get; init; }

    [FromQuery(Name = "format"), Description("json or csv; json if left out")]
    public string? Format { get; init; }

    /// <summary>Whether the table is asked for; a wrong format is added to the errors.</summary>
    public bool AsCsv(Dictionary<string, string[]> errors) => TableAnswer.IsCsv(Format, errors);

    public RunFilter ToFilter(Dictionary<string, string[]> errors) =>
        new()
        {
            State = StateOf(errors),
            Method = Method,
            Dataset = Dataset,
            Model = Model,
            Teir = string.IsNullOrEmpty(Teir) ? null : OneOf(errors, "teir", Teir, ["true", "false"]) == "true",
            Sweep = Sweep,
            Tags = [.. (Tags ?? []).Where(t => t.Length > 0)],
            AnyTag = OneOf(errors, "match", Match, ["all", "any"]) == "any",
            Search = Text is { Length: > LongestText } ? Wrong<string>(errors, "q", $"Longer than {LongestText} characters.") : Text,
            Sort = OneOf(errors, "sort", Sort, RunFilter.Sorts),
            Descending = OneOf(errors, "order", Order, ["desc", "asc"]) == "desc",
            Skip = Number(errors, "skip", Skip, 0, int.MaxValue),
            Take = Number(errors, "take", Take, Usual, MostAtOnce),
        };

    private RunState? StateOf(Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrEmpty(State))
        {
            return null;
        }
        foreach (var state in Enum.GetValues<RunState>())
        {
            if (State.Equals(state.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                return state;
            }
        }
        return Wrong<RunState?>(errors, "state", $"Unknown state. Choose one of: {string.Join(", ", Enum.GetNames<RunState>())}.");
    }

    private static string OneOf(Dictionary<string, string[]> errors, string field, string? value, IReadOnlyList<string> choices) =>
        string.IsNullOrEmpty(value) ? choices[0]
        : choices.Contains(value) ? value
        : Wrong(errors, field, $"Choose one of: {string.Join(", ", choices)}.", choices[0])!;

    private static int Number(Dictionary<string, string[]> errors, string field, string? value, int usual, int most) =>
        string.IsNullOrEmpty(value) ? usual
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number
        : Wrong(errors, field, $"Must be a whole number from 0 to {most}.", usual);

    private static T? Wrong<T>(Dictionary<string, string[]> errors, string field, string message, T? instead = default)
    {
        errors[field] = [message];
        return instead;
    }
}
