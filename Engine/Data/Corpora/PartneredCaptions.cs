namespace CllClip.Engine.Data.Corpora;

/// <summary>Training captions that stand beside English ones of the same image, by their position in the list.</summary>
internal static class PartneredCaptions
{
    /// <summary>English captions one by one.</summary>
    public static IEnumerable<TrainingLine> Lines(IEnumerable<ImageCaptions> english) =>
        english.SelectMany(e => e.Captions.Select(c => new TrainingLine(e.Image, c, e.File, e.Line)));

    /// <summary>Each caption with the position of its English partner among <see cref="Lines"/>; one without a partner is reported and left out.</summary>
    public static IEnumerable<(int EnglishLine, string Caption)> Pair(
        IEnumerable<ImageCaptions> english,
        IEnumerable<ImageCaptions> other,
        CorpusReport report
    )
    {
        var places = new Dictionary<string, (int First, int Count)>(StringComparer.Ordinal);
        var next = 0;
        foreach (var item in english)
        {
            places.TryAdd(item.Image, (next, item.Captions.Count));
            next += item.Captions.Count;
        }
        foreach (var item in other)
        {
            var (first, count) = places.GetValueOrDefault(item.Image);
            for (var i = 0; i < item.Captions.Count; i++)
            {
                if (item.Captions[i].Length == 0)
                {
                    continue; // has been reported
                }
                if (i < count)
                {
                    yield return (first + i, item.Captions[i]);
                    continue;
                }
                report.Warning(
                    item.File,
                    item.Line,
                    "no English partner",
                    $"Caption {i + 1} of {item.Image} has no English partner, of which there {(count == 1 ? "is 1" : $"are {count}")}.",
                    "It is left out: a training caption needs an English one at the same position."
                );
            }
        }
    }
}
