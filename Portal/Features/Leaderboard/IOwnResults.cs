namespace CllClip.Portal.Features.Leaderboard;

/// <summary>The results of this portal's runs, as they are stored.</summary>
public interface IOwnResults
{
    /// <summary>One entry for every run that has a score, oldest first.</summary>
    /// <param name="stopped">Whether runs that stopped or failed are among them.</param>
    /// <param name="stop">Ends the reading.</param>
    Task<OwnResults> ReadAsync(bool stopped, CancellationToken stop = default);
}

/// <summary>Results of this portal's runs.</summary>
/// <param name="Entries">The entries, oldest first; the same list as long as nothing has changed.</param>
/// <param name="LeftOut">Number of runs with a score that stopped or failed and are not among them.</param>
public sealed record OwnResults(IReadOnlyList<BoardEntry> Entries, int LeftOut);
