using System.Security.Cryptography;
using CllClip.Engine;

namespace CllClip.Portal.Access;

/// <summary>Makes keys of the tokens in the settings, or says what is wrong with them.</summary>
internal static class TokenSettings
{
    /// <summary>Name of the token <c>CllClip:Access:Token</c>, and of the one that is made.</summary>
    public const string AdminName = "admin";

    /// <summary>What a digest in the settings begins with.</summary>
    public const string DigestMark = "sha256:";

    private const int LongestName = 40;
    private const int ShortestToken = 16;
    private const int Bytes = 24;

    /// <summary>A token that nobody guesses.</summary>
    public static string Make() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>The digest of a token, as it may stand in the settings.</summary>
    public static string DigestLine(string token) => DigestMark + Convert.ToHexStringLower(TokenRing.DigestOf(token));

    /// <summary>A key for every token of the settings.</summary>
    /// <exception cref="EngineException">A setting cannot be used; the message names it, and never the token.</exception>
    public static IReadOnlyList<TokenKey> Keys(AccessOptions options)
    {
        var keys = new List<TokenKey>();
        if (!string.IsNullOrWhiteSpace(options.Token))
        {
            keys.Add(new(AdminName, Role.Admin, Digest(options.Token.Trim(), $"{AccessOptions.Section}:Token", shortest: 1)));
        }
        for (var i = 0; i < options.Tokens.Count; i++)
        {
            keys.Add(Key(options.Tokens[i], $"{AccessOptions.Section}:Tokens:{i}", keys));
        }
        return keys;
    }

    private static TokenKey Key(NamedToken given, string setting, List<TokenKey> before)
    {
        var name = given.Name?.Trim() ?? "";
        if (name.Length is 0 or > LongestName || name.Any(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029'))
        {
            throw new EngineException(
                $"The setting {setting}:Name must name who has the token, in one line of at most {LongestName} characters."
            );
        }
        if (
            name.Equals(Caller.Anonymous, StringComparison.OrdinalIgnoreCase)
            || name.Equals(Caller.ThisMachine, StringComparison.OrdinalIgnoreCase)
        )
        {
            throw new EngineException($"The setting {setting}:Name is '{name}', which means those without a token. Choose another name.");
        }
        if (before.Any(k => k.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new EngineException(
                name.Equals(AdminName, StringComparison.OrdinalIgnoreCase) && before[0].Name == AdminName
                    ? $"The setting {setting}:Name is '{name}', as the token {AccessOptions.Section}:Token is called. Choose another name."
                    : $"The setting {setting}:Name is '{name}', which another token has too. Give each a name of its own."
            );
        }
        if (RoleNames.Find(given.Role) is not { } role)
        {
            throw new EngineException($"The setting {setting}:Role is '{given.Role}'. Use viewer, runner or admin.");
        }
        var digest = Digest(given.Token?.Trim() ?? "", $"{setting}:Token", ShortestToken);
        return before.FirstOrDefault(k => k.Digest.AsSpan().SequenceEqual(digest)) is { } same
            ? throw new EngineException(
                $"The setting {setting}:Token is the same as the token of '{same.Name}'. Give each a token of its own."
            )
            : new TokenKey(name, role, digest);
    }

    private static byte[] Digest(string text, string setting, int shortest)
    {
        if (text.StartsWith(DigestMark, StringComparison.OrdinalIgnoreCase))
        {
            var digits = text[DigestMark.Length..].Trim();
            return digits.Length == 2 * SHA256.HashSizeInBytes && digits.All(char.IsAsciiHexDigit)
                ? Convert.FromHexString(digits)
                : throw new EngineException(
                    $"The setting {setting} must have {2 * SHA256.HashSizeInBytes} hexadecimal digits behind {DigestMark}. The command 'token' prints such a line."
                );
        }
        return text.Length == 0 ? throw new EngineException($"The setting {setting} is empty. The command 'token' makes a token.")
            : text.Length < shortest
                ? throw new EngineException(
                    $"The setting {setting} has {text.Length} characters; fewer than {shortest} could be guessed. The command 'token' makes a token."
                )
            : TokenRing.DigestOf(text);
    }
}
