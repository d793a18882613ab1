using Xunit;

namespace CllClip.Portal.Tests.Faults;

/// <summary>
/// The table of docs/faults.md, which every fault that is injected is held against: what a test sees is what the table says. With <c>CLLCLIP_FAULTS_SEEN=FILE</c>
/// what was seen is written there as well, to write a row from.
/// </summary>
internal static class FaultTable
{
    private static readonly Lazy<string[]> Lines = new(() => File.ReadAllLines(Path.Combine(PreparedData.Root, "docs", "faults.md")));

    /// <summary>The table has a row for a fault, and each piece of text that the row quotes is among what was seen.</summary>
    /// <param name="fault">First cell of the row.</param>
    /// <param name="seen">Everything that the person was told.</param>
    public static void Holds(string fault, string seen)
    {
        if (Environment.GetEnvironmentVariable("CLLCLIP_FAULTS_SEEN") is { Length: > 0 } file)
        {
            lock (Lines)
            {
                File.AppendAllText(file, $"## {fault}\n{seen}\n");
            }
        }
        var row = Assert.Single(Lines.Value, line => line.StartsWith($"| {fault} |", StringComparison.Ordinal));
        var quoted = row.Split('|')[2].Split('`').Where((_, i) => i % 2 == 1).SelectMany(q => q.Split('…', StringSplitOptions.TrimEntries));
        Assert.All(quoted.Where(q => q.Length > 0), q => Assert.Contains(q, seen, StringComparison.Ordinal));
    }
}
