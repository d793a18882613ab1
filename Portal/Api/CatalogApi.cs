using CllClip.Engine.Methods;
using CllClip.Shared.Languages;
using CllClip.Shared.Methods;

namespace CllClip.Portal.Api;

/// <summary>What can be chosen: methods and languages.</summary>
internal static class CatalogApi
{
    public static void MapCatalog(this RouteGroupBuilder api)
    {
        api.MapGet("/methods", () => TypedResults.Ok(MethodCatalog.All))
            .WithName("ListMethods")
            .WithTags("Catalogue")
            .WithSummary("Every method with its paper, and each option with default, range and unit");
        api.MapGet("/languages", () => TypedResults.Ok(LanguageCatalog.All))
            .WithName("ListLanguages")
            .WithTags("Catalogue")
            .WithSummary("The 36 languages");
    }
}
