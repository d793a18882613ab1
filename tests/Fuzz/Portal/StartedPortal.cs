using System.Diagnostics;

namespace CllClip.Fuzz.Portal;

/// <summary>The built portal as a process of its own, on a data root of its own, to be asked by <see cref="ApiTarget"/>.</summary>
internal sealed class StartedPortal
{
    private const string Announced = "CLL-CLIP is at ";
    private readonly Process _process;
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("cllclip-fuzz-portal-");

    public StartedPortal()
    {
        var start = new ProcessStartInfo(Program()) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (
            var arg in new[]
            {
                "--urls",
                "http://127.0.0.1:0",
                $"--CllClip:DataRoot={_root.FullName}",
                "--Logging:LogLevel:Default=Warning",
            }
        )
        {
            start.ArgumentList.Add(arg);
        }
        _process = Process.Start(start)!;
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith(Announced, StringComparison.Ordinal) == true)
            {
                address.TrySetResult(new Uri(line.Data[Announced.Length..].Split(' ')[0]));
            }
        };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (!address.Task.Wait(TimeSpan.FromSeconds(120)))
        {
            End();
            throw new FuzzFault("the portal did not start");
        }
        Target = new Owned(new ApiTarget(address.Task.Result, WorkingSet), this);
    }

    /// <summary>What asks it; the portal ends with it.</summary>
    public IFuzzTarget Target { get; }

    private long WorkingSet()
    {
        _process.Refresh();
        return _process.HasExited ? throw new FuzzFault("the portal's process has ended") : _process.WorkingSet64;
    }

    private void End()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
        _root.Delete(recursive: true);
    }

    /// <summary>The program built beside this one, in the same configuration.</summary>
    private static string Program()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory); // ROOT/tests/Benchmarks/bin/CONFIGURATION/net10.0/linux-x64
        var below = Path.GetRelativePath(Path.Combine(own.FullName, "../../.."), own.FullName);
        return Path.GetFullPath(Path.Combine(own.FullName, "../../../../../../Portal/bin", below, "CllClip.Portal"));
    }

    /// <summary>The target with the portal's life.</summary>
    private sealed class Owned(ApiTarget inner, StartedPortal portal) : IFuzzTarget
    {
        public string Name => inner.Name;

        public IReadOnlyList<FuzzInput> Samples => inner.Samples;

        public IReadOnlyList<string> Words => inner.Words;

        public long MostAllocated => inner.MostAllocated;

        public long MemoryElsewhere => inner.MemoryElsewhere;

        public string? Read(FuzzInput input) => inner.Read(input);

        public void Check() => inner.Check();

        public void Dispose()
        {
            inner.Dispose();
            portal.End();
        }
    }
}
