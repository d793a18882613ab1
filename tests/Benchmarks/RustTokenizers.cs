using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CllClip.Benchmarks;

/// <summary>Hugging Face's Rust tokenizers, driven through their npm package in a process of their own with one thread.</summary>
/// <param name="folder">Folder with side.mjs and node_modules.</param>
internal sealed partial class RustTokenizers(string folder)
{
    /// <summary>Whether the package is there.</summary>
    public bool Installed => Directory.Exists(Path.Combine(folder, "node_modules", "tokenizers"));

    /// <summary>Trains and encodes as side.mjs does; its figures.</summary>
    public JsonDocument Run(string corpus, string texts, string vocabulary, int rounds)
    {
        using var process = Start("node", "side.mjs", corpus, texts, vocabulary, rounds.ToString(CultureInfo.InvariantCulture));
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        // The trainer draws progress bars; the figures are the last line.
        return process.ExitCode == 0
            ? JsonDocument.Parse(output.TrimEnd().Split('\n')[^1])
            : throw new InvalidOperationException($"side.mjs ended with {process.ExitCode}");
    }

    /// <summary>
    /// Share of the time of training 30,000 tokens after which so many are there, read off the progress bar, which is drawn twenty times a second where the
    /// output is a terminal (<c>script</c> of util-linux makes one); null where it cannot be seen.
    /// </summary>
    public double? ShareUntil(string corpus, int tokens)
    {
        Process process;
        try
        {
            process = Start("script", "-qc", $"node side.mjs '{corpus}'", "/dev/null");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        using (process)
        {
            var (buffer, seen, clock) = (new char[4096], "", new Stopwatch());
            (double Time, int Tokens) before = (0, 0);
            double? found = null;
            for (int count; (count = process.StandardOutput.Read(buffer)) > 0; )
            {
                seen = (seen + new string(buffer, 0, count)) is { Length: > 2000 } longer
                    ? longer[^2000..]
                    : seen + new string(buffer, 0, count);
                if (!clock.IsRunning && seen.Contains("begins", StringComparison.Ordinal))
                {
                    clock.Start();
                }
                if (found is null && Merges().Matches(seen) is { Count: > 0 } bars)
                {
                    var now = (
                        Time: clock.Elapsed.TotalMilliseconds,
                        Tokens: int.Parse(bars[^1].Groups[1].ValueSpan, CultureInfo.InvariantCulture)
                    );
                    if (now.Tokens >= tokens)
                    {
                        // between two pictures of the bar the merges come evenly enough
                        var share = (double)(tokens - before.Tokens) / Math.Max(1, now.Tokens - before.Tokens);
                        found = before.Tokens == 0 ? now.Time : before.Time + share * (now.Time - before.Time);
                    }
                    before = now;
                }
            }
            process.WaitForExit();
            return found / clock.Elapsed.TotalMilliseconds;
        }
    }

    private Process Start(string program, params string[] arguments) =>
        Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                Environment = { ["RAYON_NUM_THREADS"] = "1", ["TOKENIZERS_PARALLELISM"] = "false" },
            }
        )!;

    [GeneratedRegex(@"Compute merges\s[^\[]*?(\d+)\s*/\s*30000")]
    private static partial Regex Merges();
}
