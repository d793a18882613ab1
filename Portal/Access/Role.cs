using CllClip.Portal.Localization;

namespace CllClip.Portal.Access;

/// <summary>How far somebody may go; each may do what those before it may.</summary>
public enum Role
{
    /// <summary>Nothing but being asked for a token.</summary>
    None,

    /// <summary>Looks: runs, scores, searches, downloads.</summary>
    Viewer,

    /// <summary>Works: launches, stops, tags, imports, uploads, registers.</summary>
    Runner,

    /// <summary>Everything: also deletes what others made, has webhooks told, reads the audit log.</summary>
    Admin,
}

/// <summary>Roles in words.</summary>
internal static class RoleNames
{
    private static readonly (Role Role, string Name)[] All =
    [
        (Role.None, PageText.Key("none")),
        (Role.Viewer, PageText.Key("viewer")),
        (Role.Runner, PageText.Key("runner")),
        (Role.Admin, PageText.Key("admin")),
    ];

    /// <summary>As the settings and the API write it; to be translated where a page shows it.</summary>
    public static string Of(Role role) => All.First(r => r.Role == role).Name;

    /// <summary>Who somebody is, in the reader's language where it is no name of a token.</summary>
    public static string Who(string name, PageText text) =>
        name switch
        {
            Caller.Anonymous => text["anonymous"],
            Caller.ThisMachine => text["this machine"],
            _ => name,
        };

    /// <summary>The role that the settings name; null if there is none.</summary>
    public static Role? Find(string? name) =>
        All.Where(r => r.Role > Role.None && r.Name.Equals(name?.Trim(), StringComparison.OrdinalIgnoreCase))
            .Select(r => (Role?)r.Role)
            .FirstOrDefault();
}
