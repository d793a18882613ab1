namespace CllClip.Portal.Features.Leaderboard;

/// <summary>The results of this portal's runs, as they are stored.</summary>
public interface IOwnResults
{
    /// <summary>One entry for every run that has a score, oldest first.</summary>
    Task<IReadOnlyList<BoardEntry>> ReadAsync(CancellationToken stop = default);
}
