using CllClip.Portal.Access;
using CllClip.Portal.Features.Audit;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Tests.Features;

/// <summary>Somebody at a page, with whatever role a test wants.</summary>
public sealed class SampleAccess : IAccess
{
    public Role Role { get; set; } = Role.Admin;

    public Caller Caller => new("ana", Role, "192.168.1.7");
}

/// <summary>An audit log in memory.</summary>
public sealed class KeptAudit : IAuditLog
{
    /// <summary>What was written: act, outcome, targets.</summary>
    public List<(string Act, AuditOutcome Outcome, string Targets)> Lines { get; } = [];

    public Task<IReadOnlyDictionary<string, string>> NamesAsync(IReadOnlyCollection<string> runs) =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>());

    public Task WriteAsync(
        Caller caller,
        Act act,
        AuditOutcome outcome,
        IReadOnlyCollection<string> targets,
        IReadOnlyDictionary<string, string>? names = null
    )
    {
        Lines.Add((act?.Name ?? "", outcome, string.Join(' ', targets)));
        return Task.CompletedTask;
    }

    public Task RefusedAsync(Caller caller, Act act, IReadOnlyCollection<string> targets) =>
        WriteAsync(caller, act, AuditOutcome.Refused, targets);
}
