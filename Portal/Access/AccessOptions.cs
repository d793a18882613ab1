namespace CllClip.Portal.Access;

/// <summary>The settings <c>CllClip:Access</c>.</summary>
public sealed class AccessOptions
{
    public const string Section = "CllClip:Access";

    /// <summary>
    /// A token of an admin, which needs no entry in <see cref="Tokens"/>. If the settings name no token at all, none is needed on loopback; on any other address,
    /// or behind a proxy, one is made at the start.
    /// </summary>
    public string? Token { get; set; }

    /// <summary>Tokens by name, each with a role.</summary>
    public IList<NamedToken> Tokens { get; } = [];

    /// <summary>Whether those without a token may look, as viewers.</summary>
    public bool AnonymousViewers { get; set; } = true;

    /// <summary>
    /// Further host names, without port, by which the portal may be called, for example that of a reverse proxy. Naming one says that others than this
    /// machine reach the portal: changes then need a token on loopback too.
    /// </summary>
    public IList<string> Hosts { get; } = [];

    /// <summary>
    /// Addresses or networks (<c>10.0.0.0/8</c>) of reverse proxies that are believed when they say who calls (<c>X-Forwarded-For</c>) and how
    /// (<c>X-Forwarded-Proto</c>). Nobody else is. Naming one says, as with <see cref="Hosts"/>, that others than this machine reach the portal.
    /// </summary>
    public IList<string> Proxies { get; } = [];

    /// <summary>
    /// Folders of the server below which data sets and base models may be registered over page or API. If none is named: every folder while everybody here
    /// is an admin on loopback, otherwise none.
    /// </summary>
    public IList<string> ServerFolders { get; } = [];
}

/// <summary>A token of the settings.</summary>
public sealed class NamedToken
{
    /// <summary>Who has it, as the audit log shows it.</summary>
    public string? Name { get; set; }

    /// <summary><c>viewer</c>, <c>runner</c> or <c>admin</c>.</summary>
    public string? Role { get; set; }

    /// <summary>The token, or <c>sha256:</c> and the SHA-256 of it in hexadecimal digits.</summary>
    public string? Token { get; set; }
}
