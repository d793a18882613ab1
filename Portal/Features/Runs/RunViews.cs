using CllClip.Portal.Storage;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>Stored runs as pages and API show them.</summary>
public static class RunViews
{
    /// <param name="run">The row.</param>
    /// <param name="live">Newer progress than the stored one, if the run is being trained.</param>
    public static RunView ToView(this RunEntity run, RunProgress? live = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new RunView
        {
            Id = run.Id,
            Name = run.Name,
            State = run.State,
            Method = run.Method,
            Teir = run.Teir,
            Dataset = run.Dataset,
            TestSets = run.TestSets,
            Model = run.Model,
            Languages = run.Languages,
            Epochs = run.Epochs,
            Options = run.Options,
            Seed = run.Seed,
            Device = run.Device,
            Tags = run.Tags,
            Notes = run.Notes,
            SweepId = run.SweepId,
            SweepName = run.SweepName,
            Shipped = run.Shipped,
            Origin = run.Origin,
            CreatedAt = run.CreatedAt,
            StartedAt = run.StartedAt,
            EndedAt = run.EndedAt,
            Progress = live ?? run.Progress,
            Summary = run.Summary,
            Provenance = run.Provenance is { } p ? p with { DurationSeconds = run.DurationSeconds } : null,
            Error = run.Error,
            CheckpointsPrunedAt = run.CheckpointsPrunedAt,
        };
    }

    /// <summary>The row of a run that comes from outside and waits in no queue.</summary>
    public static RunEntity ToEntity(this RunView run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new RunEntity
        {
            Id = run.Id,
            Name = run.Name,
            State = run.State,
            Method = run.Method,
            Teir = run.Teir,
            Dataset = run.Dataset,
            TestSets = run.TestSets,
            Model = run.Model,
            Languages = run.Languages,
            Epochs = run.Epochs,
            Options = run.Options,
            Seed = run.Seed,
            Device = run.Device,
            Lane = "",
            Tags = run.Tags,
            Shipped = run.Shipped,
            Origin = run.Origin,
            CreatedAt = run.CreatedAt,
            StartedAt = run.StartedAt,
            EndedAt = run.EndedAt,
            DurationSeconds = run.Provenance?.DurationSeconds,
            Progress = run.Progress,
            Summary = run.Summary,
            Provenance = run.Provenance,
            Error = run.Error,
        };
    }
}
