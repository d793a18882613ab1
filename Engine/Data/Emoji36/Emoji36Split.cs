using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CllClip.Engine.Data.Emoji36;

/// <summary>One line of the published manifest: an emoji and the artists held out for it.</summary>
/// <param name="CodePoint">Code points as published.</param>
/// <param name="Name">English name.</param>
/// <param name="Flag">Whether it is a flag.</param>
/// <param name="Test">Test artist, 0 to 3.</param>
/// <param name="Validation">Validation artist, or -1.</param>
/// <param name="Common36">Named in all 36 languages and no flag.</param>
internal sealed record SplitItem(string CodePoint, string Name, bool Flag, int Test, int Validation, bool Common36)
{
    /// <summary>Key in the packages.</summary>
    public string Key => CodePoints.Normalise(CodePoint);
}

/// <summary>The split of Emoji36: its rules, and the published manifest that the outcome of the rules is checked against.</summary>
internal static class Emoji36Split
{
    /// <summary>The manifest as published, from the resources of this assembly.</summary>
    public static IReadOnlyList<SplitItem> Published()
    {
        using var stream = typeof(Emoji36Split).Assembly.GetManifestResourceStream("CllClip.Engine.Data.Emoji36.manifest.json")!;
        using var json = JsonDocument.Parse(stream);
        return
        [
            .. json
                .RootElement.GetProperty("emoji")
                .EnumerateArray()
                .Select(e => new SplitItem(
                    e.GetProperty("cp").GetString()!,
                    e.GetProperty("name").GetString()!,
                    e.GetProperty("flag").GetInt32() == 1,
                    e.GetProperty("test").GetInt32(),
                    e.GetProperty("val").GetInt32(),
                    e.GetProperty("common36").GetInt32() == 1
                )),
        ];
    }

    /// <summary>The split by its rules, from what the packages hold.</summary>
    /// <param name="drawn">Keys drawn by each of the four artists.</param>
    /// <param name="names">Names by key, per language.</param>
    /// <returns>In code-point order.</returns>
    public static IReadOnlyList<SplitItem> Compute(
        IReadOnlyList<IReadOnlySet<string>> drawn,
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> names
    )
    {
        var seen = new int[2];
        var items = new List<SplitItem>();
        // Noto ships no country flags, so a flag needs the other three artists only.
        var keys = names["en"]
            .Keys.Where(key =>
                !CodePoints.HasSkinTone(key) && drawn.Skip(CodePoints.IsFlag(key) ? 1 : 0).All(artist => artist.Contains(key))
            )
            .Order(CodePoints.Order);
        foreach (var key in keys)
        {
            var flag = CodePoints.IsFlag(key);
            var published = string.Join('-', key.Split('-').Select(part => part.PadLeft(4, '0')));
            var test = seen[flag ? 1 : 0]++ % 4;
            var hash = new BigInteger(SHA256.HashData(Encoding.UTF8.GetBytes("emoji36:" + published)), isUnsigned: true, isBigEndian: true);
            var validation = hash % 5 == 0 ? (test + 1 + (int)(hash / 7 % 3)) % 4 : -1;
            items.Add(
                new(published, names["en"][key], flag, test, validation, !flag && names.Values.All(language => language.ContainsKey(key)))
            );
        }
        return items;
    }

    /// <summary>Compares a computed split with the published one, item by item.</summary>
    /// <exception cref="EngineException">They differ; the message names the items.</exception>
    public static void Check(IReadOnlyList<SplitItem> computed, IReadOnlyList<SplitItem> published)
    {
        var mine = computed.ToDictionary(item => item.CodePoint);
        var theirs = published.ToDictionary(item => item.CodePoint);
        var differences = published
            .Where(item => !mine.TryGetValue(item.CodePoint, out var other) || other != item)
            .Select(item => $"{item} became {(mine.TryGetValue(item.CodePoint, out var other) ? other.ToString() : "nothing")}")
            .Concat(computed.Where(item => !theirs.ContainsKey(item.CodePoint)).Select(item => $"{item} is not in the manifest"))
            .ToList();
        if (differences.Count > 0)
        {
            throw new EngineException(
                $"The packages give another split than the published manifest of Emoji36 in {differences.Count} items: {string.Join("; ", differences.Take(3))}. "
                    + Emoji36Packages.Remedy
            );
        }
    }
}
