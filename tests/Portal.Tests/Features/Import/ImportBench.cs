using System.Globalization;
using System.Text;
using CllClip.Portal.Features.Import;
using CllClip.Portal.Hosting;
using CllClip.Portal.Tests.Jobs;

namespace CllClip.Portal.Tests.Features.Import;

/// <summary>Files of scores for tests, and an import over a real database.</summary>
internal static class ImportBench
{
    public const string Header = "stage,language,direction,k,recall,n,protocol,dataset";

    public static ScoreImport Import(this Bench bench, IEngineHost? engine = null) =>
        new(
            bench.Get<Microsoft.EntityFrameworkCore.IDbContextFactory<CllClip.Portal.Storage.PortalDbContext>>(),
            bench.Store,
            engine ?? new ToyEngine()
        );

    public static ImportSettings Said { get; } = new() { Method = "cll-clip", Source = "Another laboratory" };

    /// <summary>A whole CSV file of languages learned one after the other; each further task costs each language two points.</summary>
    public static string Csv(params string[] languages)
    {
        var text = new StringBuilder(Header + "\n");
        foreach (var (stage, language, direction, k, recall) in Cells(languages))
        {
            text.Append(CultureInfo.InvariantCulture, $"{stage},{language},{direction},{k},{recall},50,emoji36,emoji36\n");
        }
        return text.ToString();
    }

    public static IEnumerable<(int Stage, string Language, string Direction, int K, double Recall)> Cells(string[] languages) =>
        from stage in Enumerable.Range(1, languages.Length)
        from j in Enumerable.Range(0, stage)
        from direction in new[] { "t2i", "i2t" }
        from k in new[] { 1, 5, 10 }
        select (stage, languages[j], direction, k, 40 + 3 * j + k - 2.0 * (stage - 1 - j));

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
