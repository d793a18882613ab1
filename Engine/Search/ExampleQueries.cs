using CllClip.Engine.Data.Emoji36;

namespace CllClip.Engine.Search;

/// <summary>A query to offer: text that finds its thing.</summary>
/// <param name="Text">The query.</param>
/// <param name="Thing">Identifier of the thing.</param>
public sealed record ExampleQuery(string Text, string Thing);

/// <summary>Chooses queries to offer by trying them: an example works when its thing is among the first <see cref="Within"/>.</summary>
public static class ExampleQueries
{
    /// <summary>Place that an example must reach.</summary>
    public const int Within = 5;

    private const int LongestText = 24;

    /// <summary>Everyday things, those that look the same everywhere; what is tried first.</summary>
    public static IReadOnlyList<string> Everyday { get; } =
        (
            "1f418 1f34e 1f408 1f308 1f34b 1f427 1f3b8 1f98b 1f353 1f680 1f335 1f6b2 1f984 1f34c 1f355 2602 1f3f0 1f41d 1f451 1f95d "
            + "1f981 1f352 1f422 1f3bb 1f30b 1f349 1f436 1f9c0 1f56f 1f437 1f33b 1f426 1f41f 1f370 1f382 1f511 1f4a1 1f345 1f955 1f40d "
            + "1f400 1f430 1f98a 1f992 1f993 1f34a 1f346 1f33d 1f951 1f96d 1f34d 1f965 1f303 1f319 1f525 26c4 1f916 1f47b 1f3b9 1f941 "
            + "1f3ba 1f4f7 1f4da 2702 1f3e0 1f6b6 1f463 1f444 1f443 1f463 1f48d 1f460 1f456 1f454 1f392 1f453 1f40a 1f988 1f419 1f433"
        ).Split(' ');

    /// <summary>Queries of one language that work with every checkpoint given, or, where these do not suffice, with the first ones of them.</summary>
    /// <param name="dataset">Emoji36.</param>
    /// <param name="placesOf">Place of each named thing, by identifier, one dictionary a checkpoint, the most important first.</param>
    /// <param name="language">The language.</param>
    /// <param name="count">How many at most.</param>
    public static IReadOnlyList<ExampleQuery> Choose(
        Emoji36Dataset dataset,
        IReadOnlyList<IReadOnlyDictionary<string, int>> placesOf,
        string language,
        int count
    )
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(placesOf);
        var preferred = Everyday.Select((thing, i) => (thing, i)).DistinctBy(x => x.thing).ToDictionary(x => x.thing, x => x.i);
        var candidates = dataset
            .Emoji.Where(e => e.Common36)
            .Select(e => (e.CodePoint, Text: dataset.NameOf(language, e.Index)!))
            .OrderBy(c => c.Text.Length > LongestText)
            .ThenBy(c => preferred.GetValueOrDefault(c.CodePoint, int.MaxValue))
            .ThenBy(c => c.Text.Length)
            .ToList();
        bool Works(string thing, int checkpoints) =>
            placesOf.Take(checkpoints).All(p => p.TryGetValue(thing, out var place) && place <= Within);
        return
        [
            .. Enumerable
                .Range(0, placesOf.Count)
                .SelectMany(dropped => candidates.Where(c => Works(c.CodePoint, placesOf.Count - dropped)))
                .DistinctBy(c => c.CodePoint)
                .DistinctBy(c => c.Text)
                .Take(count)
                .Select(c => new ExampleQuery(c.Text, c.CodePoint)),
        ];
    }

    /// <summary>Everyday things by the number of languages in which their name finds them first, the best first: for showing one thing in all languages.</summary>
    /// <param name="places">Place of each thing, by identifier, one dictionary a language.</param>
    /// <param name="count">How many at most.</param>
    public static IReadOnlyList<string> BestKnown(IReadOnlyCollection<IReadOnlyDictionary<string, int>> places, int count) =>
        [
            .. Everyday
                .Distinct()
                .OrderByDescending(thing => places.Count(p => p.TryGetValue(thing, out var place) && place == 1))
                .Take(count),
        ];
}
