using System.ComponentModel;
using System.Text.Json;
using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using RequestSizeLimitAttribute = Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute;

namespace CllClip.Portal.Features.Models;

/// <summary>Base models over HTTP, and checkpoints on their way out.</summary>
internal static class ModelsApi
{
    private const int LargestRequest = 64 * 1024;
    private const string IdHelp = "Id of the base model";
    private static readonly string[] Fields = ["folder", "upload", "id", "name", "licence"];

    public static void MapModels(this RouteGroupBuilder api)
    {
        var models = api.MapGroup("/models").WithTags("Models");
        models
            .MapGet(
                "",
                (IEngineHost engine, BaseModels bases, HttpContext http) =>
                    TypedResults.Ok<IReadOnlyList<ModelResponse>>([.. ModelResponse.All(engine, bases).Select(m => Shown(m, http))])
            )
            .Does(Acts.Look)
            .WithName("ListModels")
            .WithSummary("Base models with revision, licence and sizes");
        models
            .MapGet(
                "/{id}",
                IResult ([Description(IdHelp)] string id, IEngineHost engine, BaseModels bases, HttpContext http) =>
                    bases.Find(id) is { } found
                        ? TypedResults.Ok(Shown(ModelResponse.Of(found, engine), http))
                        : Problem.NotFound("base model", id)
            )
            .Does(Acts.Look)
            .WithName("GetModel")
            .WithSummary("One base model")
            .Produces<ModelResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        models
            .MapPost("", RegisterAsync)
            .Does(Acts.RegisterModel)
            .WithName("RegisterModel")
            .WithSummary("Makes a folder on the portal's machine, or an upload, a base model")
            .WithDescription(
                "The folder is loaded once, whole, before it is registered. Nothing is copied: the folder must stay where it is."
            )
            .Accepts<ModelRequest>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(LargestRequest))
            .Produces<ModelResponse>(StatusCodes.Status201Created)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        models
            .MapDelete("/{id}", RemoveAsync)
            .Does(Acts.DeleteModel)
            .WithName("RemoveModel")
            .WithSummary("Forgets a registered base model, unless a run that is not finished uses it; its folder is left alone")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        api.MapGet("/checkpoints/{id}/huggingface.zip", HuggingFaceZip.GetAsync)
            .WithTags("Models")
            .Does(Acts.Look)
            .WithName("GetHuggingFaceCheckpoint")
            .WithSummary("A stage of a run as a Hugging Face CLIPModel folder, in a zip")
            .WithDescription("The id is one of /api/v1/checkpoints; a run's id alone means its last stage.")
            .Produces<Stream>(StatusCodes.Status200OK, CheckpointZip.ContentType)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static ModelResponse Shown(ModelResponse model, HttpContext http) =>
        Caller.Of(http.User).May(Acts.RegisterModel) ? model : model.WithoutPaths();

    private static async Task<IResult> RegisterAsync(HttpRequest http, ModelDesk desk, CancellationToken stop)
    {
        if (!http.HasJsonContentType())
        {
            return Problem.NotJson();
        }
        var errors = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        var request = await ReadAsync(http.Body, errors, stop);
        if (errors.Count > 0)
        {
            return Problem.Fields(errors);
        }
        var result = await desk.RegisterAsync(request, stop);
        return result.Model is { } model
            ? TypedResults.Created($"/api/v1/models/{Uri.EscapeDataString(model.Id)}", model)
            : Problem.Fields(result.Errors);
    }

    private static async Task<ModelRequest> ReadAsync(Stream body, SortedDictionary<string, string[]> errors, CancellationToken stop)
    {
        var given = new Dictionary<string, string?>(StringComparer.Ordinal);
        try
        {
            using var json = await JsonDocument.ParseAsync(body, new JsonDocumentOptions { MaxDepth = 8 }, stop);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                errors["body"] = ["The body must be a JSON object."];
                return new ModelRequest();
            }
            foreach (var member in json.RootElement.EnumerateObject())
            {
                if (!Fields.Contains(member.Name))
                {
                    errors[member.Name] = [$"There is no such field. The fields are: {string.Join(", ", Fields)}."];
                }
                else if (member.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
                {
                    errors[member.Name] = ["Must be text."];
                }
                else if (!given.TryAdd(member.Name, member.Value.GetString()))
                {
                    errors[member.Name] = ["The field is given more than once."];
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the second: an escape that is half a character
        {
            errors["body"] = ["This is not JSON."];
        }
        return new ModelRequest
        {
            Folder = given.GetValueOrDefault("folder"),
            Upload = given.GetValueOrDefault("upload"),
            Licence = given.GetValueOrDefault("licence"),
            Id = given.GetValueOrDefault("id"),
            Name = given.GetValueOrDefault("name"),
        };
    }

    private static async Task<IResult> RemoveAsync([Description(IdHelp)] string id, ModelDesk desk, CancellationToken stop)
    {
        var result = await desk.RemoveAsync(id, stop);
        return result.Outcome switch
        {
            ActionOutcome.Done => TypedResults.NoContent(),
            ActionOutcome.Conflict => Problem.Conflict(result.Message),
            _ => Problem.NotFound("base model", id),
        };
    }
}
