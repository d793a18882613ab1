namespace CllClip.Portal.Features.ApiReference;

/// <summary>An endpoint as the OpenAPI document describes it.</summary>
/// <param name="Id">Operation id: the endpoint's anchor on the page.</param>
/// <param name="Method">GET, POST or DELETE.</param>
/// <param name="Path">Address with placeholders in braces.</param>
/// <param name="Tag">Group.</param>
/// <param name="Summary">One line.</param>
/// <param name="Description">More, or null.</param>
/// <param name="Changes">Whether it needs a token where one is needed for changes.</param>
/// <param name="Parameters">In the address.</param>
/// <param name="Body">What is sent; null for nothing.</param>
/// <param name="Responses">What may come back, by status.</param>
public sealed record ApiOperation(
    string Id,
    string Method,
    string Path,
    string Tag,
    string Summary,
    string? Description,
    bool Changes,
    IReadOnlyList<ApiField> Parameters,
    ApiContent? Body,
    IReadOnlyList<ApiResponse> Responses
)
{
    /// <summary>The least role that may, where the portal has tokens.</summary>
    public string Role { get; init; } = "viewer";

    /// <summary>Whether every word is part of path, summary, description or a parameter's name.</summary>
    public bool Fits(string words) =>
        words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).All(w => Text.Contains(w, StringComparison.OrdinalIgnoreCase));

    private string Text => $"{Method} {Path} {Id} {Tag} {Summary} {Description} {string.Join(' ', Parameters.Select(p => p.Name))}";
}

/// <summary>A parameter, or a field of a schema.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type in words, for example <c>list of Score</c>.</param>
/// <param name="Needed">Whether it may not be left out.</param>
/// <param name="Place"><c>path</c> or <c>query</c>; null for fields.</param>
/// <param name="Text">What it means.</param>
/// <param name="Schema">Name of the schema that the type names, for a link; null without any.</param>
public sealed record ApiField(string Name, string Type, bool Needed, string? Place, string? Text, string? Schema);

/// <summary>A body.</summary>
/// <param name="Types">Content types.</param>
/// <param name="Type">Type in words.</param>
/// <param name="Schema">Name of the schema that the type names; null without any.</param>
public sealed record ApiContent(IReadOnlyList<string> Types, string Type, string? Schema);

/// <summary>An answer.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Text">What it means.</param>
/// <param name="Content">What it holds; null for nothing.</param>
public sealed record ApiResponse(string Status, string Text, ApiContent? Content);

/// <summary>A type of the API.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">What it is.</param>
/// <param name="Fields">Its fields; none for choices.</param>
/// <param name="Choices">Its values, if it is a choice.</param>
public sealed record ApiSchema(string Name, string? Text, IReadOnlyList<ApiField> Fields, IReadOnlyList<string> Choices);

/// <summary>The whole document.</summary>
/// <param name="Operations">Endpoints in the document's order.</param>
/// <param name="Schemas">Types by name.</param>
public sealed record ApiDocument(IReadOnlyList<ApiOperation> Operations, IReadOnlyDictionary<string, ApiSchema> Schemas);
