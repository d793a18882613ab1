using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using CllClip.Portal.Telemetry;

namespace CllClip.Portal.Features.Diagnostics;

/// <summary>Strikes secrets out of whole reports: every text in them, whatever it is, goes through the scrubber, so that none can be forgotten.</summary>
internal static class CleanReport
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        WriteIndented = true,
    };

    /// <summary>The same on one line.</summary>
    public static readonly JsonSerializerOptions Line = new(Json) { WriteIndented = false };

    public static T Of<T>(T value, Scrubber scrubber) =>
        Cleaned(JsonSerializer.SerializeToNode(value, Json)!, scrubber).Deserialize<T>(Json)!;

    /// <summary>As JSON, cleaned.</summary>
    public static string Text(object value, Scrubber scrubber) =>
        Cleaned(JsonSerializer.SerializeToNode(value, Json)!, scrubber).ToJsonString(Json);

    private static JsonNode Cleaned(JsonNode node, Scrubber scrubber)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields.ToList())
                {
                    if (value is not null && Cleaned(value, scrubber) is var cleaned && cleaned != value)
                    {
                        fields[name] = cleaned;
                    }
                }
                return fields;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    if (items[i] is { } item && Cleaned(item, scrubber) is var cleaned && cleaned != item)
                    {
                        items[i] = cleaned;
                    }
                }
                return items;
            default:
                return node.GetValueKind() == JsonValueKind.String ? JsonValue.Create(scrubber.Clean(node.GetValue<string>())) : node;
        }
    }
}
