using System.Text.Json;
using CllClip.Portal.Api;

namespace CllClip.Portal.Features.ApiReference;

/// <summary>Reads what the page shows out of an OpenAPI 3.1 document.</summary>
internal static class ApiDocumentReader
{
    private const string SchemaPrefix = "#/components/schemas/";

    public static ApiDocument Read(JsonElement document)
    {
        var operations =
            from path in document.GetProperty("paths").EnumerateObject()
            from member in path.Value.EnumerateObject()
            where member.Value.ValueKind == JsonValueKind.Object && member.Value.TryGetProperty("responses", out _)
            select Operation(path.Name, member.Name, member.Value);
        var schemas =
            document.TryGetProperty("components", out var components) && components.TryGetProperty("schemas", out var all)
                ? all.EnumerateObject().ToDictionary(s => s.Name, s => Schema(s.Name, s.Value), StringComparer.Ordinal)
                : [];
        // A field that is of a type of its own is described by that type where its own words are not in the document.
        ApiField Described(ApiField field) =>
            field.Text is null && field.Schema is { } type && schemas.TryGetValue(type, out var known)
                ? field with
                {
                    Text = known.Text,
                }
                : field;
        return new ApiDocument(
            [.. operations],
            schemas.ToDictionary(s => s.Key, s => s.Value with { Fields = [.. s.Value.Fields.Select(Described)] }, StringComparer.Ordinal)
        );
    }

    private static ApiOperation Operation(string path, string method, JsonElement operation) =>
        new(
            Text(operation, "operationId") ?? $"{method} {path}",
            method.ToUpperInvariant(),
            path,
            operation.TryGetProperty("tags", out var tags) && tags.GetArrayLength() > 0 ? tags[0].GetString()! : "Other",
            Text(operation, "summary") ?? "",
            Text(operation, "description"),
            Text(operation, PortalDocument.Permission) == PortalDocument.Change,
            [.. Items(operation, "parameters").Select(Parameter)],
            operation.TryGetProperty("requestBody", out var body) ? Content(body) : null,
            [
                .. operation
                    .GetProperty("responses")
                    .EnumerateObject()
                    .Select(r => new ApiResponse(r.Name, Text(r.Value, "description") ?? "", Content(r.Value))),
            ]
        )
        {
            Role = Text(operation, PortalDocument.Role) ?? "viewer",
        };

    private static ApiField Parameter(JsonElement parameter)
    {
        var schema = parameter.TryGetProperty("schema", out var s) ? s : default;
        return new ApiField(
            Text(parameter, "name")!,
            TypeOf(schema),
            parameter.TryGetProperty("required", out var needed) && needed.GetBoolean(),
            Text(parameter, "in"),
            Text(parameter, "description"),
            NameOf(schema)
        );
    }

    private static ApiContent? Content(JsonElement holder)
    {
        if (!holder.TryGetProperty("content", out var content) || !content.EnumerateObject().Any())
        {
            return null;
        }
        var first = content.EnumerateObject().First().Value;
        var schema = first.TryGetProperty("schema", out var s) ? s : default;
        return new ApiContent([.. content.EnumerateObject().Select(c => c.Name)], TypeOf(schema), NameOf(schema));
    }

    private static ApiSchema Schema(string name, JsonElement schema)
    {
        var needed = Items(schema, "required").Select(r => r.GetString()).ToHashSet();
        var fields = schema.TryGetProperty("properties", out var properties)
            ? properties
                .EnumerateObject()
                .Select(p => new ApiField(
                    p.Name,
                    TypeOf(p.Value),
                    needed.Contains(p.Name),
                    null,
                    Text(p.Value, "description"),
                    NameOf(p.Value)
                ))
            : [];
        return new ApiSchema(
            name,
            Text(schema, "description"),
            [.. fields],
            [.. Items(schema, "enum").Select(e => e.ValueKind == JsonValueKind.String ? e.GetString()! : e.GetRawText())]
        );
    }

    /// <summary>A schema in words.</summary>
    internal static string TypeOf(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return "anything";
        }
        if (Reference(schema) is { } name)
        {
            return name;
        }
        foreach (var several in new[] { "oneOf", "anyOf" })
        {
            if (schema.TryGetProperty(several, out var options))
            {
                return string.Join(" or ", options.EnumerateArray().Select(TypeOf).Distinct());
            }
        }
        if (Items(schema, "enum").Length > 0)
        {
            return string.Join(" or ", Items(schema, "enum").Select(e => e.GetRawText()));
        }
        var types =
            !schema.TryGetProperty("type", out var type) ? []
            : type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!).ToList()
            : [type.GetString()!];
        return types.Count == 0 ? "anything" : string.Join(" or ", types.OrderBy(t => t == "null").Select(t => Word(t, schema)));
    }

    private static string Word(string type, JsonElement schema) =>
        type switch
        {
            "string" => Text(schema, "format") switch
            {
                "date-time" => "time (ISO 8601 UTC)",
                "binary" => "file",
                _ => "text",
            },
            "integer" => "whole number",
            "number" => "number",
            "boolean" => "true or false",
            "array" => "list of " + TypeOf(schema.TryGetProperty("items", out var items) ? items : default),
            "object" when schema.TryGetProperty("additionalProperties", out var values) && values.ValueKind == JsonValueKind.Object =>
                "object of " + TypeOf(values),
            _ => type,
        };

    /// <summary>Name of the one schema that a schema is of, perhaps as a list or object of it.</summary>
    private static string? NameOf(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return null;
        }
        if (Reference(schema) is { } name)
        {
            return name;
        }
        foreach (var within in new[] { "items", "additionalProperties" })
        {
            if (schema.TryGetProperty(within, out var inner) && NameOf(inner) is { } found)
            {
                return found;
            }
        }
        return Items(schema, "oneOf").Concat(Items(schema, "anyOf")).Select(NameOf).FirstOrDefault(n => n is not null);
    }

    private static string? Reference(JsonElement schema) =>
        Text(schema, "$ref") is { } reference && reference.StartsWith(SchemaPrefix, StringComparison.Ordinal)
            ? reference[SchemaPrefix.Length..]
            : null;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement[] Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [];
}
