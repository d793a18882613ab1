using System.Net.Http.Headers;
using CllClip.Portal.Access;

namespace CllClip.Portal.Tests.Access;

/// <summary>A portal whose settings name a token for each role. It listens on loopback, so that no limit of requests gets in a test's way.</summary>
public class GuardedPortal : PortalHost
{
    public const string Viewer = "token of vera the viewer";
    public const string Runner = "token of rob the runner";
    public const string Admin = "token of ada the admin";

    public GuardedPortal()
        : this(viewers: true) { }

    protected internal GuardedPortal(bool viewers)
        : base(Settings(viewers)) { }

    /// <summary>The token of a role; null for nobody.</summary>
    public static string? TokenOf(Role role) =>
        role switch
        {
            Role.Viewer => Viewer,
            Role.Runner => Runner,
            Role.Admin => Admin,
            _ => null,
        };

    /// <summary>A request as the bearer of a token.</summary>
    public static Action<HttpRequestMessage> As(string? token) =>
        request => request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);

    internal static Dictionary<string, string?> Settings(bool viewers) =>
        new()
        {
            ["CllClip:Access:AnonymousViewers"] = viewers ? "true" : "false",
            ["CllClip:Access:Tokens:0:Name"] = "vera",
            ["CllClip:Access:Tokens:0:Role"] = "viewer",
            ["CllClip:Access:Tokens:0:Token"] = Viewer,
            ["CllClip:Access:Tokens:1:Name"] = "rob",
            ["CllClip:Access:Tokens:1:Role"] = "runner",
            ["CllClip:Access:Tokens:1:Token"] = Runner,
            ["CllClip:Access:Tokens:2:Name"] = "ada",
            ["CllClip:Access:Tokens:2:Role"] = "admin",
            ["CllClip:Access:Tokens:2:Token"] = TokenSettings.DigestLine(Admin),
        };
}
