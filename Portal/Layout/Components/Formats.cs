using System.Globalization;
using System.Text.Json;
using CllClip.Portal.Localization;

namespace CllClip.Portal.Layout.Components;

/// <summary>How numbers and times are written on pages.</summary>
public static class Formats
{
    /// <summary>A percentage with one decimal and no sign; a dash where there is none.</summary>
    public static string Percent(double? value) => value is { } v && double.IsFinite(v) ? Fixed(v, 1) : "–";

    /// <summary>A number with so many decimals; never "-0.0".</summary>
    public static string Fixed(double value, int decimals)
    {
        var text = value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return text.StartsWith('-') && text.AsSpan(1).IndexOfAnyExcept("0.") < 0 ? text[1..] : text.Replace('-', '−');
    }

    /// <summary>A length of time: <c>45 s</c>, <c>3 min 20 s</c>, <c>2 h 5 min</c>, <c>3 d 4 h</c>.</summary>
    public static string Duration(double? seconds)
    {
        if (seconds is not { } s || !double.IsFinite(s) || s < 0)
        {
            return "–";
        }
        var whole = (long)Math.Round(s);
        return whole switch
        {
            0 => s == 0 ? "0 s" : "< 1 s",
            < 60 => $"{whole} s",
            < 3600 => whole % 60 == 0 || whole >= 600 ? $"{whole / 60} min" : $"{whole / 60} min {whole % 60} s",
            < 86400 => $"{whole / 3600} h {whole % 3600 / 60} min",
            _ => $"{whole / 86400} d {whole % 86400 / 3600} h",
        };
    }

    /// <summary>A size: <c>812 MB</c>, <c>1.4 GB</c> (powers of 1000).</summary>
    public static string Bytes(double? bytes)
    {
        if (bytes is not { } b || !double.IsFinite(b) || b < 0)
        {
            return "–";
        }
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        var unit = 0;
        while (b >= 1000 && unit < units.Length - 1)
        {
            b /= 1000;
            unit++;
        }
        return Fixed(b, b < 10 && unit > 0 ? 1 : 0) + " " + units[unit];
    }

    /// <summary>A count with thin spaces between thousands: <c>12 345</c>.</summary>
    public static string Count(long value) => value.ToString("#,0", Spaced);

    /// <summary>A number of any size, short: whole numbers in full up to a million, else up to four significant digits; <c>5e-5</c> for the very small.</summary>
    public static string Short(double value) =>
        value == Math.Round(value) && Math.Abs(value) < 1e6 ? Count((long)value)
        : Math.Abs(value) is >= 1e-3 and < 1e6 ? value.ToString(Math.Abs(value) < 1e4 ? "G4" : "F0", CultureInfo.InvariantCulture)
        : value.ToString("0.###e+0", CultureInfo.InvariantCulture).Replace("e+", "e", StringComparison.Ordinal);

    /// <summary>The value of an option: <c>on</c> and <c>off</c> for switches.</summary>
    public static string Option(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.True => "on",
            JsonValueKind.False => "off",
            _ => value.GetRawText(),
        };

    /// <summary>Time since, in words.</summary>
    public static string Ago(PageText text, DateTime utc, DateTime now)
    {
        ArgumentNullException.ThrowIfNull(text);
        return (now - utc).TotalSeconds switch
        {
            < 10 => text["just now"],
            < 60 and var s => text["{0} ago", $"{(long)s} s"],
            < 3600 and var s => text["{0} ago", $"{(long)s / 60} min"],
            < 86400 * 30 and var s => text["{0} ago", Duration(Math.Floor(s / 60) * 60)],
            _ => utc.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        };
    }

    private static readonly NumberFormatInfo Spaced = new() { NumberGroupSeparator = "\u202F", NumberGroupSizes = [3] };
}
