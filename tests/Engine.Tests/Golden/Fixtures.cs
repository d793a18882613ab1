using System.Text.Json;
using CllClip.Engine.Model;
using Xunit;
using static TorchSharp.torch;

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

/// <summary>One golden case: case.json and, where there are any, its tensors (disposed with the case).</summary>
internal sealed class GoldenCase : IDisposable
{
    public GoldenCase(string folder)
    {
        Folder = folder;
        using (var document = JsonDocument.Parse(File.ReadAllBytes(PathOf("case.json"))))
            Json = document.RootElement.Clone();
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        if (File.Exists(PathOf("tensors.safetensors")))
        {
            using var reader = SafetensorsReader.Open(PathOf("tensors.safetensors"));
            foreach (var entry in reader.Entries)
                tensors[entry.Name] = reader.ReadTensor(entry.Name).DetachFromDisposeScope();
        }
        Tensors = tensors;
    }

    public string Folder { get; }

    public JsonElement Json { get; }

    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>A path inside the case.</summary>
    public string PathOf(string relative) => Path.Combine(Folder, relative);

    /// <summary>{atol, rtol} of the case; (0, 0) where it says "exact".</summary>
    public (double Atol, double Rtol) Tolerance =>
        Json.TryGetProperty("tolerance", out var t) && t.ValueKind == JsonValueKind.Object
            ? (t.TryGetProperty("atol", out var a) ? a.GetDouble() : 0, t.TryGetProperty("rtol", out var r) ? r.GetDouble() : 0)
            : (0, 0);

    /// <summary>|got - want| &lt;= atol + rtol |want| for every element of the tensor of this name.</summary>
    public void AssertClose(string name, Tensor got)
    {
        var (atol, rtol) = Tolerance;
        AssertClose(name, Tensors[name], got, atol, rtol);
    }

    /// <summary>As above with a tolerance of the caller's.</summary>
    public static void AssertClose(string what, Tensor want, Tensor got, double atol, double rtol)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(want.shape, got.shape);
        var w = want.to(float64).cpu();
        var g = got.to(float64).cpu();
        var excess = (g - w).abs().Plus(-atol).Minus(w.abs().Times(rtol)).nan_to_num(double.PositiveInfinity);
        if (excess.numel() == 0 || excess.max().item<double>() <= 0)
            return;
        var at = excess.flatten().argmax().item<long>();
        Assert.Fail($"{what}: element {at} is {g.flatten()[at].item<double>():R}, expected {w.flatten()[at].item<double>():R}");
    }

    /// <summary>The same for one number of case.json.</summary>
    public void AssertClose(string what, double want, double got)
    {
        var (atol, rtol) = Tolerance;
        Assert.True(Math.Abs(got - want) <= atol + rtol * Math.Abs(want), $"{what}: {got:R}, expected {want:R}");
    }

    public void Dispose()
    {
        foreach (var t in Tensors.Values)
            t.Dispose();
    }
}
