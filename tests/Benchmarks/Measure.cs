using System.Diagnostics;
using System.Globalization;

namespace CllClip.Benchmarks;

/// <summary>What the benchmarks share: time of an action, medians, peak memory, lines that read the same everywhere.</summary>
internal static class Measure
{
    /// <summary>Milliseconds that an action takes.</summary>
    public static double Time(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalMilliseconds;
    }

    /// <summary>Milliseconds of processor time that an action takes, all threads of the process together.</summary>
    public static double ProcessorTime(Action action)
    {
        var before = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
    }

    /// <summary>The middle value.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>Times several actions in turn, A B C A B C …, so that a busy spell of the machine meets all of them; the first rounds are not counted.</summary>
    /// <returns>For each action the times of its rounds.</returns>
    public static double[][] InTurn(int rounds, int warmup, params Action[] actions) => InTurn(Time, rounds, warmup, actions);

    /// <summary>The same with another clock.</summary>
    public static double[][] InTurn(Func<Action, double> clock, int rounds, int warmup, params Action[] actions)
    {
        var times = actions.Select(_ => new double[rounds]).ToArray();
        for (var round = -warmup; round < rounds; round++)
        {
            for (var a = 0; a < actions.Length; a++)
            {
                var time = clock(actions[a]);
                if (round >= 0)
                {
                    times[a][round] = time;
                }
            }
        }
        return times;
    }

    /// <summary>Median over the rounds of one side's time over the other's in the same round.</summary>
    public static double Ratio(double[] times, double[] over) => Median(times.Zip(over, (a, b) => a / b));

    /// <summary>From here on the process's peak is counted anew; on Linux alone, and only where the system lets it.</summary>
    public static void ForgetPeak()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the figures are then upper bounds
        }
    }

    /// <summary>Most memory the process had at once since <see cref="ForgetPeak"/>, MB.</summary>
    public static double PeakMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        process.Refresh();
        return process.PeakWorkingSet64 / 1e6;
    }

    /// <summary>Prints a line; numbers with a point.</summary>
    public static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>A whole number among the arguments, or what it is without.</summary>
    public static int Whole(string[] args, int place, int otherwise) =>
        args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : otherwise;
}
