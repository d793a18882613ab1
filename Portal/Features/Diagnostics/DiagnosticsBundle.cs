using System.IO.Compression;
using System.Text;
using System.Text.Json;
using CllClip.Portal.Telemetry;

namespace CllClip.Portal.Features.Diagnostics;

/// <summary>A report and what belongs to it as one file, for somebody who is to help.</summary>
internal static class DiagnosticsBundle
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <param name="report">The report, cleaned.</param>
    /// <param name="others">Further files by name: texts as they were found.</param>
    /// <param name="scrubber">Goes over the further files.</param>
    public static byte[] Write(DiagnosticsReport report, IReadOnlyList<(string Name, string Text)> others, Scrubber scrubber)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: Utf8))
        {
            Add(zip, "README.txt", Readme(report, [.. others.Select(o => o.Name)]));
            Add(zip, "diagnostics.json", JsonSerializer.Serialize(report, CleanReport.Json));
            if (report.Live)
            {
                Add(zip, "log.jsonl", string.Concat(report.Log.Select(l => JsonSerializer.Serialize(l, CleanReport.Line) + "\n")));
            }
            foreach (var (name, text) in others)
            {
                Add(zip, name, scrubber.Clean(text));
            }
        }
        return file.ToArray();
    }

    private static void Add(ZipArchive zip, string name, string text)
    {
        using var entry = new StreamWriter(zip.CreateEntry(name, CompressionLevel.Optimal).Open(), Utf8);
        entry.Write(text);
    }

    private static string Readme(DiagnosticsReport report, List<string> others)
    {
        string? If(bool there, string line) => there ? line : null;
        var words = new[]
        {
            $"CLL-CLIP diagnostics of {report.At:yyyy-MM-dd HH:mm:ss} UTC, made by {(report.Live ? "the running portal" : "the command 'diagnostics'")}.",
            "",
            "What is in it",
            "  diagnostics.json  versions, machine, memory, disk, database, runs by state, data sets, models, settings",
            If(report.Live, "  log.jsonl         the last warnings and errors (at most 500), an object a line"),
            If(others.Contains("metrics.txt"), "  metrics.txt       the figures of /metrics"),
            If(others.Contains("health.json"), "  health.json       the answer of /health/ready"),
            If(others.Contains("runs.csv"), "  runs.csv          ids, names, states, times and errors of the runs"),
            If(!report.Live, "  Log, metrics and health are not in it: only a running portal has them (GET /api/v1/diagnostics/bundle)."),
            "",
            "What is not in it",
            "  Tokens, digests of tokens, webhook addresses and their secrets, cookies, keys, connection strings: a setting's value is",
            "  shown only where the program knows it to be harmless; of all others stands 'set' or 'not set'.",
            "  Captions, images, queries, scores, checkpoints, notes and tags. Addresses of visitors.",
            "  Folders of people: ~ stands for a home, <data> for the data root, <portal> and <program> for the program.",
            "",
            "Names of runs, data sets and models are in it as people wrote them. What a person put into a text that looks like no",
            "secret cannot be told from other text: look through the files before you pass them on.",
            "",
        };
        return string.Join('\n', words.OfType<string>());
    }
}
