using System.ComponentModel;
using System.Globalization;
using CllClip.Engine;
using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Features.Search.Words;
using CllClip.Shared.Search;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace CllClip.Portal.Features.Search;

/// <summary>Search, checkpoints and the gallery's pictures over HTTP.</summary>
public static class SearchApi
{
    private const long MostBytes = 10L << 20;
    private const string LanguageHelp = "Language code; detected if left out";
    private const string CheckpointHelp = "Checkpoint id, see /api/v1/checkpoints; the portal's default if left out";
    private const string GalleryHelp = "Gallery id, see /api/v1/galleries; emoji36 if left out";
    private const string CountHelp = "Number of results, 1 to 100; 24 if left out";

    public static IEndpointRouteBuilder MapSearchApi(this IEndpointRouteBuilder api)
    {
        api.MapGet(
                "/search",
                (
                    ISearch search,
                    CancellationToken stop,
                    [Description("What is looked for, in any of the 36 languages")] string? q = null,
                    [Description(LanguageHelp)] string? lang = null,
                    [Description(CheckpointHelp)] string? checkpoint = null,
                    [Description(GalleryHelp)] string? gallery = null,
                    [Description(CountHelp)] string? k = null,
                    [Description(TableAnswer.FormatHelp)] string? format = null
                ) => FoundAsync(k, format, count => search.SearchAsync(Query(q, lang, checkpoint, gallery, count), stop))
            )
            .Does(Acts.Look)
            .WithName("Search")
            .AtOnce(most: 64, waiting: 1_000)
            .WithTags("Search")
            .WithSummary("Ranks the gallery by a text in any of the 36 languages")
            .Produces<SearchResponse>()
            .Produces<string>(200, "text/csv")
            .ProducesValidationProblem()
            .ProducesProblem(422)
            .ProducesProblem(503);
        api.MapPost(
                "/search/image",
                (
                    IFormFile? file,
                    ISearch search,
                    CancellationToken stop,
                    [Description(LanguageHelp)] string? lang = null,
                    [Description(CheckpointHelp)] string? checkpoint = null,
                    [Description(GalleryHelp)] string? gallery = null,
                    [Description(CountHelp)] string? k = null,
                    [Description(TableAnswer.FormatHelp)] string? format = null
                ) =>
                    FoundAsync(
                        k,
                        format,
                        async count =>
                            await search.SearchAsync(await ReadAsync(file, stop), Query(null, lang, checkpoint, gallery, count), stop)
                    )
            )
            .Does(Acts.Look)
            .WithName("SearchByImage")
            .AtOnce(most: 8, waiting: 56)
            .WithTags("Search")
            .WithSummary("Ranks the gallery by an image file (PNG, JPEG, WebP, GIF or BMP, at most 10 MB)")
            .WithMetadata(new RequestSizeLimitAttribute(MostBytes + 64_000))
            .DisableAntiforgery() // no cookie is involved; foreign origins are refused for all of the API
            .Produces<SearchResponse>()
            .Produces<string>(200, "text/csv")
            .ProducesValidationProblem()
            .ProducesProblem(422)
            .ProducesProblem(503);
        api.MapGet("/checkpoints", async (ISearch search, CancellationToken stop) => TypedResults.Ok(await search.CheckpointsAsync(stop)))
            .Does(Acts.Look)
            .WithName("ListCheckpoints")
            .WithTags("Search")
            .WithSummary("Checkpoints to search with: the base models and every stage whose weights are here");
        api.MapPost(
                "/search/text",
                (
                    [Description("The image; or name one of the gallery as imageId")] IFormFile? file,
                    [FromForm, Description("Identifier of an image of the gallery, as in search results")] string? imageId,
                    ISearch search,
                    CancellationToken stop,
                    [Description(CheckpointHelp)] string? checkpoint = null,
                    [Description(GalleryHelp)] string? gallery = null,
                    [Description("Captions of each language, 1 to 20; 3 if left out")] string? k = null
                ) =>
                    AnswerAsync(
                        k,
                        async count =>
                            await TellAsync(search, file, Query(null, null, checkpoint, gallery, count) with { Like = imageId }, stop),
                        3
                    )
            )
            .Does(Acts.Look)
            .WithName("TellImage")
            .AtOnce(most: 8, waiting: 56)
            .WithTags("Search")
            .WithSummary(
                "Tells an image in every language of a gallery: the captions nearest to it. The first question to a checkpoint waits until its captions are embedded, up to a minute"
            )
            .WithMetadata(new RequestSizeLimitAttribute(MostBytes + 64_000))
            .DisableAntiforgery()
            .Produces<ImageInWords>()
            .ProducesValidationProblem()
            .ProducesProblem(422)
            .ProducesProblem(503);
        api.MapGet("/galleries", (ISearch search) => TypedResults.Ok(search.Galleries))
            .Does(Acts.Look)
            .WithName("ListGalleries")
            .WithTags("Search")
            .WithSummary("Galleries to search: Emoji36, its test drawings, and the prepared data sets");
        api.MapGet("/images/{dataset}/{revision}/{image}", PictureAsync)
            .Does(Acts.Look)
            .WithName("GetPicture")
            .AtOnce(most: 32, waiting: 2_000)
            .WithTags("Search")
            .WithSummary("A picture of a data set, SVG or WebP; what an address names never changes")
            .Produces<Stream>(200, "image/svg+xml", "image/webp")
            .ProducesProblem(404);
        return api;
    }

    private static SearchQuery Query(string? text, string? language, string? checkpoint, string? gallery, int count) =>
        new()
        {
            Text = text,
            Language = string.IsNullOrEmpty(language) ? null : language,
            Checkpoint = checkpoint,
            Gallery = string.IsNullOrEmpty(gallery) ? null : gallery,
            Count = count,
        };

    private static async Task<ImageInWords> TellAsync(ISearch search, IFormFile? file, SearchQuery query, CancellationToken stop)
    {
        var named = !string.IsNullOrEmpty(query.Like);
        if (named == file is not null)
        {
            throw new SearchException(
                "imageId",
                "Send either the image as the field 'file' of a multipart form, or the id of an image of the gallery as 'imageId'."
            );
        }
        if (query.Count > ImageWords.MostCaptions)
        {
            throw new SearchException("k", $"The number of captions is 1 to {ImageWords.MostCaptions}.");
        }
        return await search.TellAsync(query, named ? null : await ReadAsync(file, stop), null, stop);
    }

    private static async Task<IResult> FoundAsync(string? k, string? format, Func<int, Task<SearchResponse>> search)
    {
        var errors = new Dictionary<string, string[]>();
        var csv = TableAnswer.IsCsv(format, errors);
        return errors.Count > 0
            ? Problem.Fields(errors)
            : await AnswerAsync(
                k,
                search,
                shown: answer => csv ? TableAnswer.Csv(SearchTable.Of(answer), "search.csv") : TypedResults.Ok(answer)
            );
    }

    private static async Task<IResult> AnswerAsync<T>(string? k, Func<int, Task<T>> search, int count = 24, Func<T, IResult>? shown = null)
    {
        if (!string.IsNullOrEmpty(k) && !int.TryParse(k, NumberStyles.None, CultureInfo.InvariantCulture, out count))
        {
            count = 0; // no number of results: named with the other wrong fields
        }
        try
        {
            var answer = await search(count);
            return shown?.Invoke(answer) ?? TypedResults.Ok(answer);
        }
        catch (SearchException error) when (error.Errors.Count == 0)
        {
            return Problem.Of(503, "Search is not ready", error.Message);
        }
        catch (SearchException error)
        {
            return Problem.Fields(error.Errors);
        }
        catch (EngineException error)
        {
            return Problem.Of(422, "Search cannot answer", error.Message);
        }
    }

    private static async Task<byte[]> ReadAsync(IFormFile? file, CancellationToken stop)
    {
        if (file is null)
        {
            throw new SearchException("file", "Send the image as the field 'file' of a multipart form.");
        }
        if (file.Length is 0 or > MostBytes)
        {
            throw new SearchException(
                "file",
                file.Length == 0 ? "The file is empty." : "The file has more than 10 MB; make the image smaller."
            );
        }
        var bytes = new byte[file.Length];
        await using var stream = file.OpenReadStream();
        await stream.ReadExactlyAsync(bytes, stop);
        return bytes;
    }

    private static async Task<IResult> PictureAsync(
        [Description("Data set id")] string dataset,
        [Description("Revision of its pictures, as in the addresses of search results")] string revision,
        [Description("Identifier of the image")] string image,
        Pictures pictures,
        HttpContext context,
        CancellationToken stop
    )
    {
        if (await pictures.FindAsync(dataset, revision, image, stop) is not var (bytes, type))
        {
            return Problem.NotFound("picture", $"{dataset}/{revision}/{image}");
        }
        context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        return TypedResults.Bytes(bytes, type, entityTag: new EntityTagHeaderValue($"\"{revision}-{image}\""));
    }
}
