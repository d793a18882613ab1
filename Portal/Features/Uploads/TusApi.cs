using System.ComponentModel;
using System.Globalization;
using CllClip.Engine;
using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace CllClip.Portal.Features.Uploads;

/// <summary>
/// Files from a person's own computer: a server of the tus 1.0 protocol (https://tus.io) with the extensions creation, termination and expiration, for its
/// many clients, and what there is as JSON.
/// </summary>
internal static class TusApi
{
    private const string Version = "1.0.0";
    private const string Extensions = "creation,termination,expiration";
    private const string ChunkType = "application/offset+octet-stream";
    private const string Route = "/api/v1/uploads";
    private const string IdHelp = "The upload's id";
    private const int Locked = StatusCodes.Status423Locked;

    /// <summary>A line that is slower than this for so long is taken for dead.</summary>
    private static readonly MinDataRate Slowest = new(bytesPerSecond: 64, gracePeriod: TimeSpan.FromSeconds(60));

    public static WebApplication MapTus(this WebApplication app)
    {
        var uploads = app.MapGroup(Route).WithTags("Uploads").AddEndpointFilter(SayVersionAsync);
        uploads
            .MapMethods("", [HttpMethods.Options], Options)
            .Does(Acts.Look)
            .WithName("DescribeUploads")
            .WithSummary("What this server of the tus protocol can do: version, extensions and largest file, as headers")
            .Produces(StatusCodes.Status204NoContent);
        Say(
            uploads.MapGet("", (UploadShelf shelf) => TypedResults.Ok(shelf.All)),
            Acts.SeeUploads,
            "ListUploads",
            "Uploads and how far they are"
        );
        Say(uploads.MapGet("/{id}", Get), Acts.SeeUploads, "GetUpload", "One upload: how much of it is here, whether it is unpacked")
            .Produces<Upload>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        Say(uploads.MapPost("", Create), Acts.CreateUpload, "CreateUpload", "Begins an upload (tus creation)")
            .WithDescription(
                "Headers: Tus-Resumable: 1.0.0, Upload-Length (bytes) and Upload-Metadata with the file's name in Base64. The answer's Location takes the bytes."
            )
            .Produces<Upload>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status507InsufficientStorage);
        Say(
                uploads.MapMethods("/{id}", [HttpMethods.Head], Head),
                Acts.SeeUploads,
                "FindUploadOffset",
                "How many bytes are here, as the header Upload-Offset (tus)"
            )
            .Produces(StatusCodes.Status200OK)
            .ProducesProblem(StatusCodes.Status404NotFound);
        Say(uploads.MapPatch("/{id}", AppendAsync), Acts.AppendUpload, "AppendToUpload", "Appends bytes at an offset (tus)")
            .WithDescription(
                "Headers: Tus-Resumable: 1.0.0, Upload-Offset (bytes that are here). What has come stays, however the request ends."
            )
            .Accepts<Stream>(ChunkType)
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(Locked)
            .ProducesProblem(StatusCodes.Status507InsufficientStorage);
        Say(uploads.MapPost("/{id}/unpack", Unpack), Acts.UnpackUpload, "UnpackUpload", "Unpacks again what the disk had no room for")
            .Produces<Upload>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        Say(
                uploads.MapDelete("/{id}", Delete),
                Acts.DeleteUpload,
                "DeleteUpload",
                "Removes an upload and everything of it (tus termination)"
            )
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        return app;
    }

    private static RouteHandlerBuilder Say(RouteHandlerBuilder endpoint, Act act, string name, string summary) =>
        endpoint.Does(act).WithName(name).WithSummary(summary);

    /// <summary>Every answer names the protocol's version; what speaks another is told so.</summary>
    private static async ValueTask<object?> SayVersionAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var (request, headers) = (context.HttpContext.Request, context.HttpContext.Response.Headers);
        headers["Tus-Resumable"] = Version;
        headers.CacheControl = "no-store";
        var ours = HttpMethods.IsGet(request.Method) || request.Path.Value!.EndsWith("/unpack", StringComparison.Ordinal); // not the protocol's
        if (ours || HttpMethods.IsOptions(request.Method) || request.Headers["Tus-Resumable"] == Version)
        {
            return await next(context);
        }
        headers["Tus-Version"] = Version;
        return Problem.Of(
            StatusCodes.Status412PreconditionFailed,
            "Another version of the protocol",
            $"Send the header 'Tus-Resumable: {Version}'."
        );
    }

    private static NoContent Options(UploadShelf shelf, HttpResponse response)
    {
        response.Headers["Tus-Version"] = Version;
        response.Headers["Tus-Extension"] = Extensions;
        response.Headers["Tus-Max-Size"] = Text(shelf.Options.MaxBytes);
        return TypedResults.NoContent();
    }

    private static IResult Get([Description(IdHelp)] string id, UploadShelf shelf) =>
        shelf.Find(id) is { } upload ? TypedResults.Ok(upload) : Problem.NotFound("upload", id);

    private static IResult Create(HttpContext http, UploadShelf shelf)
    {
        var request = http.Request;
        if (request.Headers.ContainsKey("Upload-Defer-Length") || Number(request, "Upload-Length") is not { } length)
        {
            return Problem.Of(400, "The length is missing", "Send the header Upload-Length with the number of bytes.");
        }
        if (length == 0)
        {
            return Problem.Of(400, "The file is empty", "Choose a file that holds something.");
        }
        var metadata = request.Headers["Upload-Metadata"].ToString();
        var name = TusMetadata.FileName(metadata, out var wrong);
        if (wrong is not null)
        {
            return Problem.Of(400, "The file cannot be taken", wrong);
        }
        try
        {
            if (shelf.Create(name, length, metadata, out var refusal) is not { } upload)
            {
                return Problem.Of(refusal!.Status, refusal.Title, refusal.Detail);
            }
            SayExpiry(http.Response, upload);
            return TypedResults.Created($"{Route}/{upload.Id}", upload);
        }
        catch (EngineException error)
        {
            return Problem.Of(StatusCodes.Status507InsufficientStorage, "The upload cannot be stored", error.Message);
        }
    }

    private static IResult Head([Description(IdHelp)] string id, UploadShelf shelf, HttpResponse response)
    {
        if (shelf.Find(id) is not { } upload || shelf.Item(id) is not { } item)
        {
            return Problem.NotFound("upload", id);
        }
        response.Headers["Upload-Offset"] = Text(upload.Offset);
        response.Headers["Upload-Length"] = Text(upload.Length);
        response.Headers["Upload-Metadata"] = item.Record.Metadata;
        SayExpiry(response, upload);
        return TypedResults.Ok();
    }

    private static async Task<IResult> AppendAsync(
        [Description(IdHelp)] string id,
        HttpContext http,
        UploadShelf shelf,
        CancellationToken stop
    )
    {
        var request = http.Request;
        if (shelf.Item(id) is not { } item)
        {
            return Problem.NotFound("upload", id);
        }
        if (!string.Equals(request.ContentType, ChunkType, StringComparison.OrdinalIgnoreCase))
        {
            return Problem.Of(
                StatusCodes.Status415UnsupportedMediaType,
                "Not a part of a file",
                $"Send it with 'Content-Type: {ChunkType}'."
            );
        }
        if (Number(request, "Upload-Offset") is not { } offset)
        {
            return Problem.Of(400, "The offset is missing", "Send the header Upload-Offset with the number of bytes that are here.");
        }
        if (!item.TryTake())
        {
            return Problem.Of(
                Locked,
                "It is being written",
                "Another request appends to this upload. Wait until it has ended, then ask for the offset."
            );
        }
        try
        {
            if (offset != item.Offset)
            {
                http.Response.Headers["Upload-Offset"] = Text(item.Offset);
                return Problem.Of(
                    409,
                    "Another offset",
                    $"{Text(item.Offset)} bytes are here, so the next begin there, not at {Text(offset)}."
                );
            }
            var left = item.Record.Length - offset;
            if (request.ContentLength > left)
            {
                return Problem.Of(
                    413,
                    "More bytes than announced",
                    $"{Text(left)} bytes are left of this upload, and {Text(request.ContentLength.Value)} are sent."
                );
            }
            Widen(http);
            return await WriteAsync(item, http, shelf, stop);
        }
        finally
        {
            item.Release();
            if (item.Gone)
            {
                UploadFiles.Delete(item.Folder);
            }
        }
    }

    private static async Task<IResult> WriteAsync(UploadItem item, HttpContext http, UploadShelf shelf, CancellationToken stop)
    {
        var before = item.Offset;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop, item.Stop.Token);
        try
        {
            var refusal = await UploadWriter.AppendAsync(item, http.Request.Body, ends.Token);
            if (refusal is not null)
            {
                return Problem.Of(refusal.Status, refusal.Title, refusal.Detail);
            }
            shelf.Touch(item);
            http.Response.Headers["Upload-Offset"] = Text(item.Offset);
            if (shelf.Find(item.Record.Id) is { } upload)
            {
                SayExpiry(http.Response, upload);
            }
            return TypedResults.NoContent();
        }
        catch (OperationCanceledException) when (item.Gone)
        {
            return Problem.NotFound("upload", item.Record.Id);
        }
        catch (OperationCanceledException)
        {
            Keep(item, shelf, before);
            throw;
        }
        catch (IOException error) when (DiskSpace.IsFull(error))
        {
            Keep(item, shelf, before);
            return Problem.Of(
                StatusCodes.Status507InsufficientStorage,
                "The disk is full",
                $"{Text(item.Offset)} of {Text(item.Record.Length)} bytes are here and stay. Free some space on the disk of the data root, then go on."
            );
        }
        catch (EngineException error)
        {
            return Problem.Of(StatusCodes.Status507InsufficientStorage, "The upload cannot be stored", error.Message);
        }
        catch (Exception error) when (error is IOException or Microsoft.AspNetCore.Http.BadHttpRequestException)
        {
            Keep(item, shelf, before); // the line broke
            throw;
        }
    }

    /// <summary>An upload that grew lives on for a while, also where its request broke.</summary>
    private static void Keep(UploadItem item, UploadShelf shelf, long before)
    {
        if (item.Offset == before || item.Gone)
        {
            return;
        }
        try
        {
            shelf.Touch(item);
        }
        catch (EngineException)
        {
            // the disk refuses: the bytes are there, only the time of their coming is not
        }
    }

    private static IResult Unpack([Description(IdHelp)] string id, UploadShelf shelf) =>
        shelf.Find(id) is null ? Problem.NotFound("upload", id)
        : shelf.Retry(id) is { } reason ? Problem.Conflict(reason)
        : TypedResults.Accepted($"{Route}/{id}", shelf.Find(id));

    private static IResult Delete([Description(IdHelp)] string id, UploadShelf shelf) =>
        shelf.Find(id) is null ? Problem.NotFound("upload", id)
        : shelf.Remove(id) is { } reason ? Problem.Conflict(reason)
        : TypedResults.NoContent();

    /// <summary>The server's limits are for requests that are held in memory; this one goes to the disk as it comes.</summary>
    private static void Widen(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null; // what is more than was announced the writer refuses
        }
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = Slowest;
        }
    }

    private static void SayExpiry(HttpResponse response, Upload upload)
    {
        if (upload.ExpiresAt is { } at)
        {
            response.Headers["Upload-Expires"] = at.ToString("R", CultureInfo.InvariantCulture);
        }
    }

    private static long? Number(HttpRequest request, string header) =>
        long.TryParse(request.Headers[header], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
