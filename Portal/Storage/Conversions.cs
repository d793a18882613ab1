using System.Text.Encodings.Web;
using System.Text.Json;
using CllClip.Shared.Results;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace CllClip.Portal.Storage;

/// <summary>How values that SQLite has no type for are stored.</summary>
internal static class Conversions
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // stored text is searched
    };

    /// <summary>Stores a value as JSON text; compared by that text.</summary>
    public static PropertyBuilder<T> AsJson<T>(this PropertyBuilder<T> property) =>
        property.HasConversion(
            new ValueConverter<T, string>(v => Write(v), text => Read<T>(text)),
            new ValueComparer<T>((a, b) => Write(a) == Write(b), v => Write(v).GetHashCode(StringComparison.Ordinal), v => v)
        );

    /// <summary>A value as it is stored.</summary>
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Json);

    private static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, Json)!;
}

/// <summary>Times are stored and read as UTC (SQLite keeps no kind, and cannot order by DateTimeOffset).</summary>
internal sealed class UtcConverter()
    : ValueConverter<DateTime, DateTime>(v => v.ToUniversalTime(), v => DateTime.SpecifyKind(v, DateTimeKind.Utc));

/// <summary>Directions as in the API: <c>t2i</c> and <c>i2t</c>.</summary>
internal sealed class DirectionConverter()
    : ValueConverter<RetrievalDirection, string>(v => v == RetrievalDirection.TextToImage ? "t2i" : "i2t", v => Read(v))
{
    /// <summary>A direction as it is stored.</summary>
    public static RetrievalDirection Read(string stored) =>
        stored == "t2i" ? RetrievalDirection.TextToImage : RetrievalDirection.ImageToText;
}
