using System.Diagnostics;
using System.Globalization;
using CllClip.Engine;
using CllClip.Engine.Data.Emoji36;

namespace CllClip.Benchmarks;

/// <summary>Prepares Emoji36 into a folder and says what each phase took: the first start of the portal, without the portal.</summary>
internal sealed class PrepareBenchmark : IBenchmark
{
    private const double TargetSeconds = 25;

    /// <inheritdoc/>
    public string Verb => "prepare";

    /// <inheritdoc/>
    public string Summary => "DIR [node_modules]: prepares Emoji36 into a folder (target: under 25 s on 2 cores, 25 MB, opened in 300 ms)";

    /// <inheritdoc/>
    public int Run(string[] args)
    {
        if (args.Length is 0 or > 2)
        {
            Console.Error.WriteLine($"prepare {Summary}");
            return 2;
        }
        try
        {
            var report = Emoji36Preparation.Prepare(
                args.ElementAtOrDefault(1) ?? "node_modules",
                args[0],
                new Printer(),
                CancellationToken.None
            );
            var watch = Stopwatch.StartNew();
            var data = Emoji36Dataset.Open(args[0]);
            var opened = watch.ElapsedMilliseconds;
            watch.Restart();
            Parallel.For(0, data.ImageCount, image => data.ReadImage(image));
            Line($"revision {report.Revision}; {report.Images:N0} drawings, {report.Bytes / 1e6:F1} MB");
            Line($"prepared in {report.Seconds:F1} s, opened in {opened} ms, all pixels read in {watch.Elapsed.TotalSeconds:F1} s");
            foreach (var missing in report.Missing)
            {
                Line($"missing: {missing}");
            }
            return report.Seconds < TargetSeconds && report.Bytes < 25e6 && opened < 300 ? 0 : 1;
        }
        catch (EngineException error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private sealed class Printer : IProgress<PreparationProgress>
    {
        private readonly Stopwatch watch = Stopwatch.StartNew();
        private readonly TimeSpan processorAtStart = Environment.CpuUsage.TotalTime;
        private int tenth = -1;

        public void Report(PreparationProgress value)
        {
            if ((int)(value.Fraction * 10) > tenth || value.Fraction > 0.96)
            {
                tenth = (int)(value.Fraction * 10);
                Line(
                    $"{watch.Elapsed.TotalSeconds, 6:F1} s (processor {(Environment.CpuUsage.TotalTime - processorAtStart).TotalSeconds, 5:F1} s) {value.Fraction, 4:P0} {value.Phase}; {value.SecondsLeft:F0} s left"
                );
            }
        }
    }
}
