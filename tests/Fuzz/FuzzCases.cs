using System.Text;

namespace CllClip.Fuzz;

/// <summary>The cases of a target: each is made of its number alone, so that a printed number makes it again.</summary>
internal sealed class FuzzCases(IFuzzTarget target)
{
    private const int Prime = 486_187_739; // spreads neighbouring numbers

    /// <summary>The case of a number: a sample, changed; every second one repaired, so that it gets past checksums.</summary>
    public FuzzInput Of(int number)
    {
        var random = new Random(unchecked(number * Prime + Start(target.Name)));
        var sample = target.Samples[random.Next(target.Samples.Count)];
        FuzzInput[] same = [.. target.Samples.Where(s => s.Kind == sample.Kind)];
        var other = same[random.Next(same.Length)];
        var bytes = new Mutator(random, target.Words).Change(sample.Bytes, other.Bytes);
        return new FuzzInput(sample.Kind, random.Next(2) == 0 ? target.Repair(sample.Kind, bytes) : bytes);
    }

    /// <summary>Inputs that once failed, kept as <c>seeds/TARGET/KIND=what.bin</c> with <c>+</c> for a slash in the kind.</summary>
    public static IEnumerable<(string Name, FuzzInput Input)> Kept(string target)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "FuzzSeeds", target);
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(f => (Path.GetFileName(f), Kept(new FileInfo(f))))
            : [];
    }

    /// <summary>The input that a file keeps.</summary>
    public static FuzzInput Kept(FileInfo file) => new(file.Name.Split('=')[0].Replace('+', '/'), File.ReadAllBytes(file.FullName));

    /// <summary>A file name for an input to be kept under.</summary>
    public static string FileName(FuzzInput input, string name) => $"{input.Kind.Replace('/', '+')}={name.Replace(' ', '-')}.bin";

    /// <summary>The same for a name in every process, which <see cref="string.GetHashCode()"/> is not.</summary>
    private static int Start(string name) => Encoding.UTF8.GetBytes(name).Aggregate(17, (sum, b) => unchecked(sum * 31 + b));
}
