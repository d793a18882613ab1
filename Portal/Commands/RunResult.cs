using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Commands;

/// <summary>A run's figures at its end: a table for people, or JSON for programs.</summary>
internal static class RunResult
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };

    public static void Write(TextWriter output, RunView run, IReadOnlyList<Score> scores, bool json)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new { run, scores }, Json));
        }
        else if (scores.Count > 0)
        {
            Table(output, run, scores);
        }
    }

    private static void Table(TextWriter output, RunView run, IReadOnlyList<Score> scores)
    {
        foreach (var set in scores.GroupBy(s => s.Dataset))
        {
            Recalls(output, run, [.. set]);
        }
        var s = run.Summary;
        output.WriteLine($"AR  text to image {Formats.Percent(s.ArT2i)}, image to text {Formats.Percent(s.ArI2t)}");
        output.WriteLine($"F   text to image {Formats.Percent(s.ForgettingT2i)}, image to text {Formats.Percent(s.ForgettingI2t)}");
        output.WriteLine($"F of the first language, text to image {Formats.Percent(s.ForgettingEnglishT2i)}");
        output.WriteLine($"Run {run.Id} took {Formats.Duration(run.Provenance?.DurationSeconds)}.");
    }

    /// <summary>The recalls after the last task on one data set.</summary>
    private static void Recalls(TextWriter output, RunView run, IReadOnlyList<Score> scores)
    {
        var protocol = scores[0].Protocol; // the headline comes first
        var name = scores[0].Dataset is { } dataset ? $"{dataset}, {protocol}" : protocol;
        var stage = scores.Max(s => s.Stage);
        var last = scores
            .Where(s => s.Stage == stage && s.Protocol == protocol)
            .ToDictionary(s => (s.Language, s.Direction, s.K), s => s.Recall);
        string Cell(string language, RetrievalDirection direction, int k) =>
            (last.TryGetValue((language, direction, k), out var recall) ? Formats.Percent(recall) : "–").PadLeft(7);
        output.WriteLine($"{$"{name}, after task {stage}", -28}{"text to image", 21}  {"image to text", 21}");
        output.WriteLine($"{"recall in percent", -28}{"R@1", 7}{"R@5", 7}{"R@10", 7}  {"R@1", 7}{"R@5", 7}{"R@10", 7}");
        foreach (var code in run.Languages.Where(l => last.Keys.Any(k => k.Language == l)))
        {
            var cells = Directions.Select(d => string.Concat(Ks.Select(k => Cell(code, d, k))));
            output.WriteLine($"{code, -4} {LanguageCatalog.Find(code)?.Name ?? code, -22} {string.Join("  ", cells)}");
        }
    }

    private static readonly int[] Ks = [1, 5, 10];
    private static readonly RetrievalDirection[] Directions = [RetrievalDirection.TextToImage, RetrievalDirection.ImageToText];
}
