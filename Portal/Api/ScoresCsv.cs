using System.Text;
using CllClip.Portal.Layout;
using CllClip.Shared.Results;

namespace CllClip.Portal.Api;

/// <summary>Scores as tidy CSV (UTF-8): one row each, full precision, each with its data set's id, the run's own too: a table travels without its run.</summary>
internal static class ScoresCsv
{
    private static readonly string[] Header = ["stage", "language", "direction", "k", "recall", "n", "protocol", "dataset"];

    /// <param name="scores">Scores of one run.</param>
    /// <param name="own">Id of the run's own data set.</param>
    public static byte[] Write(IEnumerable<Score> scores, string own) =>
        Encoding.UTF8.GetBytes(Csv.Write(Header, scores.Select(s => Row(s, own))));

    private static object?[] Row(Score s, string own) =>
        [
            s.Stage,
            s.Language,
            s.Direction == RetrievalDirection.TextToImage ? "t2i" : "i2t",
            s.K,
            s.Recall,
            s.N,
            s.Protocol,
            s.Dataset ?? own,
        ];
}
