using System.Globalization;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Compare;

/// <summary>Says in plain words what may be concluded from a comparison.</summary>
internal static class Conclusions
{
    /// <summary>A few sentences on a run held against the first one; what forbids reading them as a comparison of methods comes first.</summary>
    public static string Of(ComparedRun run, ComparedRun reference, PageText text)
    {
        var first = reference.Run;
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
        IEnumerable<string> found = run.Overall is { } overall
            ? [Mean(overall, name, other, count, text), single]
            : [text["“{0}” against “{1}”: {2}", name, other, single]];
        return string.Join(' ', [.. Before(run, text), .. Early(run, reference, text), .. found, seeds]);
    }

    /// <summary>What to know before any figure of a run that is not like the first one.</summary>
    public static IEnumerable<string> Before(ComparedRun run, PageText text) =>
        run.LikeForLike ? [] : [text["Not like for like, so that the difference is not that of the methods alone."], .. run.Unlike];

    /// <summary>That two runs are not taken at their ends.</summary>
    private static IEnumerable<string> Early(ComparedRun run, ComparedRun reference, PageText text)
    {
        if (run.Stage < run.Stages || reference.Stage < reference.Stages)
        {
            yield return text[
                "“{0}” is taken after {1} of its {2} tasks, “{3}” after {4} of {5}.",
                run.Run.Name,
                run.Stage,
                run.Stages,
                reference.Run.Name,
                reference.Stage,
                reference.Stages
            ];
        }
    }

    private static string Mean(MeanDifference overall, string name, string other, int count, PageText text)
    {
        var range =
            overall.Tests == 1
                ? text["95 % interval {0} to {1}, {2}", Points(overall.Low), Points(overall.High), P(overall.P)]
                : text.Count(
                    "95 % interval {1} to {2}, {3} after Holm’s correction for {0} run",
                    "95 % interval {1} to {2}, {3} after Holm’s correction for {0} runs",
                    overall.Tests,
                    Points(overall.Low),
                    Points(overall.High),
                    P(overall.HolmP)
                );
        if (overall.HolmP > LanguageDifference.Level)
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
