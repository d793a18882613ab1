using System.Globalization;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Compare;

/// <summary>Says in plain words what may be concluded from a comparison.</summary>
internal static class Conclusions
{
    /// <summary>Two or three sentences on a run held against the first one.</summary>
    public static string Of(ComparedRun run, RunView first, PageText text)
    {
        var (name, other, count) = (run.Run.Name, first.Name, run.Differences.Count);
        var (better, worse) = (
            run.Differences.Values.Count(d => d.Significant && d.Difference > 0),
            run.Differences.Values.Count(d => d.Significant && d.Difference < 0)
        );
        var single =
            (better, worse) == (0, 0)
                ? text.Count(
                    "No single language differs after Holm’s correction for {0} test.",
                    "No single language differs after Holm’s correction for {0} tests.",
                    count
                )
                : text.Count(
                    "After Holm’s correction for {0} test it is better in {1} and worse in {2} of them.",
                    "After Holm’s correction for {0} tests it is better in {1} and worse in {2} of them.",
                    count,
                    better,
                    worse
                );
        var seeds =
            run.Run.Seed == first.Seed
                ? text["Both are single runs: this is about these two models, another seed may differ by more."]
                : text["They have different seeds, so that seed and everything else that differs are one."];
        return run.Overall is { } overall
            ? string.Join(' ', Mean(overall, name, other, count, text), single, seeds)
            : $"{text["“{0}” against “{1}”: {2}", name, other, single]} {seeds}";
    }

    private static string Mean(MeanDifference overall, string name, string other, int count, PageText text)
    {
        var range = text["95 % interval {0} to {1}, {2}", Points(overall.Low), Points(overall.High), P(overall.P)];
        if (overall.P > LanguageDifference.Level)
        {
            return text[
                "No difference in the mean can be concluded between “{0}” and “{1}”: {2} points lie within chance ({3}).",
                name,
                other,
                Points(overall.Difference),
                range
            ];
        }
        var points = Points(Math.Abs(overall.Difference));
        return overall.Difference > 0
            ? text.Count(
                "“{1}” finds {2} points more than “{3}” in the mean of {0} language ({4}).",
                "“{1}” finds {2} points more than “{3}” in the mean of {0} languages ({4}).",
                count,
                name,
                points,
                other,
                range
            )
            : text.Count(
                "“{1}” finds {2} points less than “{3}” in the mean of {0} language ({4}).",
                "“{1}” finds {2} points less than “{3}” in the mean of {0} languages ({4}).",
                count,
                name,
                points,
                other,
                range
            );
    }

    /// <summary>A p-value as it is written in papers.</summary>
    public static string P(double p) => p < 0.001 ? "p < 0.001" : "p = " + p.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Points(double value) => Formats.Fixed(value, 1);
}
