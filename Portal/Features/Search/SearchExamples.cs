using System.Text.Json;
using CllClip.Engine.Search;

namespace CllClip.Portal.Features.Search;

/// <summary>Queries that work, written by the benchmark verb <c>examples</c>, which tried them all.</summary>
/// <param name="Revision">Data revision they were tried on.</param>
/// <param name="Things">Things that are found in most languages, the best first.</param>
/// <param name="Examples">Queries by language.</param>
public sealed record SearchExamples(
    string Revision,
    IReadOnlyList<string> Things,
    IReadOnlyDictionary<string, IReadOnlyList<ExampleQuery>> Examples
)
{
    /// <summary>Those that come with the portal.</summary>
    public static SearchExamples All { get; } = Read();

    private static SearchExamples Read()
    {
        using var file = typeof(SearchExamples).Assembly.GetManifestResourceStream("search/examples.json")!;
        return JsonSerializer.Deserialize<SearchExamples>(file, JsonSerializerOptions.Web)!;
    }
}
