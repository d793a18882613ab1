using System.Buffers;
using System.Text;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.GZip;

namespace CllClip.Engine.Data.Corpora;

/// <summary>Lines of a text file, packed by gzip or not: strict UTF-8, stripped, each with its number. What is wrong goes to the report.</summary>
internal static class CorpusText
{
    private const int Buffer = 1 << 16;

    /// <summary>Longest line in bytes; a longer one is no caption.</summary>
    private const int LongestLine = 16 << 20;

    /// <summary>Most lines of a file: the largest data sets have a tenth, and even empty ones take memory.</summary>
    private const int MostLines = 50_000_000;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The lines, from 1, without what ends them; a line that is not UTF-8 is reported and comes as null.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What findings call it.</param>
    /// <param name="report">Takes what is wrong.</param>
    /// <param name="stop">Stops between lines.</param>
    public static IEnumerable<(int Line, string? Text)> Lines(string path, string name, CorpusReport report, CancellationToken stop)
    {
        using var reader = new LineReader(path, name, report);
        for (var line = 1; reader.Next(line) is { } bytes; line++)
        {
            if (line % 1024 == 0)
            {
                stop.ThrowIfCancellationRequested();
            }
            yield return (line, Decode(bytes, name, line, report));
        }
    }

    /// <summary>A whole file's bytes without a byte order mark; null, reported, where it cannot be read or is not UTF-8.</summary>
    public static byte[]? Bytes(string path, string name, CorpusReport report)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            if (IsUtf16(bytes))
            {
                NotUtf8(name, 1, "it is UTF-16", report);
                return null;
            }
            if (bytes.AsSpan().StartsWith("\uFEFF"u8))
            {
                Mark(name, report);
                return bytes[3..];
            }
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Unreadable(name, error.Message, report);
            return null;
        }
    }

    private static string? Decode(ReadOnlyMemory<byte> bytes, string name, int line, CorpusReport report)
    {
        try
        {
            return Strict.GetString(bytes.Span).Trim();
        }
        catch (DecoderFallbackException)
        {
            NotUtf8(name, line, "it is not UTF-8", report);
            return null;
        }
    }

    private static bool IsUtf16(ReadOnlySpan<byte> bytes) => bytes.Length >= 2 && (bytes[0], bytes[1]) is ((0xFF, 0xFE) or (0xFE, 0xFF));

    internal static void NotUtf8(string name, int? line, string what, CorpusReport report) =>
        report.Error(
            name,
            line,
            "encoding",
            $"The text's encoding is wrong: {what}.",
            "Save the file as UTF-8, without a byte order mark."
        );

    private static void Mark(string name, CorpusReport report) =>
        report.Note(name, 1, "byte order mark", "The file begins with a byte order mark.", "It is skipped.");

    internal static void Unreadable(string name, string why, CorpusReport report) =>
        report.Error(
            name,
            null,
            "unreadable",
            $"The file cannot be read: {why.TrimEnd('.')}.",
            "Make it readable, or copy or download it again."
        );

    /// <summary>Cuts a stream into lines without decoding it.</summary>
    private sealed class LineReader : IDisposable
    {
        private readonly string _name;
        private readonly CorpusReport _report;
        private readonly Stream? _stream;
        private readonly byte[] _buffer = new byte[Buffer];
        private readonly ArrayBufferWriter<byte> _line = new();
        private int _at;
        private int _filled;
        private bool _ended;
        private bool _windows;

        public LineReader(string path, string name, CorpusReport report)
        {
            (_name, _report) = (name, report);
            try
            {
                Stream file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, Buffer);
                _stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                    ? new PackedLimit(new GZipInputStream(file), file.Length)
                    : file;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Unreadable(name, error.Message, report);
                _ended = true;
            }
        }

        public ReadOnlyMemory<byte>? Next(int number)
        {
            _line.ResetWrittenCount();
            if (number > MostLines && !_ended)
            {
                _report.Error(
                    _name,
                    null,
                    "many lines",
                    $"The file has more than {MostLines / 1_000_000} million lines.",
                    "Split the data set, or choose another file."
                );
                (_at, _filled, _ended) = (0, 0, true);
            }
            while (true)
            {
                if (_at == _filled && !Fill())
                {
                    return _line.WrittenCount > 0 ? Line(number) : null;
                }
                var rest = _buffer.AsSpan(_at, _filled - _at);
                var end = rest.IndexOf((byte)'\n');
                _line.Write(end < 0 ? rest : rest[..end]);
                _at += end < 0 ? rest.Length : end + 1;
                if (end >= 0)
                {
                    return Line(number);
                }
                if (_line.WrittenCount > LongestLine)
                {
                    _report.Error(
                        _name,
                        number,
                        "long line",
                        $"The line is longer than {LongestLine >> 20} MB.",
                        "It is no text file of captions; choose another."
                    );
                    _ended = true;
                    return null;
                }
            }
        }

        public void Dispose() => _stream?.Dispose();

        private ReadOnlyMemory<byte>? Line(int number)
        {
            var bytes = _line.WrittenMemory;
            if (number == 1 && IsUtf16(bytes.Span))
            {
                NotUtf8(_name, 1, "it is UTF-16", _report);
                _ended = true;
                (_at, _filled) = (0, 0);
                return null;
            }
            if (number == 1 && bytes.Span.StartsWith("\uFEFF"u8))
            {
                Mark(_name, _report);
                bytes = bytes[3..];
            }
            if (bytes.Span.EndsWith("\r"u8) && !_windows)
            {
                _windows = true;
                _report.Note(_name, number, "line ends", "Lines end in CR LF, as on Windows.", "The CR is skipped.");
            }
            return bytes;
        }

        private bool Fill()
        {
            if (_ended || _stream is null)
            {
                return false;
            }
            try
            {
                (_at, _filled) = (0, _stream.Read(_buffer));
                _ended = _filled == 0;
            }
            // the inflater runs beyond its own tables on some broken streams
            catch (Exception error)
                when (error
                        is IOException
                            or InvalidDataException
                            or SharpZipBaseException
                            or IndexOutOfRangeException
                            or UnauthorizedAccessException
                )
            {
                // unlike .NET's own GZipStream, this one does not take a file that is cut off for a whole one
                Unreadable(
                    _name,
                    error is SharpZipBaseException or IndexOutOfRangeException or EndOfStreamException
                        ? "its gzip is broken or cut off"
                        : error.Message,
                    _report
                );
                (_at, _filled, _ended) = (0, 0, true);
            }
            return _filled > 0;
        }
    }
}
