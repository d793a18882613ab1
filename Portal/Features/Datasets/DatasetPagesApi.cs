using System.ComponentModel;
using System.Globalization;
using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Features.Datasets.Preview;
using CllClip.Portal.Features.Datasets.Statistics;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Datasets;

/// <summary>What a data set holds, over HTTP: its images with captions, and statistics of these.</summary>
internal static class DatasetPagesApi
{
    private const string IdHelp = "The data set's id";
    private const string ModelHelp = "Base model whose tokenizer cuts the captions; the embedded one if left out";
    private const int UsualImages = 24;

    public static void MapDatasetPages(this RouteGroupBuilder datasets)
    {
        datasets
            .MapGet("/{id}/images", ImagesAsync)
            .Does(Acts.Look)
            .WithName("ListDatasetImages")
            .WithSummary("Images of a split with their captions in a language, page by page")
            .Produces<PreviewPage>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        datasets
            .MapGet("/{id}/statistics", Statistics)
            .Does(Acts.Look)
            .WithName("GetDatasetStatistics")
            .WithSummary("Captions, lengths, tokens and shared vocabulary by language, or how far counting them is")
            .WithDescription(
                "The first question begins the counting, which goes on in the background. It is done once for each revision and base model."
            )
            .Produces<StatisticsView>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound);
        datasets
            .MapGet("/{id}/statistics.csv", StatisticsCsv)
            .Does(Acts.Look)
            .WithName("GetDatasetStatisticsCsv")
            .WithSummary("The same as CSV, once it is ready")
            .Produces<string>(StatusCodes.Status200OK, "text/csv")
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        datasets
            .MapPost("/{id}/statistics", Begin)
            .Does(Acts.CountDataset)
            .WithName("BeginDatasetStatistics")
            .WithSummary("Counts again what was cancelled or failed")
            .Produces<StatisticsView>(StatusCodes.Status202Accepted)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound);
        datasets
            .MapPost("/{id}/statistics/cancel", Cancel)
            .Does(Acts.CancelCount)
            .WithName("CancelDatasetStatistics")
            .WithSummary("Ends the counting")
            .Produces<StatisticsView>(StatusCodes.Status202Accepted)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ImagesAsync(
        [Description(IdHelp)] string id,
        PreviewShelf shelf,
        CancellationToken stop,
        [Description("train, val or test; the first that has captions if left out")] string? split = null,
        [Description("Language of the captions; the data set's first if left out")] string? language = null,
        [Description("Images before the page")] string? skip = null,
        [Description("Images of the page, 1 to 100; 24 if left out")] string? take = null
    )
    {
        if (shelf.Find(id) is not { } dataset)
        {
            return Problem.NotFound("prepared data set", id);
        }
        var errors = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        var tongue = string.IsNullOrEmpty(language) ? dataset.Languages[0] : language;
        if (!dataset.Languages.Contains(tongue))
        {
            errors["language"] = [$"{dataset.Name} has no such language. It has: {string.Join(' ', dataset.Languages)}."];
        }
        if (!string.IsNullOrEmpty(split) && SplitNames.Find(split) is null)
        {
            errors["split"] = ["Must be train, val or test."];
        }
        var first = Number("skip", skip, 0, int.MaxValue, 0, errors);
        var most = Number("take", take, 1, PreviewShelf.MostImages, UsualImages, errors);
        if (errors.Count > 0)
        {
            return Problem.Fields(errors);
        }
        try
        {
            return TypedResults.Ok(await Task.Run(() => shelf.Page(dataset, tongue, SplitNames.Find(split), first, most), stop));
        }
        catch (EngineException error)
        {
            return Problem.Of(StatusCodes.Status422UnprocessableEntity, "The captions cannot be read", error.Message);
        }
    }

    private static int Number(string name, string? text, int least, int most, int otherwise, SortedDictionary<string, string[]> errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            return otherwise;
        }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }
        errors[name] = [string.Create(CultureInfo.InvariantCulture, $"Must be a whole number from {least} to {most}.")];
        return otherwise;
    }

    private static IResult Statistics(
        [Description(IdHelp)] string id,
        PreviewShelf shelf,
        StatisticsWorker worker,
        IEngineHost engine,
        [Description(ModelHelp)] string? model = null
    ) => Of(id, model, shelf, engine, (d, m) => TypedResults.Ok(worker.Look(d, m)));

    private static IResult StatisticsCsv(
        [Description(IdHelp)] string id,
        PreviewShelf shelf,
        StatisticsWorker worker,
        IEngineHost engine,
        [Description(ModelHelp)] string? model = null
    ) =>
        Of(
            id,
            model,
            shelf,
            engine,
            (d, m) =>
                worker.Look(d, m) is { Languages: { } languages }
                    ? TableAnswer.Csv(StatisticsView.Table(languages), $"dataset-{id}-statistics.csv")
                    : Problem.Conflict("The statistics are not there yet. Ask for them as JSON to see how far they are.")
        );

    private static IResult Begin(
        [Description(IdHelp)] string id,
        PreviewShelf shelf,
        StatisticsWorker worker,
        IEngineHost engine,
        [Description(ModelHelp)] string? model = null
    ) => Of(id, model, shelf, engine, (d, m) => TypedResults.Accepted($"/api/v1/datasets/{id}/statistics", worker.Begin(d, m)));

    private static IResult Cancel(
        [Description(IdHelp)] string id,
        PreviewShelf shelf,
        StatisticsWorker worker,
        IEngineHost engine,
        [Description(ModelHelp)] string? model = null
    ) =>
        Of(
            id,
            model,
            shelf,
            engine,
            (d, m) =>
                worker.Cancel(d, m)
                    ? TypedResults.Accepted($"/api/v1/datasets/{id}/statistics", worker.Look(d, m))
                    : Problem.Conflict("Nothing is being counted.")
        );

    private static IResult Of(
        string id,
        string? model,
        PreviewShelf shelf,
        IEngineHost engine,
        Func<ICaptionedDataset, string, IResult> answer
    )
    {
        if (shelf.Find(id) is not { } dataset)
        {
            return Problem.NotFound("prepared data set", id);
        }
        var chosen = string.IsNullOrEmpty(model) ? engine.ModelIds.FirstOrDefault("") : model;
        return engine.ModelIds.Contains(chosen)
            ? answer(dataset, chosen)
            : Problem.Fields([new("model", [$"There is no such base model. There are: {string.Join(", ", engine.ModelIds)}."])]);
    }
}
