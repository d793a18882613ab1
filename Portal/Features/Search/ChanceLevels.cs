using System.Runtime.CompilerServices;
using CllClip.Engine.Search;

namespace CllClip.Portal.Features.Search;

/// <summary>The chance level of each checkpoint in memory with each gallery, computed once from the examples (a fifth of a second). Safe to call from any thread.</summary>
public sealed class ChanceLevels
{
    private readonly ConditionalWeakTable<SearchCheckpoint, ConditionalWeakTable<SearchGallery, Lazy<double>>> _levels = [];

    /// <summary>Median of the best cosines of shuffled examples.</summary>
    public Task<double> GetAsync(SearchCheckpoint checkpoint, SearchGallery gallery)
    {
        var level = _levels
            .GetOrCreateValue(checkpoint)
            .GetValue(gallery, g => new Lazy<double>(() => ChanceLevel.Of(checkpoint, g, Examples)));
        return level.IsValueCreated ? Task.FromResult(level.Value) : Task.Run(() => level.Value);
    }

    private static IEnumerable<(string, string)> Examples =>
        SearchExamples.All.Examples.OrderBy(e => e.Key, StringComparer.Ordinal).SelectMany(e => e.Value.Select(q => (e.Key, q.Text)));
}
