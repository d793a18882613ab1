using System.Diagnostics;
using System.Text;
using CllClip.Engine;

namespace CllClip.Portal.Commands;

/// <summary>One process of this program, to be waited for or killed.</summary>
internal sealed class Life : IDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly long _began = Stopwatch.GetTimestamp();

    private Life(Process process) => _process = process;

    /// <summary>What it wrote; whole after <see cref="EndAsync"/>.</summary>
    public string Output => _output.ToString();

    /// <summary>Whether it has ended by itself.</summary>
    public bool Ended => _process.HasExited;

    /// <param name="dataRoot">Its data root.</param>
    /// <param name="args">Its arguments.</param>
    public static Life Begin(string dataRoot, IReadOnlyList<string> args)
    {
        var program =
            Environment.ProcessPath ?? throw new EngineException("This program does not know its own path and cannot start itself.");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(Life).Assembly.Location);
        }
        foreach (var arg in args.Append($"--CllClip:DataRoot={dataRoot}"))
        {
            start.ArgumentList.Add(arg);
        }
        var life = new Life(new Process { StartInfo = start });
        life._process.OutputDataReceived += (_, line) => life._output.AppendLine(line.Data);
        life._process.ErrorDataReceived += (_, line) => life._errors.AppendLine(line.Data);
        life._process.Start();
        life._process.BeginOutputReadLine();
        life._process.BeginErrorReadLine();
        return life;
    }

    /// <summary>Waits until something holds.</summary>
    /// <returns>Time since the start.</returns>
    /// <exception cref="EngineException">The process ended with an error before.</exception>
    public async Task<TimeSpan> UntilAsync(Func<bool> holds)
    {
        while (!holds() && !Ended)
        {
            await Task.Delay(Glance);
        }
        return Ended ? await EndAsync() : Stopwatch.GetElapsedTime(_began);
    }

    /// <summary>Waits so long, or until the process ends.</summary>
    public async Task WaitAsync(TimeSpan time)
    {
        for (var began = Stopwatch.GetTimestamp(); !Ended && Stopwatch.GetElapsedTime(began) is var gone && gone < time; )
        {
            await Task.Delay(time - gone < Glance ? time - gone : Glance);
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>How long it lived.</returns>
    /// <exception cref="EngineException">It ended with an error.</exception>
    public async Task<TimeSpan> EndAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode == 0
            ? Stopwatch.GetElapsedTime(_began)
            : throw new EngineException($"A process of the proof ended with exit code {_process.ExitCode}: {_errors.ToString().Trim()}");
    }

    /// <summary>Kills it at once; nothing of it runs any more (SIGKILL).</summary>
    /// <returns>How long it lived.</returns>
    public TimeSpan Kill()
    {
        var lived = Stopwatch.GetElapsedTime(_began);
        _process.Kill();
        _process.WaitForExit();
        return lived;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }
        _process.Dispose();
    }
}
