namespace CllClip.Engine.Data.Corpora;

/// <summary>The captions of a data set in one file, in little memory, by language and split.</summary>
internal sealed class CaptionTable
{
    private readonly List<string> _images = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _languages = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Language, CorpusSplit Split), (List<(int Image, int Line)> Rows, Utf8List Captions)> _parts = [];

    /// <summary>Languages with a caption, and the line of the first.</summary>
    public IReadOnlyDictionary<string, int> Languages => _languages;

    /// <summary>Adds a caption.</summary>
    public void Add(string language, CorpusSplit split, string image, string caption, int line)
    {
        if (!_places.TryGetValue(image, out var place))
        {
            _places[image] = place = _images.Count;
            _images.Add(image);
        }
        _languages.TryAdd(language, line);
        if (!_parts.TryGetValue((language, split), out var part))
        {
            _parts[(language, split)] = part = ([], new Utf8List());
        }
        part.Rows.Add((place, line));
        part.Captions.Add(caption);
    }

    /// <summary>A language's captions of a split, image by image in the order in which they are first named.</summary>
    public IEnumerable<ImageCaptions> Read(string language, CorpusSplit split, string file)
    {
        if (!_parts.TryGetValue((language, split), out var part))
        {
            return [];
        }
        return part
            .Rows.Select((row, i) => (row.Image, row.Line, Index: i))
            .GroupBy(r => r.Image)
            .Select(g => new ImageCaptions(_images[g.Key], [.. g.Select(r => part.Captions[r.Index])], file, g.First().Line));
    }
}
