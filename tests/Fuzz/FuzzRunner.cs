using System.Diagnostics;

namespace CllClip.Fuzz;

/// <summary>What a case did that it must not.</summary>
/// <param name="Case">Number of the case, or name of the kept seed.</param>
/// <param name="Input">What was read.</param>
/// <param name="What">What went wrong.</param>
internal sealed record FuzzFailure(string Case, FuzzInput Input, string What);

/// <summary>Runs cases of a target one after the other on a thread of its own and watches over it: exceptions, time, memory.</summary>
internal sealed class FuzzRunner(IFuzzTarget target, TimeSpan longest) : IDisposable
{
    private const int CasesBetweenChecks = 500;
    private readonly FuzzTally _tally = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private (string Name, FuzzInput Input, long Began)? _current;
    private readonly List<FuzzFailure> _failures = [];
    private readonly HashSet<string> _known = [];

    /// <summary>Told the number of every case before it is run, so that it is known even if the process ends with it.</summary>
    public Action<int>? Begins { get; init; }

    /// <summary>Failures after which it ends; those alike count once.</summary>
    public int MostFailures { get; init; } = 1;

    /// <summary>What came of the cases.</summary>
    public FuzzTally Tally => _tally;

    /// <summary>Runs every kept seed and every sample, then cases from a number on while they are wanted.</summary>
    /// <param name="first">Number of the first case.</param>
    /// <param name="more">Whether another is wanted, after so many.</param>
    /// <returns>The failures; a case without end is the last.</returns>
    public IReadOnlyList<FuzzFailure> Run(int first, Func<int, bool> more)
    {
        var worker = new Thread(() => Work(first, more)) { IsBackground = true, Name = $"fuzz {target.Name}" };
        worker.Start();
        while (!worker.Join(TimeSpan.FromMilliseconds(100)))
        {
            lock (_gate)
            {
                if (_current is { } running && Stopwatch.GetElapsedTime(running.Began) > longest)
                {
                    _stop.Cancel(); // the thread cannot be ended; it goes with the process
                    return [.. _failures, new FuzzFailure(running.Name, running.Input, $"took longer than {longest.TotalSeconds:0} s")];
                }
            }
        }
        return _failures;
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private void Work(int first, Func<int, bool> more)
    {
        var cases = new FuzzCases(target);
        foreach (var (name, input) in FuzzCases.Kept(target.Name))
        {
            if (!One(name, input))
            {
                return;
            }
        }
        foreach (var (sample, i) in target.Samples.Select((s, i) => (s, i)))
        {
            if (!One($"sample {i}", sample))
            {
                return;
            }
        }
        for (var done = 0; more(done) && !_stop.IsCancellationRequested; done++)
        {
            var number = unchecked(first + done);
            Begins?.Invoke(number);
            if (!One($"{number}", cases.Of(number)))
            {
                return;
            }
        }
        Checked("the end", new FuzzInput("", []));
    }

    private bool One(string name, FuzzInput input)
    {
        var began = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            _current = (name, input, began);
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var refusal = target.Read(input);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            _tally.Add(name, input.Kind, refusal, Stopwatch.GetElapsedTime(began), allocated);
            if (target.MostAllocated > 0 && allocated > target.MostAllocated)
            {
                throw new FuzzFault($"allocated {allocated:N0} bytes, more than {target.MostAllocated:N0}");
            }
        }
        catch (Exception error)
        {
            return Goes(name, input, error);
        }
        finally
        {
            lock (_gate)
            {
                _current = null;
            }
        }
        return _tally.Cases % CasesBetweenChecks != 0 || Checked(name, input);
    }

    private bool Checked(string name, FuzzInput input)
    {
        try
        {
            target.Check();
            return true;
        }
        catch (Exception error)
        {
            return Goes(name + " or one before", input, error);
        }
    }

    /// <summary>Notes a failure.</summary>
    /// <returns>Whether to go on.</returns>
    private bool Goes(string name, FuzzInput input, Exception error)
    {
        var trace =
            $"{error.GetType()} {error.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("CllClip", StringComparison.Ordinal))}";
        if (_known.Add(trace))
        {
            _failures.Add(new FuzzFailure(name, input, $"{error}"));
        }
        return _failures.Count < MostFailures;
    }
}
