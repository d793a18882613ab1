using System.Text;
using System.Text.RegularExpressions;
using CllClip.Engine.Training;
using CllClip.Shared.Languages;

namespace CllClip.Portal.Features.Models;

/// <summary>What the model card in a folder says of a model.</summary>
/// <param name="Text">Its beginning; empty where there is none.</param>
/// <param name="Title">Its first heading; null where it has none.</param>
/// <param name="Languages">Those of the 36 languages that it says the model knows; empty where it names none.</param>
internal sealed partial record ModelCard(string Text, string? Title, IReadOnlyList<string> Languages)
{
    private const int Largest = 64 * 1024;

    /// <summary>Reads the card of a folder, which may hold anything under that name.</summary>
    public static ModelCard Read(string folder)
    {
        var text = Beginning(folder);
        var title = Heading().Match(text) is { Success: true } heading ? heading.Groups[1].Value.Trim() : null;
        // What a method adds for its languages stands beside the model and is not read with it: then nobody knows what the rest can do.
        var whole = !File.Exists(Path.Combine(folder, CheckpointExport.PartsFile));
        return new ModelCard(text, title, whole ? [.. Named(text).Where(c => LanguageCatalog.Find(c) is not null).Distinct()] : []);
    }

    /// <summary>As an exported checkpoint says them, or as cards on Hugging Face do at their head.</summary>
    private static IEnumerable<string> Named(string text)
    {
        if (Learned().Match(text) is { Success: true } learned)
        {
            return learned.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        return Head().Match(text) is { Success: true } head && Language().Match(head.Groups[1].Value) is { Success: true } language
            ? Code().Matches(language.Groups[1].Value).Select(c => c.Value)
            : [];
    }

    private static string Beginning(string folder)
    {
        try
        {
            using var file = File.OpenRead(Path.Combine(folder, CheckpointExport.ReadmeFile));
            var bytes = new byte[Largest];
            return Encoding
                .UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false))
                .ReplaceLineEndings("\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "";
        }
    }

    [GeneratedRegex(@"^#\s+(.+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\* Languages in the order of learning: ([a-z -]{2,400})$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Learned();

    [GeneratedRegex(@"\A---\n(.{0,8000}?)^---$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    [GeneratedRegex(@"^language:((?:[ \t]*[^\n]*)(?:\n[ \t]*-[^\n]*)*)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Language();

    [GeneratedRegex(@"\b[a-z]{2,3}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Code();
}
