using CllClip.Engine;
using CllClip.Engine.Training;
using Microsoft.Extensions.Caching.Memory;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Answers to single queries that runs have kept.</summary>
public interface IKeptAnswers
{
    /// <summary>The share of languages in which each query is answered, in percent; null where that was not kept, or the languages have different queries.</summary>
    double[]? Read(BoardEntry entry, ScoreKey key, BoardMoment moment, IReadOnlyList<string> languages);
}

/// <summary>Reads them from the files of ranks beside the checkpoints; what was read stays in memory within a bound.</summary>
public sealed class KeptAnswers : IKeptAnswers, IDisposable
{
    private const long Bound = 64 << 20; // bytes

    private readonly MemoryCache _read = new(new MemoryCacheOptions { SizeLimit = Bound });

    public void Dispose() => _read.Dispose();

    public double[]? Read(BoardEntry entry, ScoreKey key, BoardMoment moment, IReadOnlyList<string> languages)
    {
        ArgumentNullException.ThrowIfNull(entry);
        // A run that goes on rewrites its figures; it is not ranked either.
        if (entry.Chain is not { } chain || !entry.Finished)
        {
            return null;
        }
        var scores = entry.Scores[key];
        if (!RankFile.Exists(chain, scores.LastStage))
        {
            return null;
        }
        var name = (chain, File.GetLastWriteTimeUtc(RankFile.PathOf(chain, scores.LastStage)), key, moment, string.Join(',', languages));
        return _read.GetOrCreate(
            name,
            kept =>
            {
                var shares = Shares(entry, chain, scores, key, moment, languages);
                kept.Size = 256 + (8L * shares?.Length ?? 0);
                return shares;
            }
        );
    }

    private static double[]? Shares(
        BoardEntry entry,
        string chain,
        EntryScores scores,
        ScoreKey key,
        BoardMoment moment,
        IReadOnlyList<string> languages
    )
    {
        double[]? shares = null;
        try
        {
            foreach (var language in languages)
            {
                var stage = moment == BoardMoment.Last ? scores.LastStage : 1 + entry.Languages.ToList().IndexOf(language);
                var ranks = RankFile.Read(chain, stage, scores.TestSet, key.Protocol, language, key.Direction);
                if (ranks is null or [] || (shares is not null && shares.Length != ranks.Length))
                {
                    return null;
                }
                shares ??= new double[ranks.Length];
                for (var i = 0; i < ranks.Length; i++)
                {
                    shares[i] += ranks[i] >= 0 && ranks[i] < key.K ? 100.0 / languages.Count : 0;
                }
            }
        }
        catch (EngineException)
        {
            return null; // a damaged file says nothing; the scores themselves are in the database
        }
        return shares;
    }
}
