namespace CllClip.Portal.Telemetry;

/// <summary>A warning or error of the log.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="Level"><c>warning</c>, <c>error</c> or <c>critical</c>.</param>
/// <param name="Category">Part of the program that said it.</param>
/// <param name="RunId">The run that it is about; null if about none.</param>
/// <param name="Message">What it says.</param>
/// <param name="Error">The error with where it came from; null without one.</param>
public sealed record LogEntry(DateTime At, string Level, string Category, string? RunId, string Message, string? Error);

/// <summary>The last warnings and errors of the log, in memory and without what looks like a secret. Safe to use from any thread.</summary>
public sealed class LogRing : ILoggerProvider, ISupportExternalScope
{
    /// <summary>Entries that are kept.</summary>
    public const int Length = 500;

    private const int LongestMessage = 2_000;
    private const int LongestError = 6_000;
    private readonly Queue<LogEntry> _entries = new(Length);
    private readonly Lock _lock = new();
    private IExternalScopeProvider? _scopes;

    /// <summary>The entries, the oldest first.</summary>
    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose() { }

    private void Add(LogEntry entry)
    {
        lock (_lock)
        {
            if (_entries.Count == Length)
            {
                _entries.Dequeue();
            }
            _entries.Enqueue(entry);
        }
    }

    private string? RunId()
    {
        string? found = null;
        _scopes?.ForEachScope(
            (scope, _) =>
            {
                if (scope is IEnumerable<KeyValuePair<string, object?>> values)
                {
                    found = values.FirstOrDefault(v => v.Key == "RunId").Value as string ?? found;
                }
            },
            0
        );
        return found;
    }

    private static string Short(string text, int most) =>
        Scrubber.CleanPatterns(text.Length > most ? string.Concat(text.AsSpan(0, most - 1), "…") : text);

    private sealed class Logger(LogRing ring, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => ring._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }
            ring.Add(
                new LogEntry(
                    DateTime.UtcNow,
                    logLevel.ToString().ToLowerInvariant(),
                    category,
                    ring.RunId(),
                    Short(formatter(state, exception), LongestMessage),
                    exception is null ? null : Short(exception.ToString(), LongestError)
                )
            );
        }
    }
}
