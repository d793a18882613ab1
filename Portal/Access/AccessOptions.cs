namespace CllClip.Portal.Access;

/// <summary>The settings <c>CllClip:Access</c>.</summary>
public sealed class AccessOptions
{
    /// <summary>The token that allows changes. Null: none is needed on loopback; on any other address one is made at the start.</summary>
    public string? Token { get; set; }

    /// <summary>Whether those without the token may look (they never may change anything).</summary>
    public bool AnonymousViewers { get; set; } = true;

    /// <summary>Further host names by which the portal is called on loopback, for example that of a reverse proxy.</summary>
    public IList<string> Hosts { get; } = [];
}
