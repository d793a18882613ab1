using System.Security.Claims;

namespace CllClip.Portal.Access;

/// <summary>Who asks: by which token, with which role, from where.</summary>
/// <param name="Name">Name of the token, or one of the two that the settings may not give.</param>
/// <param name="Role">How far it goes.</param>
/// <param name="Address">Where the request came from; empty if unknown.</param>
public sealed record Caller(string Name, Role Role, string Address)
{
    /// <summary>Somebody without a token, where one is needed.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>Whoever sits at the machine that the portal runs on, where no token is needed.</summary>
    public const string ThisMachine = "this machine";

    private const string Scheme = "token";
    private const string AddressClaim = "address";

    /// <summary>Whether the caller may.</summary>
    public bool May(Act act)
    {
        ArgumentNullException.ThrowIfNull(act);
        return Role >= act.Needed;
    }

    /// <summary>As the request carries it, and the circuit that it opens.</summary>
    internal ClaimsPrincipal ToPrincipal() =>
        new(
            new ClaimsIdentity(
                [new(ClaimTypes.Name, Name), new(ClaimTypes.Role, Role.ToString()), new(AddressClaim, Address)],
                Scheme // nothing else makes identities of this kind
            )
        );

    /// <summary>Who a request or circuit belongs to; nobody at all if it did not pass the gate.</summary>
    internal static Caller Of(ClaimsPrincipal user) =>
        user.Identity is ClaimsIdentity { IsAuthenticated: true, AuthenticationType: Scheme } identity
        && Enum.TryParse<Role>(identity.FindFirst(ClaimTypes.Role)?.Value, out var role)
            ? new(identity.Name ?? Anonymous, role, identity.FindFirst(AddressClaim)?.Value ?? "")
            : new(Anonymous, Role.None, "");
}
