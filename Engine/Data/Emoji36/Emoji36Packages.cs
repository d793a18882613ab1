using System.Text;
using System.Text.Json;

namespace CllClip.Engine.Data.Emoji36;

/// <summary>Everything that Emoji36 takes from the npm packages: four artists' drawings and the texts of 36 languages, by code-point key.</summary>
internal sealed class Emoji36Packages
{
    /// <summary>What a person does about a missing or broken package.</summary>
    public const string Remedy = "Run 'npm ci' in the root of the repository (Node.js 18 or newer), then try again.";

    /// <summary>Drawings of the four artists by key: SVG for the first three, WebP for the last.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Drawings { get; init; }

    /// <summary>Texts by language and key.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, EmojiTexts>> Texts { get; init; }

    /// <summary>Reads all packages, on all cores.</summary>
    /// <exception cref="EngineException">A package is missing, broken or of another version; the message names it.</exception>
    public static Emoji36Packages Read(string nodeModules, IReadOnlyList<string> languages, CancellationToken stop)
    {
        var drawings = new IReadOnlyDictionary<string, byte[]>[4];
        var texts = new IReadOnlyDictionary<string, EmojiTexts>[languages.Count];
        try
        {
            foreach (var source in Emoji36Source.Artists.Concat(Emoji36Source.Texts))
            {
                CheckVersion(nodeModules, source);
            }
            // The three big SVG collections first, so that no core waits for one of them at the end.
            Parallel.For(
                0,
                4 + languages.Count,
                new ParallelOptions { CancellationToken = stop },
                job =>
                {
                    if (job < 3)
                    {
                        drawings[job] = ReadIcons(nodeModules, Emoji36Source.Artists[job].Package);
                    }
                    else if (job == 3)
                    {
                        drawings[3] = ReadPictures(nodeModules, Emoji36Source.Artists[3].Package);
                    }
                    else
                    {
                        texts[job - 4] = ReadTexts(nodeModules, languages[job - 4]);
                    }
                }
            );
        }
        catch (AggregateException error)
        {
            // One cause is enough for a person, and the same one each time.
            throw error
                .Flatten()
                .InnerExceptions.OrderBy(e => e is EngineException ? 0 : 1)
                .ThenBy(e => e.Message, StringComparer.Ordinal)
                .First();
        }
        return new()
        {
            Drawings = drawings,
            Texts = languages.Select((language, i) => (language, i)).ToDictionary(l => l.language, l => texts[l.i]),
        };
    }

    private static void CheckVersion(string nodeModules, Emoji36Source source)
    {
        using var json = Open(nodeModules, source.Package, "package.json");
        var found = json.RootElement.TryGetProperty("version", out var version) ? version.GetString() : null;
        if (found != source.Version)
        {
            throw new EngineException($"npm package {source.Package} is version {found}; Emoji36 is made from {source.Version}. {Remedy}");
        }
    }

    private static Dictionary<string, byte[]> ReadIcons(string nodeModules, string package)
    {
        using var names = Open(nodeModules, package, "chars.json");
        using var collection = Open(nodeModules, package, "icons.json");
        return Guard(
            package,
            "icons.json",
            () =>
            {
                var root = collection.RootElement;
                var icons = root.GetProperty("icons");
                var drawings = new Dictionary<string, byte[]>();
                foreach (var entry in names.RootElement.EnumerateObject())
                {
                    var key = CodePoints.Normalise(entry.Name);
                    if (!CodePoints.HasSkinTone(key) && icons.TryGetProperty(entry.Value.GetString()!, out var icon))
                    {
                        drawings.TryAdd(key, Svg(root, icon));
                    }
                }
                return drawings;
            }
        );
    }

    // A whole SVG file from an icon's body; an icon's own measures go before the collection's (Iconify's format, 16 where neither says).
    private static byte[] Svg(JsonElement collection, JsonElement icon)
    {
        double Measure(string name, double otherwise) =>
            icon.TryGetProperty(name, out var own) ? own.GetDouble()
            : collection.TryGetProperty(name, out var common) ? common.GetDouble()
            : otherwise;
        var box = FormattableString.Invariant($"{Measure("left", 0)} {Measure("top", 0)} {Measure("width", 16)} {Measure("height", 16)}");
        return Encoding.UTF8.GetBytes(
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"{box}\">{icon.GetProperty("body").GetString()}</svg>"
        );
    }

    private static Dictionary<string, byte[]> ReadPictures(string nodeModules, string package) =>
        Guard(
            package,
            "assets",
            () =>
            {
                var drawings = new Dictionary<string, byte[]>();
                // Some emoji have two files, with and without fe0f: the first by name is taken.
                foreach (
                    var file in Directory
                        .EnumerateFiles(Path.Combine(nodeModules, package, "assets"), "*.webp")
                        .Order(StringComparer.Ordinal)
                )
                {
                    var key = CodePoints.Normalise(Path.GetFileNameWithoutExtension(file));
                    if (!CodePoints.HasSkinTone(key) && !drawings.ContainsKey(key))
                    {
                        drawings.Add(key, File.ReadAllBytes(file));
                    }
                }
                return drawings;
            }
        );

    private static Dictionary<string, EmojiTexts> ReadTexts(string nodeModules, string language)
    {
        var folder = language == "quz" ? "qu" : language; // CLDR has Cusco Quechua under its macrolanguage
        var texts = new Dictionary<string, EmojiTexts>();
        ReadAnnotations("cldr-annotations-full", "annotations", $"annotations/{folder}/annotations.json");
        ReadAnnotations("cldr-annotations-derived-full", "annotationsDerived", $"annotationsDerived/{folder}/annotations.json");
        return texts;

        void ReadAnnotations(string package, string root, string file)
        {
            using var json = Open(nodeModules, package, file);
            Guard(
                package,
                file,
                () =>
                {
                    foreach (var entry in json.RootElement.GetProperty(root).GetProperty("annotations").EnumerateObject())
                    {
                        var key = CodePoints.Of(entry.Name);
                        if (!CodePoints.HasSkinTone(key) && entry.Value.TryGetProperty("tts", out var name) && name.GetArrayLength() > 0)
                        {
                            string[] keywords = entry.Value.TryGetProperty("default", out var list)
                                ? [.. list.EnumerateArray().Select(k => k.GetString()!)]
                                : [];
                            texts.TryAdd(key, new(name[0].GetString()!, keywords));
                        }
                    }
                    return texts;
                }
            );
        }
    }

    private static JsonDocument Open(string nodeModules, string package, string file) =>
        Guard(
            package,
            file,
            () =>
            {
                using var stream = File.OpenRead(Path.Combine(nodeModules, package, file));
                return JsonDocument.Parse(stream);
            }
        );

    private static T Guard<T>(string package, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EngineException($"npm package {package} is not installed whole: {file} is missing. {Remedy}", error);
        }
        catch (Exception error)
            when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IOException)
        {
            throw new EngineException($"npm package {package} is broken: {file} cannot be read ({error.Message}). {Remedy}", error);
        }
    }
}

/// <summary>Name and keywords of one emoji in one language.</summary>
/// <param name="Name">Name.</param>
/// <param name="Keywords">Keywords; may be empty.</param>
internal sealed record EmojiTexts(string Name, string[] Keywords);
