using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CllClip.Engine.Data.Emoji36;

/// <summary>Writes the prepared form and computes its revision.</summary>
internal static class Emoji36Writer
{
    // SVG files of one artist resemble one another: sixteen together take a fifth less room than each alone.
    private const int DrawingsPerChunk = 16;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes all files into a folder under preparation.</summary>
    public static void Write(
        PreparationFolder folder,
        Emoji36Packages packages,
        IReadOnlyList<SplitItem> split,
        IReadOnlyList<string> languages,
        IReadOnlyList<Emoji36Drawing> drawings
    )
    {
        var good = drawings.Where(d => d.Fault is null).ToList();
        var lines = languages.Select(language => Lines(packages.Texts[language], split)).ToList();
        var (texts, textChunks) = Concatenate([.. lines.AsParallel().AsOrdered().Select(raw => (Emoji36Store.Pack(raw), raw.Length))]);
        var (pictures, chunks, places) = Pictures(good);
        var images = good.Select(d => new StoredImage(d.Emoji, d.Artist, d.PixelHash, places[d].Chunk, places[d].Offset, d.Picture.Length))
            .ToList();
        var header = new StoredHeader
        {
            Format = Emoji36Store.FormatVersion,
            Revision = Revision(split, languages, lines, images),
            Renderer = Emoji36Renderer.Versions,
            Missing =
            [
                .. drawings
                    .Where(d => d.Fault is not null)
                    .Select(d => $"{split[d.Emoji].CodePoint} {split[d.Emoji].Name}, {Emoji36Source.Artists[d.Artist].Name}: {d.Fault}"),
            ],
            Texts = languages.Select((language, i) => (language, i)).ToDictionary(l => l.language, l => textChunks[l.i]),
        };
        byte[][] contents =
        [
            JsonSerializer.SerializeToUtf8Bytes(header, Indented),
            Emoji36Store.WriteIndex(images, chunks),
            pictures,
            texts,
        ];
        var sums = Emoji36Store.Files.Select((file, i) => $"{Convert.ToHexStringLower(SHA256.HashData(contents[i]))}  {file}\n");
        for (var i = 0; i < contents.Length; i++)
        {
            folder.Write(Emoji36Store.Files[i], contents[i]);
        }
        folder.Write(Emoji36Store.SumsFile, Encoding.UTF8.GetBytes(string.Concat(sums)));
    }

    private static byte[] Lines(IReadOnlyDictionary<string, EmojiTexts> texts, IReadOnlyList<SplitItem> split) =>
        Encoding.UTF8.GetBytes(
            string.Join(
                '\n',
                split.Select(item =>
                    texts.TryGetValue(item.Key, out var text) ? string.Join('\t', text.Keywords.Prepend(text.Name).Select(OneLine)) : ""
                )
            )
        );

    private static string OneLine(string text) => text.Replace('\t', ' ').Replace('\n', ' ').Trim();

    private static (byte[] File, List<StoredChunk> Chunks) Concatenate(IReadOnlyList<(byte[] Packed, int RawLength)> pieces)
    {
        var chunks = new List<StoredChunk>();
        using var file = new MemoryStream();
        foreach (var (packed, rawLength) in pieces)
        {
            chunks.Add(new((int)file.Length, packed.Length, rawLength));
            file.Write(packed);
        }
        return (file.ToArray(), chunks);
    }

    private static (byte[] File, List<StoredChunk> Chunks, Dictionary<Emoji36Drawing, (int Chunk, int Offset)> Places) Pictures(
        IReadOnlyList<Emoji36Drawing> drawings
    )
    {
        var places = new Dictionary<Emoji36Drawing, (int Chunk, int Offset)>(ReferenceEqualityComparer.Instance);
        var groups = drawings.Where(d => d.Artist < 3).GroupBy(d => d.Artist).SelectMany(artist => artist.Chunk(DrawingsPerChunk)).ToList();
        foreach (var (group, chunk) in groups.Select((group, chunk) => (group, chunk)))
        {
            var offset = 0;
            foreach (var drawing in group)
            {
                places.Add(drawing, (chunk, offset));
                offset += drawing.Picture.Length;
            }
        }
        var raw = groups.AsParallel().AsOrdered().Select(group => group.SelectMany(d => d.Picture).ToArray());
        var (svg, chunks) = Concatenate([.. raw.Select(bytes => (Emoji36Store.Pack(bytes), bytes.Length))]);
        using var file = new MemoryStream();
        file.Write(svg);
        foreach (var drawing in drawings.Where(d => d.Artist == 3))
        {
            places.Add(drawing, (-1, (int)file.Length));
            file.Write(drawing.Picture);
        }
        return (file.ToArray(), chunks, places);
    }

    // Over what the data set means (split, texts, pixels), not over how it is packed: the same on every machine that renders alike. Another version of
    // libvips or librsvg may draw an edge otherwise and so give another revision: the package versions are pinned for that reason.
    private static string Revision(
        IReadOnlyList<SplitItem> split,
        IReadOnlyList<string> languages,
        List<byte[]> lines,
        IReadOnlyList<StoredImage> images
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(FormattableString line) => hash.AppendData(Encoding.UTF8.GetBytes(line.ToString(CultureInfo.InvariantCulture) + "\n"));
        foreach (var item in split)
        {
            Add($"{item.CodePoint} {item.Test} {item.Validation} {(item.Flag ? 1 : 0)} {(item.Common36 ? 1 : 0)}");
        }
        for (var i = 0; i < languages.Count; i++)
        {
            Add($"{languages[i]} {Convert.ToHexStringLower(SHA256.HashData(lines[i]))}");
        }
        foreach (var image in images)
        {
            Add($"{image.Emoji} {image.Artist} {Convert.ToHexStringLower(image.PixelHash)}");
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
