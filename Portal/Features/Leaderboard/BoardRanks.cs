using CllClip.Engine.Evaluation.Statistics;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>
/// Gives rows their places: one more than the number of rows that are significantly better. So a row may share its place with rows above it, and a chain of rows
/// of which only the ends differ has its places without contradiction.
/// </summary>
public static class BoardRanks
{
    /// <summary>Level of the tests, for all pairs of a ranking together (<see cref="Holm"/>).</summary>
    public const double Level = 0.05;

    /// <summary>The rows with their places; those that do not rank have none.</summary>
    public static IReadOnlyList<BoardRow> Of(IReadOnlyList<BoardRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var ranked = rows.Where(r => r.Ranks && r.Ar.Mean is not null).ToList();
        var pairs = new List<(int First, int Second)>();
        var better = new int[ranked.Count];
        for (var i = 0; i < ranked.Count; i++)
        {
            for (var j = i + 1; j < ranked.Count; j++)
            {
                if (ranked[i].Error is null || ranked[j].Error is null)
                {
                    // Without the number of queries nothing can be tested: such a row is better or worse by its value.
                    Count(ranked, i, j, better);
                }
                else
                {
                    pairs.Add((i, j));
                }
            }
        }
        var adjusted = Holm.Adjust([.. pairs.Select(p => P(ranked[p.First], ranked[p.Second]))]);
        for (var pair = 0; pair < pairs.Count; pair++)
        {
            if (adjusted[pair] <= Level)
            {
                Count(ranked, pairs[pair].First, pairs[pair].Second, better);
            }
        }
        var next = 0; // the ranked rows are in the order of all
        return [.. rows.Select(r => next < ranked.Count && ReferenceEquals(r, ranked[next]) ? r with { Rank = 1 + better[next++] } : r)];
    }

    private static void Count(List<BoardRow> ranked, int first, int second, int[] better)
    {
        var difference = Difference(ranked[first], ranked[second]);
        better[second] += difference > 0 ? 1 : 0;
        better[first] += difference < 0 ? 1 : 0;
    }

    private static double Difference(BoardRow a, BoardRow b) => a.Ar.Mean!.Value - b.Ar.Mean!.Value;

    private static double P(BoardRow a, BoardRow b) => RecallError.P(a.Error!, b.Error!, Difference(a, b));
}
