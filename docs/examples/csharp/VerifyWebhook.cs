using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CllClip.Examples;

/// <summary>Whether a webhook's message is genuine.</summary>
public static class VerifyWebhook
{
    private static readonly TimeSpan Oldest = TimeSpan.FromMinutes(5);

    /// <summary>True if the signature is right and the message at most five minutes old.</summary>
    /// <param name="secret">The webhook's secret.</param>
    /// <param name="timestamp">The header X-CllClip-Timestamp.</param>
    /// <param name="signature">The header X-CllClip-Signature.</param>
    /// <param name="body">The raw body, before any parsing.</param>
    /// <param name="now">The time it came.</param>
    public static bool IsGenuine(string secret, string timestamp, string signature, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (
            !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > Oldest.TotalSeconds
        )
        {
            return false;
        }
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hash.AppendData(Encoding.UTF8.GetBytes(timestamp + "."));
        hash.AppendData(body);
        var expected = "sha256=" + Convert.ToHexStringLower(hash.GetHashAndReset());
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(signature));
    }
}
