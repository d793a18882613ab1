using System.Text.Json;
using Xunit;

namespace CllClip.Engine.Tests.Golden;

/// <summary>Finds golden cases by listing folders: the set in CLLCLIP_FIXTURES (or ../shared/fixtures) and the small one kept with the tests.</summary>
internal static class Fixtures
{
    private const string None = "(no fixtures)";

    /// <summary>The full set, or null where there is none.</summary>
    public static string? Root { get; } = FindRoot();

    /// <summary>The small set copied beside the tests.</summary>
    public static string Embedded { get; } = Path.Combine(AppContext.BaseDirectory, "Golden");

    /// <summary>The folder that holds the solution, or null outside a checkout.</summary>
    public static string? Repository { get; } = FindRepository();

    public static TheoryData<string> Cases(string area)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var root in Areas(area).Where(Directory.Exists))
        foreach (var file in Directory.EnumerateFiles(root, "case.json", SearchOption.AllDirectories))
            names.Add(Path.GetRelativePath(root, Path.GetDirectoryName(file)!));
        return [.. names.DefaultIfEmpty(None)];
    }

    public static GoldenCase Load(string area, string name)
    {
        var folder = Areas(area).Select(r => Path.Combine(r, name)).FirstOrDefault(f => File.Exists(Path.Combine(f, "case.json")));
        Assert.SkipWhen(folder is null, $"no golden case {area}/{name}: set CLLCLIP_FIXTURES to the folder of the fixtures");
        return new GoldenCase(folder!);
    }

    private static IEnumerable<string> Areas(string area) => new[] { Root, Embedded }.OfType<string>().Select(r => Path.Combine(r, area));

    private static string? FindRoot()
    {
        var root = Environment.GetEnvironmentVariable("CLLCLIP_FIXTURES");
        if (string.IsNullOrEmpty(root))
            root = FindRepository() is { } repository ? Path.Combine(repository, "..", "shared", "fixtures") : null;
        return root is not null && Directory.Exists(root) ? Path.GetFullPath(root) : null;
    }

    private static string? FindRepository()
    {
        for (var d = new DirectoryInfo(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "CllClip.Web.sln")))
                return d.FullName;
        return null;
    }
}

/// <summary>One golden case: its folder and case.json.</summary>
internal sealed class GoldenCase : IDisposable
{
    public GoldenCase(string folder)
    {
        Folder = folder;
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf("case.json")));
        Json = document.RootElement.Clone();
    }

    public string Folder { get; }

    public JsonElement Json { get; }

    /// <summary>A path inside the case.</summary>
    public string PathOf(string relative) => Path.Combine(Folder, relative);

    public void Dispose() { }
}
