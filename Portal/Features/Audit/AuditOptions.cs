using CllClip.Engine;

namespace CllClip.Portal.Features.Audit;

/// <summary>The settings <c>CllClip:Audit</c>.</summary>
public sealed class AuditOptions
{
    public const string Section = "CllClip:Audit";

    private const int Longest = 36_500;

    /// <summary>Days after which a line of the audit log is removed; 0 keeps all.</summary>
    public int KeepDays { get; set; } = 365;

    /// <exception cref="EngineException">A setting cannot be used; the message names it.</exception>
    public AuditOptions Check() =>
        KeepDays is < 0 or > Longest
            ? throw new EngineException(
                $"The setting {Section}:KeepDays is {KeepDays}. Use a number of days from 1 to {Longest}, or 0 to keep all."
            )
            : this;
}
