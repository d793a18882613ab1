namespace CllClip.Engine.Data.Corpora;

/// <summary>Everything that a check found, not the first thing alone. Safe to add to from several threads.</summary>
public sealed class CorpusReport
{
    /// <summary>Findings of one file and kind that are kept; of further ones only the number is.</summary>
    public const int MostPerKind = 1_000;

    private readonly Lock _lock = new();
    private readonly List<CorpusFinding> _findings = [];
    private readonly Dictionary<(string File, string Kind), int> _counts = [];
    private readonly bool _silent;
    private int _errors;
    private int _warnings;

    /// <summary>An empty report.</summary>
    public CorpusReport() { }

    private CorpusReport(bool silent) => _silent = silent;

    /// <summary>Takes no note: for reading again what was checked before.</summary>
    internal static CorpusReport Silent() => new(true);

    /// <summary>Number of errors, those included of which only the number is kept.</summary>
    public int Errors => _errors;

    /// <summary>Number of warnings, likewise.</summary>
    public int Warnings => _warnings;

    /// <summary>The findings, by file and line.</summary>
    public IReadOnlyList<CorpusFinding> Findings
    {
        get
        {
            lock (_lock)
            {
                var more = _counts
                    .Where(c => c.Value > MostPerKind)
                    .Select(c => new CorpusFinding(
                        FindingSeverity.Note,
                        c.Key.File,
                        null,
                        $"{c.Value - MostPerKind} more lines like the {MostPerKind} above ({c.Key.Kind}).",
                        "Mend those and check again."
                    ));
                return
                [
                    .. _findings.OrderBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line ?? 0).ThenByDescending(f => f.Severity),
                    .. more,
                ];
            }
        }
    }

    /// <summary>Adds a finding.</summary>
    /// <param name="severity">How grave it is.</param>
    /// <param name="file">The file.</param>
    /// <param name="line">Line from 1, or null.</param>
    /// <param name="kind">What findings of the same kind share, a few words.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="remedy">What to do about it.</param>
    public void Add(FindingSeverity severity, string file, int? line, string kind, string message, string remedy)
    {
        if (_silent)
        {
            return;
        }
        lock (_lock)
        {
            _errors += severity == FindingSeverity.Error ? 1 : 0;
            _warnings += severity == FindingSeverity.Warning ? 1 : 0;
            var count = _counts[(file, kind)] = _counts.GetValueOrDefault((file, kind)) + 1;
            if (count <= MostPerKind)
            {
                _findings.Add(new CorpusFinding(severity, file, line, message, remedy));
            }
        }
    }

    internal void Error(string file, int? line, string kind, string message, string remedy) =>
        Add(FindingSeverity.Error, file, line, kind, message, remedy);

    internal void Warning(string file, int? line, string kind, string message, string remedy) =>
        Add(FindingSeverity.Warning, file, line, kind, message, remedy);

    internal void Note(string file, int? line, string kind, string message, string remedy) =>
        Add(FindingSeverity.Note, file, line, kind, message, remedy);
}
