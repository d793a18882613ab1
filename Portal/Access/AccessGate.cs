using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace CllClip.Portal.Access;

/// <summary>Who may look and who may change: on loopback everybody on this machine; on any other address, or behind a proxy, those with the token.</summary>
public sealed class AccessGate(IOptions<AccessOptions> options, IServerBinding binding)
{
    public const string CookieName = "cllclip-access";
    private const string Scheme = "token";

    private readonly AccessOptions _options = options.Value;
    private readonly string _token = string.IsNullOrWhiteSpace(options.Value.Token)
        ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24))
        : options.Value.Token.Trim();

    private bool? _loopback;

    /// <summary>Whether the portal listens to this machine only; a proxy on it may still let others in.</summary>
    public bool Loopback => _loopback ??= binding.Addresses.All(LoopbackAddress.IsLoopback);

    /// <summary>Whether the token was chosen here, because the settings name none.</summary>
    public bool TokenIsMade => string.IsNullOrWhiteSpace(_options.Token);

    /// <summary>
    /// Whether changes need the token: on every address but loopback, and on loopback too where the settings name one, or hosts: what comes through a proxy
    /// looks as if it came from this machine.
    /// </summary>
    public bool TokenNeeded => !Loopback || !TokenIsMade || _options.Hosts.Count > 0;

    /// <summary>The token, to be printed once.</summary>
    internal string Token => _token;

    /// <summary>What the cookie holds: proof of the token that does not give the token away.</summary>
    internal string CookieValue => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(_token), "cllclip cookie"u8));

    /// <summary>Addresses with the token, as printed at the start.</summary>
    internal IEnumerable<string> AddressesWithToken =>
        binding
            .Addresses.Select(BindingAddress.Parse)
            .Select(a => $"{a.Scheme}://{Reachable(a.Host)}:{a.Port}")
            .Concat(_options.Hosts.Select(h => $"https://{h}"))
            .Select(a => $"{a}/?token={Uri.EscapeDataString(_token)}");

    /// <summary>A wildcard cannot be typed into a browser; this machine's name can.</summary>
    private static string Reachable(string host) => host is "*" or "+" or "0.0.0.0" or "[::]" ? Environment.MachineName : host;

    internal bool IsToken(string? given) => SameText(given, _token);

    internal bool MayLook(ClaimsPrincipal user) => !TokenNeeded || _options.AnonymousViewers || IsOwner(user);

    internal bool MayChange(ClaimsPrincipal user) => !TokenNeeded || IsOwner(user);

    /// <summary>
    /// Whether a <c>Host</c> is one of this portal's own names; a foreign one is a rebound DNS name. Beyond loopback a number is nobody's name, so it cannot
    /// be rebound.
    /// </summary>
    internal bool IsOwnHost(HostString host) =>
        LoopbackAddress.IsLoopbackHost(host.Host)
        || _options.Hosts.Contains(host.Host, StringComparer.OrdinalIgnoreCase)
        || (!Loopback && (LoopbackAddress.IsNumber(host.Host) || LoopbackAddress.IsThisMachine(host.Host)));

    /// <summary>Somebody who gave no proof of the token.</summary>
    internal static ClaimsPrincipal Nobody => new(new ClaimsIdentity());

    /// <summary>Somebody who has the token.</summary>
    internal static ClaimsPrincipal Owner => new(new ClaimsIdentity(Scheme));

    /// <summary>Whether a request claims to come from somebody who has the token.</summary>
    internal static bool HasProof(HttpRequest request) => Bearer(request) is not null || request.Cookies.ContainsKey(CookieName);

    /// <summary>Whether the claim is right: by bearer token or by cookie.</summary>
    internal bool IsProven(HttpRequest request) => IsToken(Bearer(request)) || SameText(request.Cookies[CookieName], CookieValue);

    private static string? Bearer(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : null;
    }

    private static bool IsOwner(ClaimsPrincipal user) => user.Identity is { IsAuthenticated: true, AuthenticationType: Scheme };

    /// <summary>Compares in a time that depends on neither text: digests of equal length are compared.</summary>
    private static bool SameText(string? given, string expected) =>
        given is not null
        && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(given)),
            SHA256.HashData(Encoding.UTF8.GetBytes(expected))
        );
}
