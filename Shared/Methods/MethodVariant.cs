using System.Text.Json;
using System.Text.Json.Serialization;

namespace CllClip.Shared.Methods;

/// <summary>What a value other than the default makes of a method.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VariantKind>))]
public enum VariantKind
{
    /// <summary>An ablation of the paper, or what its published code does.</summary>
    [JsonStringEnumMemberName("ablation")]
    Ablation,

    /// <summary>This project's own idea, not the paper's.</summary>
    [JsonStringEnumMemberName("own")]
    Own,
}

/// <summary>A deviation from the method as published; shown wherever its results are.</summary>
/// <param name="Kind">Whose idea it is.</param>
/// <param name="Name">A few words, for example <c>TEIR-U</c>.</param>
public sealed record MethodVariant(VariantKind Kind, string Name)
{
    /// <summary>The variants that a run's options make of its method; empty for the method as published.</summary>
    /// <param name="method">The method.</param>
    /// <param name="teir">Whether TEIR is on; its options say nothing otherwise.</param>
    /// <param name="options">Values in force; what is missing has its default.</param>
    public static IReadOnlyList<MethodVariant> Of(MethodDescriptor? method, bool teir, IReadOnlyDictionary<string, JsonElement> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return
        [
            .. (method?.Options ?? [])
                .Where(o => o.Variant is not null && (teir || o.Group != "TEIR"))
                .Where(o => options.TryGetValue(o.Name, out var value) && !IsDefault(o, value))
                .Select(o => new MethodVariant(o.Variant!.Value, Text(o, options[o.Name]))),
        ];
    }

    /// <summary>Whether a value is the option's default.</summary>
    public static bool IsDefault(OptionDescriptor option, JsonElement value)
    {
        ArgumentNullException.ThrowIfNull(option);
        return option.Default switch
        {
            bool flag => value.ValueKind is JsonValueKind.True or JsonValueKind.False && value.GetBoolean() == flag,
            string choice => value.ValueKind == JsonValueKind.String && value.GetString() == choice,
            long whole => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number == whole,
            double real => value.ValueKind == JsonValueKind.Number && value.GetDouble() == real,
            _ => false,
        };
    }

    private static string Text(OptionDescriptor option, JsonElement value) =>
        option.Type == OptionType.Boolean ? option.VariantName ?? option.Label : $"{option.VariantName ?? option.Label} {value}";
}
