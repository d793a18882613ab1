using System.Globalization;
using System.Text;
using CllClip.Shared.Results;

namespace CllClip.Portal.Api;

/// <summary>Scores as tidy CSV (RFC 4180, UTF-8): one row each, full precision.</summary>
internal static class ScoresCsv
{
    private const string Header = "stage,language,direction,k,recall,n,protocol\r\n";

    public static byte[] Write(IEnumerable<Score> scores)
    {
        var text = new StringBuilder(Header);
        foreach (var s in scores)
        {
            var direction = s.Direction == RetrievalDirection.TextToImage ? "t2i" : "i2t";
            text.Append(
                CultureInfo.InvariantCulture,
                $"{s.Stage},{Quote(s.Language)},{direction},{s.K},{s.Recall:R},{s.N},{Quote(s.Protocol)}\r\n"
            );
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Quote(string value) =>
        value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
