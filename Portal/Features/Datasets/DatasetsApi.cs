using System.ComponentModel;
using CllClip.Engine;
using CllClip.Engine.Data.Corpora;
using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Layout;

namespace CllClip.Portal.Features.Datasets;

/// <summary>Users' own data sets in the HTTP API.</summary>
internal static class DatasetsApi
{
    private const string IdHelp = "The data set's id";

    public static void MapDatasets(this RouteGroupBuilder api)
    {
        var datasets = api.MapGroup("/datasets").WithTags("Data sets");
        datasets
            .MapGet(
                "",
                (Hosting.IEngineHost engine, CorpusPreparer corpora, HttpContext context) =>
                    TypedResults.Ok(DatasetResponse.All(engine, corpora, ShowsFolders(context)))
            )
            .Does(Acts.Look)
            .WithName("ListDatasets")
            .WithSummary("Data sets with revision, licence and how far they are prepared");
        datasets
            .MapPost("", Register)
            .Does(Acts.RegisterDataset)
            .WithName("RegisterDataset")
            .WithSummary(
                "Registers a data set that lies on the server, of which nothing is copied, or one that was uploaded, and has it checked and prepared"
            )
            .Accepts<DatasetRequest>("application/json")
            .Produces<DatasetResponse>(StatusCodes.Status201Created)
            .ProducesValidationProblem();
        datasets
            .MapGet("/{id}", Get)
            .Does(Acts.Look)
            .WithName("GetDataset")
            .WithSummary("One data set: how far it is, what it has")
            .Produces<DatasetResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        datasets
            .MapGet("/{id}/report", Report)
            .Does(Acts.Look)
            .WithName("GetDatasetReport")
            .WithSummary("Everything that the last check found, with file, line and remedy")
            .Produces<StoredReport>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        datasets
            .MapGet("/{id}/report.csv", ReportCsv)
            .Does(Acts.Look)
            .WithName("GetDatasetReportCsv")
            .WithSummary("The same as CSV")
            .Produces<string>(StatusCodes.Status200OK, "text/csv")
            .ProducesProblem(StatusCodes.Status404NotFound);
        Say(
            datasets.MapPost("/{id}/prepare", ([Description(IdHelp)] string id, CorpusPreparer p) => Acted(id, p, p.Prepare)),
            Acts.PrepareDataset,
            "PrepareDataset",
            "Checks and prepares a data set again"
        );
        Say(
            datasets.MapPost("/{id}/cancel", ([Description(IdHelp)] string id, CorpusPreparer p) => Acted(id, p, p.Cancel)),
            Acts.CancelDataset,
            "CancelDataset",
            "Cancels a preparation; what is embedded is kept"
        );
        datasets
            .MapDelete("/{id}", Delete)
            .Does(Acts.DeleteDataset)
            .WithName("DeleteDataset")
            .WithSummary("Forgets a data set; a folder on the server stays as it is, what was uploaded goes")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        datasets.MapDatasetPages();
    }

    private static void Say(RouteHandlerBuilder endpoint, Act act, string name, string summary) =>
        endpoint
            .Does(act)
            .WithName(name)
            .WithSummary(summary)
            .Produces<DatasetResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

    private static IResult Register(DatasetRequest request, CorpusRegistrar registrar, CorpusPreparer preparer)
    {
        if (registrar.Check(request, out var errors) is not { } entry)
        {
            return Problem.Fields(errors);
        }
        try
        {
            preparer.Register(entry);
        }
        catch (EngineException error)
        {
            return Problem.Of(StatusCodes.Status507InsufficientStorage, "The data set cannot be stored", error.Message);
        }
        var made = preparer.All.Single(v => v.Id == entry.Registration.Id);
        return TypedResults.Created($"/api/v1/datasets/{made.Id}", DatasetResponse.Of(made, showsFolder: true));
    }

    /// <summary>Where data lies on the server is told to those alone who may register some.</summary>
    private static bool ShowsFolders(HttpContext context) => Caller.Of(context.User).May(Acts.RegisterDataset);

    private static IResult Get([Description(IdHelp)] string id, HttpContext context, CorpusPreparer preparer, Hosting.IEngineHost engine) =>
        DatasetResponse.All(engine, preparer, ShowsFolders(context)).FirstOrDefault(d => d.Id == id) is { } found
            ? TypedResults.Ok(found)
            : Problem.NotFound("data set", id);

    private static IResult Report([Description(IdHelp)] string id, CorpusPreparer preparer) =>
        preparer.All.FirstOrDefault(v => v.Id == id)?.Report is { } report
            ? TypedResults.Ok(report)
            : Problem.NotFound("report of a data set", id);

    private static IResult ReportCsv([Description(IdHelp)] string id, CorpusPreparer preparer) =>
        preparer.All.FirstOrDefault(v => v.Id == id)?.Report is { } report
            ? TableAnswer.Csv(Findings(report.Findings), $"dataset-{id}-report.csv")
            : Problem.NotFound("report of a data set", id);

    private static IResult Acted(string id, CorpusPreparer preparer, Func<string, string?> act) =>
        preparer.All.All(v => v.Id != id) ? Problem.NotFound("data set", id)
        : act(id) is { } reason ? Problem.Conflict(reason)
        : TypedResults.Accepted($"/api/v1/datasets/{id}", DatasetResponse.Of(preparer.All.Single(v => v.Id == id), showsFolder: true));

    private static IResult Delete([Description(IdHelp)] string id, CorpusPreparer preparer) =>
        preparer.All.All(v => v.Id != id) ? Problem.NotFound("data set", id)
        : preparer.Remove(id) is { } reason ? Problem.Conflict(reason)
        : TypedResults.NoContent();

    /// <summary>Findings as a table.</summary>
    internal static Layout.Components.TableFile Findings(IEnumerable<CorpusFinding> findings) =>
        new(
            ["severity", "file", "line", "message", "remedy"],
            findings.Select(f => (IReadOnlyList<object?>)[f.Severity.ToString().ToLowerInvariant(), f.File, f.Line, f.Message, f.Remedy])
        );
}
