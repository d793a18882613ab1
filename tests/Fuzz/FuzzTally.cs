using System.Text.RegularExpressions;

namespace CllClip.Fuzz;

/// <summary>Counts what came of cases: how many were taken, and what the refusals said, by family.</summary>
internal sealed partial class FuzzTally
{
    private const int MostFamilies = 400;
    private const int FamilyLength = 90;
    private readonly Dictionary<string, int> _families = [];

    /// <summary>Cases run.</summary>
    public int Cases { get; private set; }

    /// <summary>Cases that were taken.</summary>
    public int Accepted { get; private set; }

    /// <summary>The slowest case and its time.</summary>
    public (string Case, TimeSpan Time) Slowest { get; private set; } = ("", default);

    /// <summary>The case that allocated most, and how much.</summary>
    public (string Case, long Bytes) Largest { get; private set; } = ("", 0);

    /// <summary>What refusals said, most frequent first; numbers, names and quotations are left out.</summary>
    public IReadOnlyList<(string What, int Times)> Families =>
        [.. _families.OrderByDescending(f => f.Value).ThenBy(f => f.Key, StringComparer.Ordinal).Select(f => (f.Key, f.Value))];

    /// <summary>Counts a case.</summary>
    public void Add(string name, string kind, string? refusal, TimeSpan time, long allocated)
    {
        Cases++;
        if (refusal is null)
        {
            Accepted++;
        }
        else
        {
            var family = $"{kind}: {Family(refusal)}";
            family = _families.ContainsKey(family) || _families.Count < MostFamilies ? family : "others";
            _families[family] = _families.GetValueOrDefault(family) + 1;
        }
        if (time > Slowest.Time)
        {
            Slowest = (name, time);
        }
        if (allocated > Largest.Bytes)
        {
            Largest = (name, allocated);
        }
    }

    private static string Family(string message)
    {
        message = message.Length > 2000 ? message[..2000] : message;
        var short_ = Quoted().Replace(Paths().Replace(message, "FILE"), "…");
        short_ = Numbers().Replace(short_, "#").ReplaceLineEndings(" ");
        return short_.Length > FamilyLength ? short_[..FamilyLength] : short_;
    }

    [GeneratedRegex("""('[^']*'|"[^"]*"|“[^”]*”|\[[^\]]*\])""")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(/[^\s/,;:]+)+")]
    private static partial Regex Paths();

    [GeneratedRegex(@"-?[0-9][0-9.,]*")]
    private static partial Regex Numbers();
}
