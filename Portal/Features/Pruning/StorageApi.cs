using System.ComponentModel;
using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Jobs;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CllClip.Portal.Features.Pruning;

/// <summary>Room on the disk and pruning over HTTP, and their services.</summary>
public static class StorageApi
{
    private const int LargestRequest = 16 * 1024;
    private const int Shown = 50;

    /// <summary>Finding and pruning, for the portal and the command; comes after data sets and jobs.</summary>
    public static IServiceCollection AddPruner(this IServiceCollection services)
    {
        services.TryAddSingleton<CheckpointUses>();
        services.AddSingleton<IThingFinder, VanishedCaches>();
        services.AddSingleton<IThingFinder, Leftovers>();
        services.AddSingleton<IThingFinder, DatabaseCopies>();
        services.AddSingleton<IThingFinder, RunCheckpoints>();
        services.AddSingleton<PruneStore>();
        return services.AddSingleton(s => new Pruner(
            s.GetServices<IThingFinder>(),
            s.GetRequiredService<Hosting.PortalFolders>(),
            s.GetRequiredService<CheckpointUses>(),
            s.GetRequiredService<PruneStore>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<Pruner>>()
        ));
    }

    /// <summary>The pruner, what applies the rule by itself, and the desk of the page.</summary>
    public static IServiceCollection AddPruning(this IServiceCollection services)
    {
        services.AddPruner();
        services.AddSingleton<StorageSizes>();
        services.AddHostedService<PruneService>();
        return services.AddScoped<IStorageDesk, StorageDesk>();
    }

    /// <summary>Maps <c>/api/v1/storage</c>.</summary>
    public static IEndpointRouteBuilder MapStorageApi(this IEndpointRouteBuilder app)
    {
        var storage = app.MapGroup("/api/v1/storage").WithTags("Storage");
        storage
            .MapGet("", LookAsync)
            .Does(Acts.Look)
            .WithName("GetStorage")
            .WithSummary("What takes how much room in the data root, free room, and the last prunings")
            .Produces<StorageView>();
        storage
            .MapGet("/rule", (PruneStore store, CancellationToken stop) => store.RuleAsync(stop))
            .Does(Acts.Look)
            .WithName("GetPruneRule")
            .WithSummary("What is pruned, and at which age in days")
            .Produces<PruneRuleView>();
        storage
            .MapPut("/rule", SetAsync)
            .Does(Acts.SetPruneRule)
            .WithName("SetPruneRule")
            .WithSummary("Sets what is pruned; what is left out becomes as usual")
            .WithDescription(
                "It is applied once a day, at the start of the portal and when asked for. Runs with the tag keep, runs that are not finished, and checkpoints in use are never pruned."
            )
            .Accepts<PruneRule>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(LargestRequest))
            .Produces<PruneRuleView>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        storage
            .MapGet("/preview", PreviewAsync)
            .Does(Acts.Look)
            .WithName("PreviewPruning")
            .WithSummary("What the rule would prune now, the largest first, and what is old enough but kept, with the reason")
            .WithDescription("With format=csv the same as a table.")
            .Produces<PrunePreview>()
            .Produces<string>(StatusCodes.Status200OK, "text/csv")
            .ProducesValidationProblem();
        storage
            .MapPost("/prune", PruneAsync)
            .Does(Acts.Prune)
            .WithName("Prune")
            .WithSummary("Applies the rule now; the answer says what went and what could not")
            .Produces<PruningView>()
            .ProducesProblem(StatusCodes.Status409Conflict);
        return app;
    }

    private static async Task<IResult> LookAsync(StorageSizes sizes, PruneStore store, DiskRoom room, CancellationToken stop)
    {
        var measure = await sizes.MeasureAsync().WaitAsync(stop);
        return TypedResults.Ok(
            new StorageView
            {
                FreeBytes = room.Look(),
                ReservedBytes = room.Reserve,
                Bytes = measure.Bytes,
                Parts = measure.Parts,
                MeasuredAt = measure.At,
                Prunings = await store.PruningsAsync(Shown, stop),
            }
        );
    }

    private static async Task<IResult> SetAsync(HttpRequest http, PruneStore store, CancellationToken stop)
    {
        if (!http.HasJsonContentType())
        {
            return Problem.NotJson();
        }
        var (rule, errors) = await PruneRuleReader.ReadAsync(http.Body, stop);
        if (errors.Count > 0)
        {
            return Problem.Fields(errors);
        }
        await store.SetAsync(rule, Caller.Of(http.HttpContext.User).Name, stop);
        return TypedResults.Ok(await store.RuleAsync(stop));
    }

    private static async Task<IResult> PreviewAsync(
        Pruner pruner,
        PruneStore store,
        CancellationToken stop,
        [Description(TableAnswer.FormatHelp)] string? format = null
    )
    {
        var errors = new Dictionary<string, string[]>();
        var csv = TableAnswer.IsCsv(format, errors);
        if (errors.Count > 0)
        {
            return Problem.Fields(errors);
        }
        var preview = await pruner.PreviewAsync((await store.RuleAsync(stop)).Rule, stop);
        return csv ? TableAnswer.Csv(PrunePreview.Table([.. preview.Things, .. preview.Kept]), "pruning.csv") : TypedResults.Ok(preview);
    }

    // Goes on to its end whether or not the asker waits: half of what was asked for is no answer to anybody.
    private static async Task<IResult> PruneAsync(HttpContext http, Pruner pruner) =>
        await pruner.PruneAsync(Caller.Of(http.User).Name) is { } done
            ? TypedResults.Ok(done)
            : Problem.Conflict("A pruning is under way already.");
}

/// <summary>What takes room.</summary>
public sealed record StorageView
{
    /// <summary>Free bytes on the disk of the data root; null where the system does not say.</summary>
    public long? FreeBytes { get; init; }

    /// <summary>Bytes that are kept free for the database: below, runs pause.</summary>
    public long ReservedBytes { get; init; }

    /// <summary>Bytes of the data root.</summary>
    public required long Bytes { get; init; }

    /// <summary>By part, the largest first.</summary>
    public required IReadOnlyList<StoragePart> Parts { get; init; }

    /// <summary>When it was measured (UTC); at most half a minute ago.</summary>
    public required DateTime MeasuredAt { get; init; }

    /// <summary>The last prunings, the newest first.</summary>
    public required IReadOnlyList<PruningView> Prunings { get; init; }
}
