using CllClip.Portal.Access;

namespace CllClip.Portal.Features.Audit;

/// <summary>The audit log as the person at a page may read it.</summary>
public interface IAuditDesk
{
    /// <summary>Whether the person may read it.</summary>
    bool MaySee { get; }

    /// <summary>A page of the lines that fit; none for those who may not.</summary>
    Task<AuditPageOfLines> ListAsync(AuditFilter filter, CancellationToken stop = default);

    /// <summary>Every caller and every act that the log knows.</summary>
    Task<(IReadOnlyList<string> Who, IReadOnlyList<string> What)> NamesAsync(CancellationToken stop = default);
}

/// <summary>The desk over the portal's own log.</summary>
internal sealed class AuditDesk(AuditQueries queries, IAccess access) : IAuditDesk
{
    public bool MaySee => access.May(Acts.SeeAudit);

    public Task<AuditPageOfLines> ListAsync(AuditFilter filter, CancellationToken stop = default) =>
        MaySee ? queries.ListAsync(filter, stop) : Task.FromResult(new AuditPageOfLines([], 0));

    public Task<(IReadOnlyList<string> Who, IReadOnlyList<string> What)> NamesAsync(CancellationToken stop = default) =>
        MaySee ? queries.NamesAsync(stop) : Task.FromResult<(IReadOnlyList<string>, IReadOnlyList<string>)>(([], []));
}
