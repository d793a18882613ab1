using System.Globalization;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Compare;

/// <summary>Says in plain words what may be concluded from a comparison.</summary>
internal static class Conclusions
{
    /// <summary>One or two sentences on a run held against the first one.</summary>
    public static string Of(ComparedRun run, RunView first)
    {
        var count = run.Differences.Count;
        var (better, worse) = (
            run.Differences.Values.Count(d => d.Significant && d.Difference > 0),
            run.Differences.Values.Count(d => d.Significant && d.Difference < 0)
        );
        var (name, other) = ($"“{run.Run.Name}”", $"“{first.Name}”");
        var mean =
            run.Overall is not { } overall ? $"{name} against {other}: "
            : overall.P > LanguageDifference.Level
                ? $"No difference in the mean can be concluded between {name} and {other}: {Points(overall.Difference)} points lie within chance ({Range(overall)}). "
            : $"{name} finds {Points(Math.Abs(overall.Difference))} points {(overall.Difference > 0 ? "more" : "less")} than {other} in the mean of {Number(count, "language")} ({Range(overall)}). ";
        var single =
            (better, worse) == (0, 0)
                ? $"No single language differs after Holm’s correction for {Number(count, "test")}."
                : $"After Holm’s correction for {Number(count, "test")} it is better in {better} and worse in {worse} of them.";
        var seeds =
            run.Run.Seed == first.Seed
                ? " Both are single runs: this is about these two models, another seed may differ by more."
                : " They have different seeds, so that seed and everything else that differs are one.";
        return mean + single + seeds;
    }

    private static string Range(MeanDifference difference) =>
        $"95 % interval {Points(difference.Low)} to {Points(difference.High)}, {P(difference.P)}";

    /// <summary>A p-value as it is written in papers.</summary>
    public static string P(double p) => p < 0.001 ? "p < 0.001" : "p = " + p.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Points(double value) => Formats.Fixed(value, 1);

    private static string Number(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
