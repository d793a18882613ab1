using System.Text.Json;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CllClip.Portal.Tests;

/// <summary>Puts runs and what they report straight into a portal under test, as its worker does.</summary>
public static class RunsBench
{
    /// <summary>A lane that no worker serves: what waits there stays queued.</summary>
    private const string NoLane = "none";

    public static RunStore Store(this PortalHost portal) => portal.Services.GetRequiredService<RunStore>();

    public static RunFeed Feed(this PortalHost portal) => portal.Services.GetRequiredService<RunFeed>();

    public static RunEntity AddRun(this PortalHost portal, string id, RunState state = RunState.Queued, Action<RunEntity>? change = null)
    {
        var run = new RunEntity
        {
            Id = id,
            Name = $"Run {id}",
            State = state,
            Method = "cll-clip",
            Teir = true,
            Dataset = "emoji36",
            Model = "emoji-base",
            Languages = ["en", "de", "ja"],
            Epochs = 2,
            Options = new Dictionary<string, JsonElement> { ["batchSize"] = JsonSerializer.SerializeToElement(8) },
            Seed = 1,
            Device = "cpu",
            Lane = NoLane,
            CreatedAt = DateTime.UtcNow,
        };
        change?.Invoke(run);
        portal.Store().Add([run], "Launched.");
        return run;
    }

    /// <summary>Changes stored rows behind the portal's back.</summary>
    public static async Task ChangeAsync(this PortalHost portal, Action<PortalDbContext> change)
    {
        await using var db = await portal.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        change(db);
        await db.SaveChangesAsync();
    }

    public static Score Score(int stage, string language = "en", int k = 1, double recall = 50) =>
        new(stage, language, RetrievalDirection.TextToImage, k, recall, 24, "emoji36");

    public static ProgressMessage Progress(string id, long sequence, int step = 3, double loss = 0.5) =>
        new(
            id,
            sequence,
            new RunProgress(1, 3, "en", "training", 1, 2, step, 40, 0.1, 12, 12.5),
            new Dictionary<string, double> { ["total"] = loss }
        );
}
