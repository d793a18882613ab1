using CllClip.Portal.Access;

namespace CllClip.Portal.Commands;

/// <summary><c>token</c>: prints a new token, for whoever is to have it, and its digest, for the settings. It stores nothing.</summary>
internal static class TokenCommand
{
    public static int Write(string[] args, TextWriter output)
    {
        if (args.FirstOrDefault() is { } unknown)
        {
            throw new WrongCommandException([$"token has no switch '{unknown}'. See --help."]);
        }
        var token = TokenSettings.Make();
        output.WriteLine($"token     {token}");
        output.WriteLine($"settings  {TokenSettings.DigestLine(token)}");
        output.WriteLine();
        output.WriteLine(
            "Give the token to whoever is to have it, and put the second into the settings, which do not give the token away:"
        );
        output.WriteLine(
            $$"""  "CllClip": { "Access": { "Tokens": [ { "Name": "ana", "Role": "runner", "Token": "{{TokenSettings.DigestLine(token)}}" } ] } }"""
        );
        output.WriteLine("Roles: viewer looks, runner also launches, stops, tags, imports, uploads and registers, admin does everything.");
        return CommandLine.Done;
    }
}
