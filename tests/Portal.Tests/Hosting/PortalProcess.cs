using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace CllClip.Portal.Tests.Hosting;

/// <summary>The built program as a process of its own.</summary>
internal sealed partial class PortalProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PortalProcess(string dataRoot, string[] args, Dictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(Program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(), // the program must find its files from anywhere
        };
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }
        start.ArgumentList.Add($"--CllClip:DataRoot={dataRoot}");
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Take(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Take(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static string Program =>
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "CllClip.Portal.exe" : "CllClip.Portal");

    /// <summary>Processor time that it has used, all threads together: what a start costs, whatever else the machine does.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Processor time that threads have used whose names begin so (they live on), and that of all others, ended ones among them. On Linux only.</summary>
    public (TimeSpan Named, TimeSpan Others) ProcessorTimes(string name)
    {
        var all = TimeOf($"/proc/{_process.Id}/stat").Time;
        var named = TimeSpan.Zero;
        foreach (var thread in Directory.EnumerateDirectories($"/proc/{_process.Id}/task"))
        {
            try
            {
                var (called, time) = TimeOf(Path.Combine(thread, "stat"));
                named += called.StartsWith(name, StringComparison.Ordinal) ? time : TimeSpan.Zero;
            }
            catch (IOException)
            {
                // it ended just now
            }
        }
        return (named, all - named);
    }

    /// <summary>"ID (NAME) STATE …": user and system time are the 14th and 15th, in hundredths of a second.</summary>
    private static (string Name, TimeSpan Time) TimeOf(string path)
    {
        var text = File.ReadAllText(path);
        var end = text.LastIndexOf(')');
        var fields = text[(end + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return (text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..end], TimeSpan.FromSeconds(ticks / 100.0));
    }

    /// <summary>Memory that it holds, native and managed together.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public int ExitCode => _process.ExitCode;

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    /// <summary>The portal on a free port.</summary>
    public static PortalProcess Portal(string dataRoot, params string[] args) =>
        new(dataRoot, args.Any(a => a == "--urls") ? args : ["--urls", "http://127.0.0.1:0", .. args], null);

    public static PortalProcess Command(string dataRoot, params string[] args) => new(dataRoot, args, null);

    public static PortalProcess Command(string dataRoot, Dictionary<string, string> environment, params string[] args) =>
        new(dataRoot, args, environment);

    /// <summary>The address, once the portal answers.</summary>
    public async Task<Uri> AddressAsync()
    {
        var ended = _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var first = await Task.WhenAny(_address.Task, ended, Task.Delay(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken));
        Assert.True(first == _address.Task, $"The portal did not start.\n{Output}\n{Errors}");
        return await _address.Task;
    }

    public async Task<int> EndAsync(int seconds = 120)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        await _process.WaitForExitAsync(limit.Token);
        _process.WaitForExit(); // the readers, too
        return _process.ExitCode;
    }

    /// <summary>SIGKILL: no handler runs.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>What Ctrl+C sends.</summary>
    public void Interrupt() => Signal("INT");

    /// <summary>What service managers send.</summary>
    public void Terminate() => Signal("TERM");

    public bool HasExited => _process.HasExited;

    private void Signal(string name) => Process.Start("kill", [$"-{name}", $"{_process.Id}"]).WaitForExit();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }
        _process.Dispose();
    }

    private void Take(StringBuilder into, string? line)
    {
        if (line is null)
        {
            return;
        }
        lock (into)
        {
            into.AppendLine(line);
        }
        if (Announced().Match(line) is { Success: true } match)
        {
            _address.TrySetResult(new Uri(match.Groups[1].Value));
        }
    }

    private static string Text(StringBuilder from)
    {
        lock (from)
        {
            return from.ToString();
        }
    }

    [GeneratedRegex(@"^CLL-CLIP is at (\S+)")]
    private static partial Regex Announced();
}
