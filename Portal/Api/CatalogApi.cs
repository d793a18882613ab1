using CllClip.Engine.Methods;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Hosting;
using CllClip.Shared.Languages;

namespace CllClip.Portal.Api;

/// <summary>What can be chosen: methods, languages and data sets.</summary>
internal static class CatalogApi
{
    public static void MapCatalog(this RouteGroupBuilder api)
    {
        var catalogue = api.MapGroup("").WithTags("Catalogue");
        catalogue
            .MapGet("/methods", () => TypedResults.Ok(MethodCatalog.All))
            .WithName("ListMethods")
            .WithSummary("Every method with its paper, and each option with default, range and unit");
        catalogue
            .MapGet("/languages", () => TypedResults.Ok(LanguageCatalog.All))
            .WithName("ListLanguages")
            .WithSummary("The 36 languages");
        catalogue
            .MapGet(
                "/datasets",
                (IEngineHost engine, CorpusPreparer corpora, AccessGate gate, HttpContext context) =>
                    TypedResults.Ok(DatasetResponse.All(engine, corpora, gate.MayChange(context.User)))
            )
            .WithName("ListDatasets")
            .WithSummary("Data sets with revision, licence and how far they are prepared");
    }
}
