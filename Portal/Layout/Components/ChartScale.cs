using System.Globalization;

namespace CllClip.Portal.Layout.Components;

/// <summary>A named line of a <see cref="LineChart"/>.</summary>
/// <param name="Name">Shown in the legend.</param>
/// <param name="Points">From left to right.</param>
/// <param name="Language">Language code, where the name is a language.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points, string? Language = null)
{
    /// <summary>Its column in saved tables: the name that it was made with, also where another language’s is shown.</summary>
    public string Column { get; init; } = Name;
}

/// <summary>A point of a line.</summary>
public readonly record struct ChartPoint(double X, double Y);

/// <summary>Maps values to pixels of a chart and chooses round tick marks.</summary>
/// <param name="Low">Smallest value shown.</param>
/// <param name="High">Largest value shown.</param>
/// <param name="From">Pixel of <paramref name="Low"/>.</param>
/// <param name="To">Pixel of <paramref name="High"/>.</param>
/// <param name="Ticks">Values of the tick marks.</param>
public sealed record ChartScale(double Low, double High, double From, double To, IReadOnlyList<double> Ticks)
{
    /// <summary>A scale whose ends are round numbers around the values.</summary>
    public static ChartScale Round(double low, double high, double from, double to, int ticks = 5)
    {
        if (!(high > low))
        {
            (low, high) = (low - (low == 0 ? 0 : Math.Abs(low) / 2), low + (low == 0 ? 1 : Math.Abs(low) / 2));
        }
        var step = RoundStep((high - low) / ticks);
        var first = Math.Floor(low / step + 1e-9) * step;
        var last = Math.Ceiling(high / step - 1e-9) * step;
        var marks = new List<double>();
        for (var i = 0; first + i * step <= last + step / 2; i++)
        {
            marks.Add(first + i * step);
        }
        return new ChartScale(first, last, from, to, marks);
    }

    /// <summary>A scale that ends exactly at the values, with whole or round tick marks between.</summary>
    public static ChartScale Exact(double low, double high, double from, double to, int ticks = 8, bool whole = false)
    {
        if (!(high > low))
        {
            high = low + 1;
        }
        var step = RoundStep((high - low) / ticks);
        if (whole)
        {
            step = Math.Max(1, Math.Round(step));
        }
        var marks = new List<double>();
        for (var mark = Math.Ceiling(low / step) * step; mark <= high + step * 1e-6; mark += step)
        {
            marks.Add(mark);
        }
        return new ChartScale(low, high, from, to, marks);
    }

    /// <summary>The pixel of a value.</summary>
    public double At(double value) => From + (value - Low) / (High - Low) * (To - From);

    /// <summary>The pixel of a value as SVG text.</summary>
    public string Px(double value) => Svg(At(value));

    /// <summary>A number as SVG text.</summary>
    public static string Svg(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>At most so many points, ends kept, evenly spread: enough for a line of a few hundred pixels.</summary>
    public static IReadOnlyList<ChartPoint> Thin(IReadOnlyList<ChartPoint> points, int most)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count <= most)
        {
            return points;
        }
        var thin = new ChartPoint[most];
        for (var i = 0; i < most; i++)
        {
            thin[i] = points[(int)((long)i * (points.Count - 1) / (most - 1))];
        }
        return thin;
    }

    /// <summary>The points of a window and one neighbour on each side, so that a line leaves the window instead of ending in it.</summary>
    /// <param name="points">From left to right.</param>
    /// <param name="from">Left end of the window.</param>
    /// <param name="to">Right end of the window.</param>
    public static IReadOnlyList<ChartPoint> Within(IReadOnlyList<ChartPoint> points, double from, double to)
    {
        ArgumentNullException.ThrowIfNull(points);
        var first = 0;
        while (first + 1 < points.Count && points[first + 1].X < from)
        {
            first++;
        }
        var last = points.Count - 1;
        while (last > 0 && points[last - 1].X > to)
        {
            last--;
        }
        return first == 0 && last == points.Count - 1 ? points : [.. points.Skip(first).Take(last - first + 1)];
    }

    private static double RoundStep(double raw)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        return (raw / power) switch
            {
                <= 1 => 1,
                <= 2 => 2,
                <= 2.5 => 2.5,
                <= 5 => 5,
                _ => 10,
            } * power;
    }
}
