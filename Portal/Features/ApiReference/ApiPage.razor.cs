using Microsoft.JSInterop;
using MudBlazor;

namespace CllClip.Portal.Features.ApiReference;

/// <summary>The API's reference, made from its own document: endpoints by group with parameters, answers and a call in three languages; the hub's messages; the types.</summary>
public sealed partial class ApiPage
{
    private ApiDocument? _document;
    private string? _error;
    private string _words = "";
    private string _language = ApiExamples.Languages[0].Value;

    private IReadOnlyList<ApiOperation> Shown => [.. _document!.Operations.Where(o => o.Fits(_words))];

    private IEnumerable<IGrouping<string, ApiOperation>> Groups => Shown.GroupBy(o => o.Tag);

    /// <summary>What the address names, which is opened.</summary>
    private string Fragment => new Uri(Navigation.Uri).Fragment.TrimStart('#');

    protected override Task OnInitializedAsync() => LoadAsync();

    private static string Anchor(string group) => "group-" + group.ToLowerInvariant().Replace(' ', '-');

    private static string TypeAnchor(string schema) => "type-" + schema;

    private string Example(ApiOperation operation) =>
        ApiExamples.Make(_language, operation, Navigation.BaseUri.TrimEnd('/'), _document!.Schemas);

    private async Task LoadAsync()
    {
        try
        {
            _error = null;
            _document = await Reference.ReadAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _error = L["The API’s document could not be read: {0}", e.Message];
        }
    }

    private async Task CopyAsync(ApiOperation operation)
    {
        var text = Example(operation);
        var copied = await Js.InvokeAsync<bool>("portal.copy", text);
        Snackbar.Add(copied ? L["Copied."] : L["The browser does not let this page copy; mark the text instead."], Severity.Info);
    }
}
