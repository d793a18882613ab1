using CllClip.Engine.Methods;
using CllClip.Portal.Access;
using CllClip.Shared.Languages;

namespace CllClip.Portal.Api;

/// <summary>What can be chosen: methods and languages.</summary>
internal static class CatalogApi
{
    public static void MapCatalog(this RouteGroupBuilder api)
    {
        var catalogue = api.MapGroup("").WithTags("Catalogue");
        catalogue
            .MapGet("/methods", () => TypedResults.Ok(MethodCatalog.All))
            .Does(Acts.Look)
            .WithName("ListMethods")
            .WithSummary("Every method with its paper, and each option with default, range and unit");
        catalogue
            .MapGet("/languages", () => TypedResults.Ok(LanguageCatalog.All))
            .Does(Acts.Look)
            .WithName("ListLanguages")
            .WithSummary("The 36 languages");
    }
}
