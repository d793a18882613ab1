using System.Diagnostics;
using CllClip.Portal.Commands;
using CllClip.Portal.Layout.Components;

namespace CllClip.Portal.Hosting;

/// <summary>Shows the preparation on the console; one that takes less than a moment says nothing.</summary>
internal sealed class PreparationConsole : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1.5);
    private readonly IEngineHost _engine;
    private readonly ConsoleProgress _console;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private bool _shown;

    public PreparationConsole(IEngineHost engine, ConsoleProgress console)
    {
        (_engine, _console) = (engine, console);
        engine.PreparationChanged += Show;
    }

    public void Dispose() => _engine.PreparationChanged -= Show;

    private void Show()
    {
        var status = _engine.Preparation;
        if (status.Ready || status.Error is not null)
        {
            _console.End();
            if (_shown && status.Ready)
            {
                _console.Line($"Emoji36 is ready ({Formats.Duration(_watch.Elapsed.TotalSeconds)}).");
            }
        }
        else if (_watch.Elapsed > Moment)
        {
            _shown = true;
            _console.Report(status.Fraction, status.Phase, status.SecondsLeft);
        }
    }
}
