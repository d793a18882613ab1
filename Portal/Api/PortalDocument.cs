using System.Text.Json.Nodes;
using CllClip.Portal.Access;
using CllClip.Portal.Features.ApiReference;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CllClip.Portal.Api;

/// <summary>The OpenAPI document. Descriptions of fields come from the records' own comments.</summary>
internal static class PortalDocument
{
    /// <summary>Extension that says what an operation needs: <see cref="Look"/> or <see cref="Change"/>.</summary>
    public const string Permission = "x-cllclip-permission";
    public const string Look = "look";
    public const string Change = "change";

    /// <summary>Extension that names the least role that may.</summary>
    public const string Role = "x-cllclip-role";

    private const string Bearer = "token";

    /// <summary>Parameters that are read as text so that every wrong one can be named, but are numbers.</summary>
    private static readonly string[] Numbers = ["skip", "take", "k", "stage"];

    public static IServiceCollection AddPortalDocument(this IServiceCollection services) =>
        services
            .AddSingleton<IApiReference, ApiReferenceService>()
            .AddOpenApi(
                "v1",
                options =>
                    options
                        .AddDocumentTransformer(Describe)
                        .AddOperationTransformer(TypeParameters)
                        .AddOperationTransformer(NamePermission)
                        .AddSchemaTransformer(RequireWhatARunNeeds)
            );

    private static Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken stop)
    {
        document.Info.Title = "CLL-CLIP portal";
        document.Info.Version = "v1";
        document.Info.Description =
            "Benchmark of continual language learning for CLIP. Recall is in percent. Errors are RFC 9457 problem details; `errors` names every wrong field. "
            + "On loopback no token is needed; on other addresses every change needs one whose role allows it (x-cllclip-role). Runs go on live at the SignalR hub /hubs/runs (docs/api.md).";
        document.Components ??= new();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[Bearer] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "A token of the portal, where one is needed.",
        };
        document.Security = [new() { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }, []];
        return Task.CompletedTask;
    }

    private static Task TypeParameters(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken stop)
    {
        foreach (var parameter in operation.Parameters ?? [])
        {
            if (parameter is { In: ParameterLocation.Query, Name: { } name, Schema: OpenApiSchema schema } && Numbers.Contains(name))
            {
                (schema.Type, schema.Format) = (JsonSchemaType.Integer, "int32");
            }
        }
        return Task.CompletedTask;
    }

    private static Task NamePermission(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken stop)
    {
        var marks = context.Description.ActionDescriptor.EndpointMetadata;
        var act = marks.OfType<Act>().LastOrDefault() ?? Acts.Undeclared;
        operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
        operation.Extensions[Permission] = new JsonNodeExtension(JsonValue.Create(act.Needed > Access.Role.Viewer ? Change : Look));
        operation.Extensions[Role] = new JsonNodeExtension(JsonValue.Create(RoleNames.Of(act.Needed)));
        return Task.CompletedTask;
    }

    private static Task RequireWhatARunNeeds(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken stop)
    {
        if (context.JsonTypeInfo.Type == typeof(RunRequest))
        {
            schema.Required = new HashSet<string> { "method", "languages" };
            schema.AdditionalPropertiesAllowed = false;
        }
        return Task.CompletedTask;
    }
}
