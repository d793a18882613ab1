using System.Text.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CllClip.Portal.Features.ApiReference;

/// <summary>What the API's page is made from.</summary>
public interface IApiReference
{
    /// <summary>The OpenAPI document, as <c>/openapi/v1.json</c> gives it.</summary>
    Task<ApiDocument> ReadAsync(CancellationToken stop = default);
}

/// <summary>Reads the portal's own document once: it does not change while the portal runs.</summary>
internal sealed class ApiReferenceService([FromKeyedServices("v1")] IOpenApiDocumentProvider documents) : IApiReference
{
    private Task<ApiDocument>? _read;

    public async Task<ApiDocument> ReadAsync(CancellationToken stop = default)
    {
        var read = _read;
        if (read is null or { IsFaulted: true } or { IsCanceled: true })
        {
            _read = read = MakeAsync();
        }
        return await read.WaitAsync(stop);
    }

    private async Task<ApiDocument> MakeAsync()
    {
        var document = await documents.GetOpenApiDocumentAsync();
        using var json = JsonDocument.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1));
        return ApiDocumentReader.Read(json.RootElement);
    }
}
