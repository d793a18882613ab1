using CllClip.Portal.Layout.Components;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>The table of runs as it is saved.</summary>
internal static class RunsExport
{
    private static readonly (string Column, Func<RunView, object?> Cell)[] Columns =
    [
        ("id", r => r.Id),
        ("name", r => r.Name),
        ("state", r => r.State.ToString()),
        ("method", r => r.Method),
        ("teir", r => r.Teir),
        ("dataset", r => r.Dataset),
        ("model", r => r.Model),
        ("languages", r => string.Join(' ', r.Languages)),
        ("epochs", r => r.Epochs),
        ("seed", r => r.Seed),
        ("device", r => r.Device),
        ("ar_t2i", r => r.Summary.ArT2i),
        ("ar_i2t", r => r.Summary.ArI2t),
        ("forgetting_t2i", r => r.Summary.ForgettingT2i),
        ("forgetting_i2t", r => r.Summary.ForgettingI2t),
        ("created_at", r => r.CreatedAt),
        ("started_at", r => r.StartedAt),
        ("ended_at", r => r.EndedAt),
        ("duration_seconds", r => r.Provenance?.DurationSeconds),
        ("tags", r => string.Join(' ', r.Tags)),
        ("sweep", r => r.SweepName),
        ("notes", r => r.Notes),
        ("imported_from", r => r.Origin?.Source),
    ];

    /// <summary>One row a run.</summary>
    public static TableFile Table(IEnumerable<RunView> runs) =>
        new([.. Columns.Select(c => c.Column)], runs.Select(r => (IReadOnlyList<object?>)[.. Columns.Select(c => c.Cell(r))]));

    /// <summary>A run's log as a table.</summary>
    public static TableFile Log(IEnumerable<LogMessage> lines) =>
        new(["at", "level", "text"], lines.Select(l => (IReadOnlyList<object?>)[l.At, l.Level, l.Text]));
}
