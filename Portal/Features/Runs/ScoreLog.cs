using CllClip.Portal.Layout.Components;
using CllClip.Shared.Results;

namespace CllClip.Portal.Features.Runs;

/// <summary>
/// The scores of one run, as far as they are known: one for all pages that show the run, because there are thousands of them. Scores are added, and replaced
/// where one was measured again. Thread-safe; a list that was taken never changes.
/// </summary>
/// <param name="dataset">The run's own data set.</param>
public sealed class ScoreLog(string dataset)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(int, string, RetrievalDirection, int, string, string), Score> _known = [];
    private readonly GrowingList<Score> _all = new();
    private readonly Dictionary<string, GrowingList<Score>> _on = []; // by data set

    private readonly Dictionary<
        (string Dataset, CurveChoice Choice),
        (IReadOnlyList<Score> Scores, IReadOnlyList<string> Languages, ScoreCurves Made)
    > _curves = [];

    /// <summary>The matrices that pages show of these scores.</summary>
    public MatrixDrawings Matrices { get; } = new();

    /// <summary>The run's training steps, as far as pages that are open know them.</summary>
    public StepLog Steps { get; } = new();

    /// <summary>Scores of all data sets, in the order of measuring.</summary>
    public IReadOnlyList<Score> All
    {
        get
        {
            lock (_lock)
            {
                return _all.View;
            }
        }
    }

    /// <summary>The scores on one data set.</summary>
    /// <param name="testSet">Id of a further data set; null for the run's own.</param>
    public IReadOnlyList<Score> On(string? testSet)
    {
        lock (_lock)
        {
            return _on.TryGetValue(testSet ?? dataset, out var scores) ? scores.View : [];
        }
    }

    /// <summary>The curves of the scores on one data set; made once for all pages that show the same.</summary>
    /// <param name="testSet">Id of a further data set; null for the run's own.</param>
    /// <param name="choice">Protocol, direction and K.</param>
    /// <param name="languages">The languages that they show.</param>
    internal ScoreCurves Curves(string? testSet, CurveChoice choice, IReadOnlyList<string> languages)
    {
        lock (_lock)
        {
            var scores = On(testSet);
            var protocol = choice.Protocol ?? (scores is [var first, ..] ? first.Protocol : "");
            var key = (testSet ?? dataset, choice with { Protocol = protocol });
            if (_curves.TryGetValue(key, out var last) && last.Scores.Equals(scores) && last.Languages.SequenceEqual(languages))
            {
                return last.Made;
            }
            var made = ScoreCurves.Of(scores, protocol, choice.Direction, choice.K, languages);
            _curves[key] = (scores, languages, made);
            return made;
        }
    }

    /// <summary>Adds what is not known yet.</summary>
    public void Add(IEnumerable<Score> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        lock (_lock)
        {
            foreach (var score in scores)
            {
                AddOne(score);
            }
        }
    }

    /// <summary>Adds a score that is not known yet.</summary>
    public void Add(Score score)
    {
        ArgumentNullException.ThrowIfNull(score);
        lock (_lock)
        {
            AddOne(score);
        }
    }

    private void AddOne(Score score)
    {
        var set = score.Dataset ?? dataset;
        var key = (score.Stage, score.Language, score.Direction, score.K, score.Protocol, set);
        if (!_known.TryGetValue(key, out var old))
        {
            _known.Add(key, score);
            _all.Add(score);
            (_on.TryGetValue(set, out var scores) ? scores : _on[set] = new GrowingList<Score>()).Add(score);
        }
        else if (old != score)
        {
            _known[key] = score;
            _all.Replace(old, score);
            _on[set].Replace(old, score);
        }
    }

    /// <summary>A list that only grows: what was taken of it stays as it was, without a copy.</summary>
    private sealed class GrowingList<T>
        where T : class
    {
        private T[] _items = new T[16];
        private int _count;
        private IReadOnlyList<T>? _view;

        public IReadOnlyList<T> View => _view ??= new ArraySegment<T>(_items, 0, _count);

        public void Add(T item)
        {
            if (_count == _items.Length)
            {
                Array.Resize(ref _items, 2 * _count);
            }
            _items[_count++] = item;
            _view = null;
        }

        public void Replace(T old, T item)
        {
            _items = [.. _items]; // views of before keep the old one
            _items[Array.IndexOf(_items, old, 0, _count)] = item;
            _view = null;
        }
    }
}
