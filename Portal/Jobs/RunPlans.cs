using System.Globalization;
using System.Text.Json;
using CllClip.Engine.Data;
using CllClip.Engine.Methods;
using CllClip.Engine.Training;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Jobs;

/// <summary>From what was asked for to the stored run, and from there to the engine's plan.</summary>
internal static class RunPlans
{
    private const int LanguagesInName = 6;

    /// <summary>The row of a request that was checked: every default is filled in.</summary>
    public static RunEntity ToRun(RunRequest request, DatasetDefaults defaults, string device, string lane, DateTime now)
    {
        var languages = request.Languages!;
        var seed = request.Seed ?? 1;
        return new RunEntity
        {
            Id = RunIds.New(),
            Name = string.IsNullOrWhiteSpace(request.Name) ? DefaultName(request) : request.Name.Trim(),
            State = RunState.Queued,
            Method = request.Method!,
            Teir = request.Teir,
            Dataset = request.Dataset!,
            TestSets = [.. request.TestSets ?? []],
            Model = request.Model!,
            Languages = [.. languages],
            Epochs = request.Epochs ?? defaults.Epochs,
            Options = RunValidation
                .Resolve(request, defaults)
                .ToDictionary(o => o.Key, o => JsonSerializer.SerializeToElement(o.Value, o.Value.GetType())),
            Seed = seed,
            Device = device,
            Lane = lane,
            Tags = [.. (request.Tags ?? []).Distinct(StringComparer.Ordinal)],
            CreatedAt = now,
        };
    }

    /// <summary>What the engine is to do.</summary>
    /// <exception cref="CllClip.Engine.EngineException">The catalogue has changed since the run was stored and does not know an option any more.</exception>
    public static RunPlan ToPlan(RunEntity run, IRetrievalDataset dataset, string chainFolder, TimeSpan checkpointInterval) =>
        new()
        {
            Method = run.Method,
            Teir = run.Teir,
            Languages = run.Languages,
            Epochs = run.Epochs,
            Seed = run.Seed,
            Device = run.Lane,
            Options = RunValidation.Resolve(new RunRequest { Method = run.Method, Options = run.Options }, dataset.Defaults),
            CheckpointFolder = chainFolder,
            CheckpointInterval = checkpointInterval,
        };

    /// <summary>Number of tasks: one a language, or one for all.</summary>
    public static int Stages(RunEntity run)
    {
        using var method = MethodCatalog.Create(run.Method);
        return method.AllLanguagesAtOnce || !method.Trains ? 1 : run.Languages.Count;
    }

    /// <summary>The name of a request that gives none: method, languages, and the seed where it is not the first.</summary>
    public static string DefaultName(RunRequest request)
    {
        var (languages, seed) = (request.Languages!, request.Seed ?? 1);
        var method = MethodCatalog.Find(request.Method!)!.Name + (request.Teir ? "+TEIR" : "");
        var which =
            languages.Count <= LanguagesInName
                ? string.Join(' ', languages)
                : string.Create(CultureInfo.InvariantCulture, $"{languages.Count} languages");
        return $"{method}, {which}" + (seed == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", seed {seed}"));
    }
}
