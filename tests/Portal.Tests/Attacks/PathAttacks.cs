namespace CllClip.Portal.Tests.Attacks;

/// <summary>Names that are no names, as they have been tried on other servers (CWE-22, CWE-23, CWE-36, CWE-158 and their encodings).</summary>
internal static class PathAttacks
{
    private const int Ups = 12; // more than any folder is deep: at the root of the disk a further one changes nothing

    /// <summary>As they may stand in an address, encoded already.</summary>
    public static IReadOnlyList<string> Encoded(string canary)
    {
        var path = canary.TrimStart('/').Replace('\\', '/');
        var (folder, file) = (path, path + "/secret.txt");
        string[] ways =
        [
            .. new[]
            {
                "../",
                "..%2f",
                "..%2F",
                "%2e%2e/",
                "%2e%2e%2f",
                "%252e%252e%252f",
                "..%252f",
                "..%5c",
                "%2e%2e%5c",
                "..%255c",
            }.SelectMany(up => new[] { Leads(up, folder), Leads(up, file) }),
            // overlong UTF-8: a dot or a slash in two, three and four bytes
            Leads("%c0%ae%c0%ae%c0%af", file),
            Leads("..%c0%af", file),
            Leads("%e0%80%ae%e0%80%ae%e0%80%af", file),
            Leads("%f0%80%80%ae%f0%80%80%ae%f0%80%80%af", file),
            Leads("..%c1%9c", file),
            // other alphabets' dots and slashes, and the escape that only one server knew
            Leads("%ef%bc%8e%ef%bc%8e%ef%bc%8f", file),
            Leads("%u002e%u002e%u2215", file),
            Leads("....%2f%2f", file),
            Leads("..;%2f", file),
            Leads("..%00%2f", file),
            // a byte that ends the name for the system but not for the program
            Leads("..%2f", file) + "%00",
            Leads("..%2f", file) + "%00.json",
            Leads("..%2f", file) + "%20",
            Leads("..%2f", file) + ".",
            // absolute ones
            "%2f" + Part(file),
            "%2f" + Part(folder),
            "/" + file,
            "//" + file,
            "file:%2f%2f%2f" + Part(file),
            "file:///" + file,
            "%5c%5cattacker.example%5cshare%5csecret.txt",
            "%2f%2fattacker.example%2fshare%2fsecret.txt",
            "C:%5cWindows%5cwin.ini",
            "%2fetc%2fpasswd",
            Leads("..%2f", "etc/passwd"),
            Leads("..%5c", "Windows/win.ini"),
            "~%2f.ssh%2fid_rsa",
            "%2fproc%2fself%2fenviron",
            "http:%2f%2f127.0.0.1:1%2fsecret",
            // names that some systems read as others
            ".",
            "..",
            "%2e",
            "%2e%2e",
            "...",
            "%20",
            "%09",
            "x%20",
            "x.",
            "CON",
            "NUL.txt",
            "x::$DATA",
            "%00",
            "x%00y",
            "%0d%0aX-Injected:%20yes",
            "%ff%fe",
            "%ed%a0%80", // half a surrogate pair
            "%",
            "%zz",
            "%2",
            "%7b0%7d%25s%25n",
            "'%20OR%201=1--",
            "%25",
            "*",
            "?",
            new string('a', 3_000),
            string.Concat(Enumerable.Repeat("%2e%2e%2f", 600)),
        ];
        return [.. ways.Distinct()];
    }

    /// <summary>The same as texts, for bodies and forms; whatever is no UTF-8 is left out.</summary>
    public static IReadOnlyList<string> Texts(string canary)
    {
        var path = canary.TrimStart('/');
        return
        [
            Leads("../", path),
            Leads("../", path + "/secret.txt"),
            Leads("..\\", path + "/secret.txt").Replace('/', '\\'),
            canary,
            canary + "/secret.txt",
            canary + "/secret.txt\0.json",
            "file://" + canary + "/secret.txt",
            "//attacker.example/share",
            "\\\\attacker.example\\share",
            "%2e%2e%2f",
            "/etc/passwd",
            "/proc/self/environ",
            "/dev/zero",
            "..",
            ".",
            " ",
            "x.",
            "CON",
            "\0",
            "x\0y",
            "\r\nX-Injected: yes",
            "．．／",
            "{0}%s%n",
            "' OR 1=1--",
            new string('a', 20_000),
        ];
    }

    private static string Leads(string up, string to)
    {
        var slash = up switch
        {
            _ when up.Contains("%252f", StringComparison.OrdinalIgnoreCase) => "%252f",
            _ when up.Contains("%255c", StringComparison.OrdinalIgnoreCase) => "%255c",
            _ when up.Contains("%5c", StringComparison.OrdinalIgnoreCase) => "%5c",
            _ when up.EndsWith('/') => "/",
            _ when up.EndsWith('\\') => "\\",
            _ => "%2f",
        };
        return string.Concat(Enumerable.Repeat(up, Ups)) + to.Replace("/", slash, StringComparison.Ordinal);
    }

    private static string Part(string path) => path.Replace("/", "%2f", StringComparison.Ordinal);
}
