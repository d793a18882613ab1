using System.Security.Cryptography;
using CllClip.Engine;
using CllClip.Portal.Access;
using CllClip.Portal.Commands;
using Xunit;

namespace CllClip.Portal.Tests.Access;

/// <summary>Tokens of the settings, and how one is looked for.</summary>
public sealed class TokenSettingsTests
{
    private const string Long = "a token that is long enough";

    [Theory]
    [InlineData("", "runner", Long, "Tokens:1:Name")]
    [InlineData("  ", "runner", Long, "Tokens:1:Name")]
    [InlineData("two\nlines", "runner", Long, "Tokens:1:Name")]
    [InlineData("two\u2028lines", "runner", Long, "Tokens:1:Name")]
    [InlineData("a name that is so long that no table has room for it", "runner", Long, "Tokens:1:Name")]
    [InlineData("Anonymous", "runner", Long, "means those without a token")]
    [InlineData("this machine", "runner", Long, "means those without a token")]
    [InlineData("ANA", "runner", Long, "which another token has too")]
    [InlineData("admin", "runner", Long, "Access:Token is called")]
    [InlineData("ben", "owner", Long, "Use viewer, runner or admin")]
    [InlineData("ben", "none", Long, "Use viewer, runner or admin")]
    [InlineData("ben", null, Long, "Use viewer, runner or admin")]
    [InlineData("ben", "runner", null, "is empty")]
    [InlineData("ben", "runner", "fifteen letters", "could be guessed")]
    [InlineData("ben", "runner", "sha256:abc", "64 hexadecimal digits")]
    [InlineData("ben", "runner", "sha256:zz3456789012345678901234567890123456789012345678901234567890abcd", "64 hexadecimal digits")]
    [InlineData("ben", "runner", "the token of ana herself", "the same as the token of 'ana'")]
    public void What_is_wrong_is_said_by_its_name_and_without_the_token(string? name, string? role, string? token, string words)
    {
        var options = new AccessOptions { Token = "1234" };
        options.Tokens.Add(Token("ana", "viewer", "the token of ana herself"));
        options.Tokens.Add(Token(name, role, token));
        var error = Assert.Throws<EngineException>(() => TokenSettings.Keys(options));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains("CllClip:Access:Tokens:1:", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(token is { Length: > 0 } ? token : "\0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_and_its_digest_are_the_same_token()
    {
        var options = new AccessOptions { Token = "1234" };
        options.Tokens.Add(Token("ana", "Viewer", Long));
        options.Tokens.Add(Token("ben", "RUNNER", TokenSettings.DigestLine("the token of ben").ToUpperInvariant()));
        var ring = new TokenRing(TokenSettings.Keys(options));
        Assert.Equal(("admin", Role.Admin), Of("1234"));
        Assert.Equal(("ana", Role.Viewer), Of(Long));
        Assert.Equal(("ben", Role.Runner), Of("the token of ben"));
        Assert.All(new[] { null, "", "123", "12345", TokenSettings.DigestLine("the token of ben") }, t => Assert.Null(ring.Find(t)));

        (string, Role) Of(string token) => ring.Find(token) is { } key ? (key.Name, key.Role) : ("", Role.None);
    }

    [Fact]
    public void Every_token_is_compared_whichever_it_is()
    {
        var keys = Enumerable.Range(0, 5).Select(i => new TokenKey($"{i}", Role.Runner, TokenRing.DigestOf($"token {i}"))).ToList();
        foreach (var given in keys.Select(k => $"token {k.Name}").Append("nobody's"))
        {
            var compared = 0;
            var ring = new TokenRing(
                keys,
                (a, b) =>
                {
                    compared++;
                    Assert.Equal(a.Length, b.Length);
                    return CryptographicOperations.FixedTimeEquals(a, b);
                }
            );
            Assert.Equal(given == "nobody's" ? null : given[^1..], ring.Find(given)?.Name);
            Assert.Equal(keys.Count, compared);
        }
    }

    [Fact]
    public void The_command_prints_a_new_token_and_the_line_for_the_settings()
    {
        using var output = new StringWriter();
        Assert.Equal(CommandLine.Done, TokenCommand.Write([], output));
        var lines = output.ToString().Split('\n').Select(l => l.Trim()).ToList();
        var token = lines[0].Split(' ')[^1];
        Assert.Equal(48, token.Length);
        Assert.Equal(TokenSettings.DigestLine(token), lines[1].Split(' ')[^1]);
        Assert.NotEqual(token, TokenSettings.Make());
        Assert.Throws<WrongCommandException>(() => TokenCommand.Write(["--save"], output));
    }

    private static NamedToken Token(string? name, string? role, string? token) =>
        new()
        {
            Name = name,
            Role = role,
            Token = token,
        };
}
