using System.ComponentModel;
using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Features.Audit;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Mvc;

namespace CllClip.Portal.Features.Import;

/// <summary>Imports over HTTP, and their services.</summary>
public static class ImportApi
{
    private static readonly string[] Types = ["application/json", "text/csv"];

    public static IServiceCollection AddScoreImport(this IServiceCollection services)
    {
        services.AddSingleton<ImportDesk>();
        return services.AddScoped<IImportDesk>(s => new GuardedImportDesk(
            s.GetRequiredService<ImportDesk>(),
            s.GetRequiredService<Door>()
        ));
    }

    /// <summary>Maps <c>POST /api/v1/runs/import</c>.</summary>
    public static IEndpointRouteBuilder MapImportApi(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/runs/import", ImportAsync)
            .WithTags("Runs")
            .Does(Acts.ImportScores)
            .WithName("ImportScores")
            .WithSummary("Makes a completed run of scores that were measured elsewhere: all of them, or none")
            .WithDescription(
                "The body is JSON, or CSV with the columns of scores.csv; then method and source stand in the address, as may everything else that a JSON body says. "
                    + "Recall is in percent. With preview=true nothing is stored: the answer (200) says what would be, and where it would stand on the leaderboard."
            )
            .Accepts<ImportBody>("application/json", "text/csv")
            .WithMetadata(new RequestSizeLimitAttribute(ScoresFile.LargestFile))
            .Produces<RunView>(StatusCodes.Status201Created)
            .Produces<ImportPreview>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        return app;
    }

    private static async Task<IResult> ImportAsync(
        HttpRequest http,
        [AsParameters] ImportQuery query,
        ImportDesk desk,
        CancellationToken stop
    )
    {
        if (!Types.Any(t => http.ContentType?.StartsWith(t, StringComparison.OrdinalIgnoreCase) == true))
        {
            return Problem.Of(
                StatusCodes.Status415UnsupportedMediaType,
                "The body must be JSON or CSV",
                "Send it with 'Content-Type: application/json' or 'Content-Type: text/csv'."
            );
        }
        var errors = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        var given = query.ToSettings(errors);
        if (errors.Count > 0)
        {
            return Problem.Fields(errors);
        }
        using var body = new MemoryStream();
        await http.Body.CopyToAsync(body, stop);
        var file = body.GetBuffer().AsMemory(0, (int)body.Length);
        if (query.Preview == "true")
        {
            AuditMiddleware.NothingDone(http.HttpContext);
            var (preview, problems) = await desk.CheckAsync(file, given, stop);
            return preview is not null ? TypedResults.Ok(preview) : Problem.Fields(new ImportResult(null, [], problems, []).Errors);
        }
        var result = await desk.ImportAsync(file, given, stop);
        return result.Run is { } run
            ? TypedResults.Created($"/api/v1/runs/{Uri.EscapeDataString(run.Id)}", run)
            : Problem.Fields(result.Errors);
    }
}

/// <summary>The JSON body of an import.</summary>
/// <param name="Name">Name shown in lists; made from method and languages if left out.</param>
/// <param name="Method">Id of a method, or with otherMethod the name of one that this portal does not have.</param>
/// <param name="OtherMethod">Whether the method is one that this portal does not have.</param>
/// <param name="Teir">Whether TEIR was composed with the method.</param>
/// <param name="Dataset">Id of the data set learned from; may be left out where all scores name the same.</param>
/// <param name="Languages">Codes in the order of learning; the order in which the stages bring them if left out.</param>
/// <param name="Seed">Seed; 1 if left out.</param>
/// <param name="Model">Base model in words.</param>
/// <param name="Epochs">Epochs per task.</param>
/// <param name="Unit"><c>percent</c> or <c>fraction</c>; percent if left out, and what looks like fractions is refused.</param>
/// <param name="Provenance">Where the scores come from: <c>source</c> (needed), <c>url</c>, <c>codeVersion</c> and whatever else is known, as single values.</param>
/// <param name="Scores">The scores: every stage whole, each language learned so far.</param>
internal sealed record ImportBody(
    string? Name,
    string Method,
    bool? OtherMethod,
    bool? Teir,
    string? Dataset,
    IReadOnlyList<string>? Languages,
    int? Seed,
    string? Model,
    int? Epochs,
    string? Unit,
    IReadOnlyDictionary<string, string> Provenance,
    IReadOnlyList<CllClip.Shared.Results.Score> Scores
);

/// <summary>What is said of an import in its address, as it comes: texts, so that every wrong one can be named. It goes before what the body says.</summary>
internal sealed record ImportQuery
{
    [FromQuery(Name = "name"), Description("Name shown in lists; made from method and languages if left out")]
    public string? Name { get; init; }

    [FromQuery(Name = "method"), Description("Method id, or with otherMethod=true the name of a method that this portal does not have")]
    public string? Method { get; init; }

    [FromQuery(Name = "otherMethod"), Description("true if the method is one that this portal does not have")]
    public string? OtherMethod { get; init; }

    [FromQuery(Name = "teir"), Description("true if TEIR was composed with the method")]
    public string? Teir { get; init; }

    [FromQuery(Name = "dataset"), Description("Id of the data set learned from; may be left out where all scores name the same")]
    public string? Dataset { get; init; }

    [FromQuery(Name = "languages"), Description("Codes in the order of learning, separated by commas; the stages' order if left out")]
    public string? Languages { get; init; }

    [FromQuery(Name = "seed"), Description("Seed; 1 if left out")]
    public string? Seed { get; init; }

    [FromQuery(Name = "model"), Description("Base model in words")]
    public string? Model { get; init; }

    [FromQuery(Name = "epochs"), Description("Epochs per task")]
    public string? Epochs { get; init; }

    [FromQuery(Name = "unit"), Description("percent or fraction; percent if left out, and what looks like fractions is refused")]
    public string? Unit { get; init; }

    [FromQuery(Name = "source"), Description("Who measured the scores; needed here or in the body")]
    public string? Source { get; init; }

    [FromQuery(Name = "url"), Description("Address where more stands")]
    public string? Url { get; init; }

    [FromQuery(Name = "codeVersion"), Description("Version of the code that measured")]
    public string? CodeVersion { get; init; }

    [FromQuery(Name = "preview"), Description("true to look without storing")]
    public string? Preview { get; init; }

    public ImportSettings ToSettings(IDictionary<string, string[]> errors)
    {
        _ = Truth("preview", Preview, errors);
        return new ImportSettings
        {
            Name = Name,
            Method = Method,
            OtherMethod = Truth("otherMethod", OtherMethod, errors),
            Teir = Truth("teir", Teir, errors),
            Dataset = Dataset,
            Languages = Languages?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            Seed = Whole("seed", Seed, errors),
            Model = Model,
            Epochs = Whole("epochs", Epochs, errors),
            Unit = Unit,
            Source = Source,
            Url = Url,
            CodeVersion = CodeVersion,
        };
    }

    private static bool? Truth(string name, string? text, IDictionary<string, string[]> errors)
    {
        if (text is not (null or "true" or "false"))
        {
            errors[name] = ["Must be true or false."];
        }
        return text is null ? null : text == "true";
    }

    private static int? Whole(string name, string? text, IDictionary<string, string[]> errors)
    {
        if (text is null)
        {
            return null;
        }
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }
        errors[name] = ["Must be a whole number."];
        return null;
    }
}
