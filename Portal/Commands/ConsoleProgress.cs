using System.Globalization;
using System.Text;
using CllClip.Portal.Layout.Components;

namespace CllClip.Portal.Commands;

/// <summary>A progress bar with the time left on a terminal; a plain line every tenth where the output is redirected. Safe to use from any thread.</summary>
internal sealed class ConsoleProgress(TextWriter output, bool terminal, int width = 80)
{
    private const int Cells = 24;
    private readonly Lock _lock = new();
    private int _tenth = -1;
    private int _drawn;

    /// <summary>On the error stream, so that results on the output stay clean.</summary>
    public static ConsoleProgress OnError() => new(Console.Error, !Console.IsErrorRedirected, Width());

    public void Report(double fraction, string label, double? secondsLeft)
    {
        var percent = string.Create(CultureInfo.InvariantCulture, $"{100 * fraction:0} %");
        var left = secondsLeft is { } s ? $", {Formats.Duration(s)} left" : "";
        lock (_lock)
        {
            if (terminal)
            {
                var full = (int)(Cells * Math.Clamp(fraction, 0, 1));
                Draw($"[{new string('#', full)}{new string('.', Cells - full)}] {percent}{left}  {label}");
            }
            else if ((int)(10 * fraction) is var tenth && tenth != _tenth)
            {
                _tenth = tenth;
                output.WriteLine($"{percent}{left}: {label}");
            }
        }
    }

    /// <summary>A line that stays, above the bar.</summary>
    public void Line(string text)
    {
        lock (_lock)
        {
            Clear();
            output.WriteLine(text);
        }
    }

    /// <summary>Takes the bar away.</summary>
    public void End()
    {
        lock (_lock)
        {
            Clear();
            _tenth = -1;
        }
    }

    private void Draw(string text)
    {
        var line = text.Length >= width ? text[..(width - 1)] : text;
        output.Write(new StringBuilder("\r").Append(line).Append(' ', Math.Max(0, _drawn - line.Length)).ToString());
        _drawn = line.Length;
    }

    private void Clear()
    {
        if (_drawn > 0)
        {
            output.Write("\r" + new string(' ', _drawn) + "\r");
            _drawn = 0;
        }
    }

    private static int Width()
    {
        try
        {
            return Console.IsErrorRedirected || Console.WindowWidth < 20 ? 80 : Console.WindowWidth;
        }
        catch (IOException)
        {
            return 80; // no terminal at all
        }
    }
}
