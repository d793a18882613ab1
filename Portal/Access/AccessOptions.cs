namespace CllClip.Portal.Access;

/// <summary>The settings <c>CllClip:Access</c>.</summary>
public sealed class AccessOptions
{
    /// <summary>The token that allows changes. Null: none is needed on loopback; on any other address, or behind a proxy, one is made at the start.</summary>
    public string? Token { get; set; }

    /// <summary>Whether those without the token may look (they never may change anything).</summary>
    public bool AnonymousViewers { get; set; } = true;

    /// <summary>
    /// Further host names, without port, by which the portal may be called, for example that of a reverse proxy. Naming one says that others than this
    /// machine reach the portal: changes then need the token on loopback too.
    /// </summary>
    public IList<string> Hosts { get; } = [];
}
