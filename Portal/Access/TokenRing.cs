using System.Security.Cryptography;
using System.Text;

namespace CllClip.Portal.Access;

/// <summary>A token that the portal knows: its digest, never itself.</summary>
internal sealed record TokenKey(string Name, Role Role, byte[] Digest);

/// <summary>Finds out whose a token is, in a time that depends on neither the token nor on whose it is.</summary>
internal sealed class TokenRing(IReadOnlyList<TokenKey> keys, TokenRing.SameBytes? same = null)
{
    public delegate bool SameBytes(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b);

    private readonly SameBytes _same = same ?? CryptographicOperations.FixedTimeEquals;

    /// <summary>The key of a token; null if it is nobody's.</summary>
    public TokenKey? Find(string? token) => token is null ? null : FindDigest(DigestOf(token));

    /// <summary>The key with a digest; every one is compared, whichever fits.</summary>
    public TokenKey? FindDigest(ReadOnlySpan<byte> digest)
    {
        TokenKey? found = null;
        foreach (var key in keys)
        {
            found = _same(digest, key.Digest) ? key : found;
        }
        return found;
    }

    public static byte[] DigestOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
