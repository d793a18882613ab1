using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace CllClip.Portal.Access;

/// <summary>Who somebody is: on loopback everybody on this machine is an admin; on any other address, or behind a proxy, a token says it.</summary>
public sealed class AccessGate
{
    public const string CookieName = "cllclip-access";

    /// <summary>How long a browser stays signed in.</summary>
    internal static readonly TimeSpan CookieLife = TimeSpan.FromDays(30);

    private readonly AccessOptions _options;
    private readonly IServerBinding _binding;
    private readonly TokenRing _ring;
    private readonly ITimeLimitedDataProtector _cookies;
    private readonly string? _made;

    private bool? _loopback;

    /// <exception cref="Engine.EngineException">The settings name a token that cannot be used.</exception>
    public AccessGate(IOptions<AccessOptions> options, IServerBinding binding, IDataProtectionProvider protection)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _binding) = (options.Value, binding);
        _cookies = protection.CreateProtector("CllClip.Portal.Access.Cookie").ToTimeLimitedDataProtector();
        var keys = TokenSettings.Keys(_options);
        if (keys.Count == 0)
        {
            _made = TokenSettings.Make();
            keys = [new(TokenSettings.AdminName, Role.Admin, TokenRing.DigestOf(_made))];
        }
        _ring = new(keys);
        HasAdmin = keys.Any(k => k.Role == Role.Admin);
    }

    /// <summary>Whether the portal listens to this machine only; a proxy on it may still let others in.</summary>
    public bool Loopback => _loopback ?? Listening();

    /// <summary>Addresses come one by one while the server starts: until all are there, and where there is none, others may reach the portal.</summary>
    private bool Listening()
    {
        if (!_binding.Complete)
        {
            return false;
        }
        var addresses = _binding.Addresses;
        return (_loopback = addresses.Count > 0 && addresses.All(LoopbackAddress.IsLoopback)).Value;
    }

    /// <summary>Whether the token was chosen here, because the settings name none.</summary>
    public bool TokenIsMade => _made is not null;

    /// <summary>
    /// Whether a token says who somebody is: on every address but loopback, and on loopback too where the settings name one, or hosts: what comes through a
    /// proxy looks as if it came from this machine.
    /// </summary>
    public bool TokenNeeded => !Loopback || !TokenIsMade || _options.Hosts.Count > 0 || Proxied;

    /// <summary>Whether proxies that are trusted tell who calls.</summary>
    internal bool Proxied => _options.Proxies.Count > 0;

    /// <summary>Whether an address tells callers apart: on loopback without a proxy that names them, everybody has the same.</summary>
    internal bool AddressesTell => !Loopback || Proxied;

    /// <summary>Whether any token is an admin's.</summary>
    internal bool HasAdmin { get; }

    /// <summary>The token that was made, to be printed once.</summary>
    internal string? Token => _made;

    /// <summary>Addresses with the token that was made, as printed at the start.</summary>
    internal IEnumerable<string> AddressesWithToken =>
        _binding
            .Addresses.Select(BindingAddress.Parse)
            .Select(a => $"{a.Scheme}://{Reachable(a.Host)}:{a.Port}")
            .Concat(_options.Hosts.Select(h => $"https://{h}"))
            .Select(a => $"{a}/?token={Uri.EscapeDataString(_made ?? "")}");

    /// <summary>A wildcard cannot be typed into a browser; this machine's name can.</summary>
    private static string Reachable(string host) => host is "*" or "+" or "0.0.0.0" or "[::]" ? Environment.MachineName : host;

    /// <summary>Whose a token is.</summary>
    internal TokenKey? Find(string? token) => _ring.Find(token);

    /// <summary>Who somebody is who gave no proof of anything.</summary>
    internal Caller Unproven(string address) =>
        !TokenNeeded
            ? new(Caller.ThisMachine, Role.Admin, address)
            : new(Caller.Anonymous, _options.AnonymousViewers ? Role.Viewer : Role.None, address);

    /// <summary>What the cookie of a token holds: its digest, sealed with the portal's keys. It gives nothing away, and is good for as long as the settings name the token.</summary>
    internal string CookieOf(TokenKey key) => _cookies.Protect(Convert.ToHexString(key.Digest), CookieLife);

    /// <summary>Whether a request claims to come from somebody who has a token.</summary>
    internal static bool HasProof(HttpRequest request) => Bearer(request) is not null || request.Cookies.ContainsKey(CookieName);

    /// <summary>Whether the claim is a token, which can be guessed, and not only a cookie, which cannot: it is sealed with the portal's keys.</summary>
    internal static bool HasToken(HttpRequest request) => Bearer(request) is not null;

    /// <summary>Whose token it is.</summary>
    internal TokenKey? OfToken(HttpRequest request) => _ring.Find(Bearer(request));

    /// <summary>Whose cookie it is.</summary>
    internal TokenKey? OfCookie(HttpRequest request)
    {
        var cookie = request.Cookies[CookieName];
        if (string.IsNullOrEmpty(cookie))
        {
            return null;
        }
        try
        {
            return _ring.FindDigest(Convert.FromHexString(_cookies.Unprotect(cookie)));
        }
        catch (CryptographicException) // forged, expired, or sealed with other keys
        {
            return null;
        }
    }

    private static string? Bearer(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : null;
    }

    /// <summary>
    /// Whether a <c>Host</c> is one of this portal's own names; a foreign one is a rebound DNS name. Beyond loopback a number is nobody's name, so it cannot
    /// be rebound.
    /// </summary>
    internal bool IsOwnHost(HostString host) =>
        LoopbackAddress.IsLoopbackHost(host.Host)
        || _options.Hosts.Contains(host.Host, StringComparer.OrdinalIgnoreCase)
        || (!Loopback && (LoopbackAddress.IsNumber(host.Host) || LoopbackAddress.IsThisMachine(host.Host)));
}
