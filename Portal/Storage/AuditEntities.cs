namespace CllClip.Portal.Storage;

/// <summary>What came of something that somebody did or tried.</summary>
public enum AuditOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>The caller may not, or gave a wrong token.</summary>
    Refused,

    /// <summary>What was asked for was wrong.</summary>
    Invalid,

    /// <summary>There is no such thing.</summary>
    Missing,

    /// <summary>Not possible in the state that the thing was in.</summary>
    Conflict,

    /// <summary>The portal could not.</summary>
    Failed,
}

/// <summary>One line of the audit log. Written once; the database refuses to change it, and only its age removes it.</summary>
public sealed class AuditEntity
{
    public long Id { get; set; }
    public DateTime At { get; set; }

    /// <summary>Name of the token, or of those without one.</summary>
    public required string Who { get; set; }

    /// <summary>Role that the caller had then.</summary>
    public required string Role { get; set; }
    public required string Address { get; set; }

    /// <summary>Name of the act.</summary>
    public required string What { get; set; }

    /// <summary>Id of what it was done to; empty of none.</summary>
    public required string Target { get; set; }

    /// <summary>Name that a run had then; a later one may be called otherwise, or be gone.</summary>
    public string? TargetName { get; set; }
    public AuditOutcome Outcome { get; set; }
}
