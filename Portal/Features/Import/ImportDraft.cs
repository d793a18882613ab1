namespace CllClip.Portal.Features.Import;

/// <summary>What the form beside a file of scores holds, as the reader's browser keeps it over a reload; of the file the name alone.</summary>
public sealed record ImportDraft(
    string? File,
    string? Source,
    string? Url,
    string? CodeVersion,
    string? Method,
    string? OtherMethod,
    string? Teir,
    string? Dataset,
    string? Languages,
    string? Seed,
    string? Unit,
    string? Name
);
