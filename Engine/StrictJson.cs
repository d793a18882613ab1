using System.Text.Json;
using System.Text.Unicode;

namespace CllClip.Engine;

/// <summary>
/// What <see cref="JsonDocument"/> takes for JSON and nobody can read as text: bytes that are no UTF-8, and escapes that name half a character. Only asking for the
/// text would fail, anywhere and with an error for programmers; so it is looked for once, where a file is opened.
/// </summary>
internal static class StrictJson
{
    private static ReadOnlySpan<byte> Surrogate => @"\ud"u8;

    private static ReadOnlySpan<byte> LargeSurrogate => @"\uD"u8;

    /// <summary>What is wrong with the texts of a JSON value, in words; null for nothing.</summary>
    /// <param name="json">JSON without a syntax error.</param>
    /// <param name="depth">How deeply it may be nested.</param>
    public static string? Fault(ReadOnlySpan<byte> json, int depth = 64)
    {
        if (!Utf8.IsValid(json))
        {
            return "a text in it is not valid UTF-8";
        }
        return json.IndexOf(Surrogate) >= 0 || json.IndexOf(LargeSurrogate) >= 0 ? Escapes(json, depth) : null;
    }

    private static string? Escapes(ReadOnlySpan<byte> json, int depth)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = depth });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped)
            {
                continue;
            }
            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException)
            {
                return "a text in it holds half a character (an escape from \\ud800 to \\udfff without its other half)";
            }
        }
        return null;
    }
}
