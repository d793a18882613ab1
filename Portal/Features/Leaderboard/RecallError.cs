using CllClip.Engine.Evaluation.Statistics;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>What the interval of an average recall was made from.</summary>
public enum ErrorBasis
{
    /// <summary>Answers to single queries: images vary, each with its queries in all languages.</summary>
    Answers,

    /// <summary>The languages' recalls as independent shares of their queries. The same images are asked for in every language, so that this is too narrow.</summary>
    Languages,
}

/// <summary>
/// How sure the average recall of a row is: about queries that were not asked, and about other seeds where there are several. Both kinds of variance are added;
/// of a row with one seed the second is unknown and left out.
/// </summary>
public sealed record RecallError
{
    /// <summary>What it was made from.</summary>
    public required ErrorBasis Basis { get; init; }

    /// <summary>95 % interval of the average recall, in percent.</summary>
    public required Interval Interval { get; init; }

    /// <summary>Variance of the mean over seeds; 0 where there is one seed.</summary>
    public required double SeedVariance { get; init; }

    /// <summary>Recall of each language as a share, in the order of the ranking's columns.</summary>
    public required double[] Shares { get; init; }

    /// <summary>Number of queries of each language.</summary>
    public required int[] Queries { get; init; }

    /// <summary>Mean recall of each query over languages and seeds, in percent; null where answers were not kept.</summary>
    public double[]? Units { get; init; }

    /// <summary>Revision of the test set, which must be the same for queries to be paired.</summary>
    public string? Revision { get; init; }

    /// <summary>The cell of one language with Wilson's interval, where its number of queries is known.</summary>
    public static Figure WithInterval(Figure cell, int queries) =>
        cell.Mean is { } mean && queries > 0 ? cell with { Interval = Interval.OfRecall(mean, queries), Queries = queries } : cell;

    /// <summary>The error of a row; null where it has no average over all its languages, or the number of queries is unknown.</summary>
    public static RecallError? Of(
        BoardMoment moment,
        ScoreKey key,
        Figure ar,
        IReadOnlyList<Figure> cells,
        IReadOnlyList<string> languages,
        IReadOnlyList<BoardEntry> entries,
        IKeptAnswers? answers
    )
    {
        if (ar.Mean is not { } mean || cells.Any(c => c.Mean is null || c.Queries is null))
        {
            return null;
        }
        double[] shares = [.. cells.Select(c => c.Mean!.Value / 100)];
        int[] queries = [.. cells.Select(c => c.Queries!.Value)];
        var seeds = ar.Deviation is { } d ? d * d / entries.Count : 0;
        var revisions = entries.Select(e => e.Revision(key)).Distinct().ToList();
        var units = revisions.Count == 1 && answers is not null ? UnitsOf(moment, key, languages, entries, queries, answers) : null;
        var variance = units is null
            ? 1e4 * shares.Zip(queries, (p, n) => p * (1 - p) / n).Sum() / (shares.Length * shares.Length)
            : Math.Pow(UnitMean.Of(units).StandardError, 2);
        return new RecallError
        {
            Basis = units is null ? ErrorBasis.Languages : ErrorBasis.Answers,
            Interval = Interval.OfMean(mean, Math.Sqrt(variance + seeds)),
            SeedVariance = seeds,
            Shares = shares,
            Queries = queries,
            Units = units,
            Revision = revisions[0],
        };
    }

    /// <summary>Mean over the entries of what each found; null unless all kept their answers to the same queries.</summary>
    private static double[]? UnitsOf(
        BoardMoment moment,
        ScoreKey key,
        IReadOnlyList<string> languages,
        IReadOnlyList<BoardEntry> entries,
        int[] queries,
        IKeptAnswers answers
    )
    {
        double[]? sum = null;
        foreach (var entry in entries)
        {
            if (answers.Read(entry, key, moment, languages) is not { } found || Array.Exists(queries, n => n != found.Length))
            {
                return null;
            }
            sum = sum is null ? [.. found] : [.. sum.Zip(found, (a, b) => a + b)];
        }
        return sum is null ? null : Array.ConvertAll(sum, s => s / entries.Count);
    }

    /// <summary>Two-sided p-value of the difference between two rows of one ranking.</summary>
    /// <param name="a">One row.</param>
    /// <param name="b">The other.</param>
    /// <param name="difference">Difference of their average recalls, in percentage points.</param>
    /// <remarks>
    /// Paired by query where both rows kept their answers to the same ones: the mean of the differences against its standard error. Else the two-proportion z-test with
    /// the languages as strata: each language's share is pooled, and the variances of the languages add up. The seeds' variances are added to either.
    /// </remarks>
    public static double P(RecallError a, RecallError b, double difference)
    {
        double variance;
        if (a.Units is { } first && b.Units is { } second && first.Length == second.Length && a.Revision == b.Revision)
        {
            variance = Math.Pow(UnitMean.OfDifference(first, second).StandardError, 2);
        }
        else
        {
            variance = 0;
            for (var i = 0; i < a.Shares.Length; i++)
            {
                double n = a.Queries[i];
                double m = b.Queries[i];
                var pooled = ((a.Shares[i] * n) + (b.Shares[i] * m)) / (n + m);
                variance += pooled * (1 - pooled) * ((1 / n) + (1 / m));
            }
            variance *= 1e4 / (a.Shares.Length * a.Shares.Length);
        }
        variance += a.SeedVariance + b.SeedVariance;
        return variance > 0 ? NormalDistribution.TwoSided(difference / Math.Sqrt(variance))
            : difference == 0 ? 1
            : 0;
    }
}
