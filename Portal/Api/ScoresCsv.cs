using System.Text;
using CllClip.Portal.Layout;
using CllClip.Shared.Results;

namespace CllClip.Portal.Api;

/// <summary>Scores as tidy CSV (UTF-8): one row each, full precision.</summary>
internal static class ScoresCsv
{
    private static readonly string[] Header = ["stage", "language", "direction", "k", "recall", "n", "protocol"];

    public static byte[] Write(IEnumerable<Score> scores) => Encoding.UTF8.GetBytes(Csv.Write(Header, scores.Select(Row)));

    private static object?[] Row(Score s) =>
        [s.Stage, s.Language, s.Direction == RetrievalDirection.TextToImage ? "t2i" : "i2t", s.K, s.Recall, s.N, s.Protocol];
}
