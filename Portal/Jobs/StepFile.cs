using System.Globalization;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Jobs;

/// <summary>
/// The training steps of a run as CSV in the run's own folder: about a hundred lines a task, written as they come. What was cut off in the middle of a line
/// by a killed process is left out; a task that is trained again replaces its lines.
/// </summary>
internal sealed class StepFile : IDisposable
{
    private const int SamplesPerTask = 100;
    private const int FixedColumns = 7;

    private static readonly string[] Terms =
    [
        "total",
        "crosslingual",
        "crossmodal",
        "replay",
        "penalty",
        "tau",
        "gradNorm",
        "learningRate",
    ];

    private static readonly string Header = "at,stage,language,epoch,step,steps,pairsPerSecond," + string.Join(',', Terms);

    private readonly TimeProvider _time;
    private readonly Action<string> _refused;
    private readonly Dictionary<string, (double Sum, int Count)> _sums = [];
    private readonly string _path;
    private List<StepSample> _kept = []; // until the first step says where the training goes on
    private StreamWriter? _writer;

    /// <param name="path">The file; made where it is not there.</param>
    /// <param name="finishedStages">Tasks that will not be trained again: their lines stay. Those of the next stay up to the step that it goes on from.</param>
    /// <param name="time">Clock.</param>
    /// <param name="refused">Told once why the file cannot be written; the training goes on without it.</param>
    public StepFile(string path, int finishedStages, TimeProvider time, Action<string> refused)
    {
        (_path, _time, _refused) = (path, time, refused);
        Try(() =>
        {
            _kept = [.. Read(path).Where(s => s.Stage <= finishedStages + 1)];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Rewrite();
        });
    }

    /// <summary>Takes in one step; writes a line when enough have come together or the task ends.</summary>
    public void Add(RunProgress progress, IReadOnlyDictionary<string, double> losses)
    {
        if (_writer is null || losses.Count == 0)
        {
            return;
        }
        GoOnFrom(progress);
        foreach (var (name, value) in losses)
        {
            var (sum, count) = _sums.GetValueOrDefault(name);
            _sums[name] = (sum + value, count + 1);
        }
        if (progress.Step % Math.Max(1, progress.Steps / SamplesPerTask) != 0 && progress.Step < progress.Steps)
        {
            return;
        }
        var sample = new StepSample(
            progress.Stage,
            progress.Language,
            progress.Epoch,
            progress.Step,
            progress.Steps,
            progress.PairsPerSecond,
            _time.GetUtcNow().UtcDateTime,
            _sums.ToDictionary(s => s.Key, s => s.Value.Sum / s.Value.Count)
        );
        _sums.Clear();
        Try(() => _writer!.WriteLine(Line(sample)));
    }

    public void Dispose()
    {
        try
        {
            _writer?.Dispose();
        }
        catch (IOException)
        {
            // A full disk: what could be written was.
        }
    }

    /// <summary>The samples in order; none where there is no file.</summary>
    public static IEnumerable<StepSample> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        var samples = new List<StepSample>();
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            if (Parse(line) is { } sample)
            {
                samples.Add(sample);
            }
        }
        return samples;
    }

    /// <summary>The samples as tidy CSV, the columns of the file.</summary>
    public static string ToCsv(IEnumerable<StepSample> samples) =>
        string.Concat(samples.Select(Line).Prepend(Header).Select(l => l + "\n"));

    // Lines of steps that are made again would stand there twice.
    private void GoOnFrom(RunProgress first)
    {
        if (_kept.Count == 0)
        {
            return;
        }
        if (_kept.RemoveAll(s => s.Stage > first.Stage || (s.Stage == first.Stage && s.Step >= first.Step)) > 0)
        {
            Try(Rewrite);
        }
        _kept = [];
    }

    // Aside and renamed: a process killed meanwhile leaves the old file.
    private void Rewrite()
    {
        _writer?.Dispose();
        var aside = _path + ".tmp";
        File.WriteAllText(aside, ToCsv(_kept));
        File.Move(aside, _path, overwrite: true);
        _writer = new StreamWriter(_path, append: true) { AutoFlush = true, NewLine = "\n" };
    }

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _writer = null;
            _refused($"The curves of the training steps are not kept: {e.Message} The training goes on.");
        }
    }

    private static string Line(StepSample s) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{s.At:O},{s.Stage},{s.Language},{s.Epoch},{s.Step},{s.Steps},{s.PairsPerSecond:R},{string.Join(',', Terms.Select(t => s.Terms.TryGetValue(t, out var v) ? v.ToString("R", CultureInfo.InvariantCulture) : ""))}"
        );

    private static StepSample? Parse(string line)
    {
        var c = line.Split(',');
        if (
            c.Length != FixedColumns + Terms.Length
            || !DateTime.TryParse(c[0], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at)
            || !(Whole(c[1]) is { } stage && Whole(c[3]) is { } epoch && Whole(c[4]) is { } step && Whole(c[5]) is { } steps)
            || Number(c[6]) is not { } speed
        )
        {
            return null;
        }
        var terms = new Dictionary<string, double>();
        for (var i = 0; i < Terms.Length; i++)
        {
            if (Number(c[FixedColumns + i]) is { } value)
            {
                terms[Terms[i]] = value;
            }
        }
        return new StepSample(stage, c[2], epoch, step, steps, speed, at, terms);
    }

    private static int? Whole(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
