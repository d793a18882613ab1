using CllClip.Portal.Layout.Components;

namespace CllClip.Portal.Features.Sweeps;

/// <summary>Configurations of a sweep with their figures over the seeds, as a table.</summary>
internal static class SweepFile
{
    private static readonly string[] Figures = ["ar_t2i", "f_t2i", "f_en_t2i", "ar_i2t", "f_i2t"];

    /// <param name="sweep">The sweep.</param>
    /// <param name="rows">Its configurations, in the order of the rows.</param>
    public static TableFile Of(SweepView sweep, IEnumerable<SweepConfiguration> rows)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        return new(
            [
                "method",
                "teir",
                .. sweep.Varied,
                "completed",
                "runs",
                "seeds",
                .. Figures.SelectMany(f => new[] { f, f + "_deviation" }),
                "seconds",
                "run_ids",
            ],
            rows.Select(c =>
                (IReadOnlyList<object?>)
                    [
                        c.Method,
                        c.Teir,
                        .. sweep.Varied.Select(o => c.Options.TryGetValue(o, out var v) ? Formats.Option(v) : null),
                        c.Completed,
                        c.Runs.Count,
                        string.Join(' ', c.Seeds),
                        .. new[] { c.ArT2i, c.ForgettingT2i, c.ForgettingEnglishT2i, c.ArI2t, c.ForgettingI2t }.SelectMany(s =>
                            new object?[] { s?.Mean, s?.Deviation }
                        ),
                        c.Seconds?.Mean,
                        string.Join(' ', c.Runs),
                    ]
            )
        );
    }
}
