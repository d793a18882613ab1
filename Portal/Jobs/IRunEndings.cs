using CllClip.Portal.Storage;

namespace CllClip.Portal.Jobs;

/// <summary>Told when a run comes to rest: completed, failed or stopped.</summary>
public interface IRunEndings
{
    /// <summary>Adds what must be stored together with the run's end to its transaction.</summary>
    /// <param name="db">Context of the transaction.</param>
    /// <param name="run">The run in its new state.</param>
    /// <param name="at">When it came to rest (UTC).</param>
    void Ended(PortalDbContext db, RunEntity run, DateTime at);

    /// <summary>The transaction was stored; must not block.</summary>
    void Stored();
}
