using CllClip.Shared.Results;

namespace CllClip.Engine.Evaluation;

/// <summary>
/// Continual-learning metrics of a stage x language matrix a[t][j]: the score (percent) on language j after task t, both from 0;
/// null = not measured. Entries above the diagonal are ignored. Formulas: paper section 4.1, fixtures/metrics.
/// </summary>
public static class ContinualMetrics
{
    /// <summary>Average recall after task t: mean of a[t][0..t]. Null if one of them is missing.</summary>
    public static double? AverageRecall(IReadOnlyList<IReadOnlyList<double?>> a, int t)
    {
        ArgumentNullException.ThrowIfNull(a);
        return Complete(a, t) ? Enumerable.Range(0, t + 1).Average(j => a[t][j]!.Value) : null;
    }

    /// <summary>Forgetting after task t: mean over j before t of (best of a[j..t-1][j]) - a[t][j]; may be negative. Null for t = 0 or a missing a[t][..].</summary>
    public static double? Forgetting(IReadOnlyList<IReadOnlyList<double?>> a, int t)
    {
        ArgumentNullException.ThrowIfNull(a);
        if (t == 0 || !Complete(a, t))
        {
            return null;
        }
        var terms = Enumerable.Range(0, t).Select(j => ForgettingOf(a, t, j)).Where(f => f is not null).ToList();
        return terms.Count > 0 ? terms.Average() : null;
    }

    /// <summary>Forgetting after task t by another definition: mean over j before t of <see cref="Forgotten"/>. Null for t = 0 or where a score from a language's own task on is missing.</summary>
    public static double? Forgetting(IReadOnlyList<IReadOnlyList<double?>> a, int t, ForgettingDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(a);
        if (t == 0 || !Enumerable.Range(0, t + 1).All(i => Complete(a, i)))
        {
            return null;
        }
        return Enumerable
            .Range(0, t)
            .Average(j => Forgotten.Of([.. Enumerable.Range(j, t - j + 1).Select(i => a[i][j]!.Value)]).By(definition));
    }

    /// <summary>Forgetting of one language j after task t. Null for t = 0, j not before t, or missing values.</summary>
    public static double? ForgettingOf(IReadOnlyList<IReadOnlyList<double?>> a, int t, int j)
    {
        ArgumentNullException.ThrowIfNull(a);
        if (j >= t || !Complete(a, t))
        {
            return null;
        }
        var best = Enumerable.Range(j, t - j).Select(i => a[i][j]).Max(); // Max skips nulls
        return best - a[t][j];
    }

    /// <summary>Backward transfer: mean over j before the last task of a[T-1][j] - a[j][j]; a term whose a[j][j] is missing is left out. Null for one task.</summary>
    public static double? BackwardTransfer(IReadOnlyList<IReadOnlyList<double?>> a)
    {
        ArgumentNullException.ThrowIfNull(a);
        var last = a.Count - 1;
        var terms = Enumerable.Range(0, Math.Max(0, last)).Select(j => a[last][j] - a[j][j]).Where(d => d is not null).ToList();
        return terms.Count > 0 ? terms.Average() : null;
    }

    /// <summary>Mean score of a language right after its own task: mean of the diagonal up to task t; null if one is missing.</summary>
    public static double? OwnTask(IReadOnlyList<IReadOnlyList<double?>> a, int t)
    {
        ArgumentNullException.ThrowIfNull(a);
        var diagonal = Enumerable.Range(0, t + 1).Select(j => a[j][j]).ToList();
        return diagonal.TrueForAll(x => x is not null) ? diagonal.Average() : null;
    }

    /// <summary>The matrix a[t][j] of one data set, protocol, direction and K out of stored scores.</summary>
    /// <param name="scores">Scores of one run.</param>
    /// <param name="languages">Languages in the order of learning: column j is languages[j].</param>
    /// <param name="protocol">Protocol wanted.</param>
    /// <param name="direction">Direction wanted.</param>
    /// <param name="k">K wanted.</param>
    /// <param name="dataset">Further data set wanted, as in <see cref="Score.Dataset"/>; null for the run's own.</param>
    /// <returns>One row a stage up to the last one scored; values above the diagonal are present where they were measured (joint training).</returns>
    public static IReadOnlyList<IReadOnlyList<double?>> Matrix(
        IEnumerable<Score> scores,
        IReadOnlyList<string> languages,
        string protocol,
        RetrievalDirection direction,
        int k = 1,
        string? dataset = null
    )
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(languages);
        var column = languages.Select((code, j) => (code, j)).ToDictionary(x => x.code, x => x.j);
        var rows = new List<double?[]>();
        foreach (var s in scores.Where(s => s.K == k && s.Direction == direction && s.Protocol == protocol && s.Dataset == dataset))
        {
            while (rows.Count < s.Stage)
            {
                rows.Add(new double?[languages.Count]);
            }
            if (column.TryGetValue(s.Language, out var j))
            {
                rows[s.Stage - 1][j] = s.Recall;
            }
        }
        return rows;
    }

    /// <summary>The run's headline figures after its last stage, Recall@1 on its own data set. A run with one stage over several languages (joint, zero-shot) has an average recall and no forgetting.</summary>
    public static ContinualSummary Summarise(IReadOnlyCollection<Score> scores, IReadOnlyList<string> languages, string protocol)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(languages);
        var t2i = Matrix(scores, languages, protocol, RetrievalDirection.TextToImage);
        var i2t = Matrix(scores, languages, protocol, RetrievalDirection.ImageToText);
        if (t2i.Count == 0 || i2t.Count != t2i.Count)
        {
            return new ContinualSummary();
        }
        if (t2i.Count == 1)
        {
            return new ContinualSummary { ArT2i = t2i[0].Average(), ArI2t = i2t[0].Average() }; // Average skips nulls
        }
        var last = t2i.Count - 1;
        return new ContinualSummary
        {
            ArT2i = AverageRecall(t2i, last),
            ArI2t = AverageRecall(i2t, last),
            ForgettingT2i = Forgetting(t2i, last),
            ForgettingI2t = Forgetting(i2t, last),
            ForgettingEnglishT2i = ForgettingOf(t2i, last, 0),
            ForgettingEnglishI2t = ForgettingOf(i2t, last, 0),
            BackwardTransferT2i = BackwardTransfer(t2i),
            OwnTaskT2i = OwnTask(t2i, last),
        };
    }

    private static bool Complete(IReadOnlyList<IReadOnlyList<double?>> a, int t) =>
        Enumerable.Range(0, t + 1).All(j => j < a[t].Count && a[t][j] is not null);
}
