using System.Collections.Concurrent;
using System.Globalization;
using CllClip.Engine;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Models;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using CllClip.Shared.Search;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Search;

/// <summary>Where a checkpoint lies.</summary>
/// <param name="View">What is shown of it.</param>
/// <param name="Model">Base model.</param>
/// <param name="ChainFolder">Folder of the run's chain; null for the base model.</param>
/// <param name="TeirExponent">Exponent of TEIR's scale; null where the run has no scaling by TEIR.</param>
/// <param name="Dataset">Data set that was learned from; null for the base model.</param>
/// <param name="Revision">Of a registered base model: its weights, since another model may get its id; null for what never changes.</param>
public sealed record LocatedCheckpoint(
    CheckpointView View,
    string Model,
    string? ChainFolder,
    double? TeirExponent = null,
    string? Dataset = null,
    string? Revision = null
)
{
    /// <summary>What is held in memory by it.</summary>
    public string Key => Revision is null ? View.Id : $"{View.Id} {Revision}";
}

/// <summary>The stages of all runs that have their weights here, and the base models.</summary>
public sealed partial class CheckpointQueries(
    IDbContextFactory<PortalDbContext> contexts,
    PortalFolders folders,
    PortalOptions options,
    BaseModels bases,
    ILogger<CheckpointQueries> log
)
{
    private const int MostNamed = 20;

    // Views of a run while its row and its chain stay: with hundreds of runs, reading all stages again took a second of every visit.
    private readonly ConcurrentDictionary<string, (KeptRun Run, List<CheckpointView> Views)> _kept = new();
    private readonly ConcurrentDictionary<(string Id, string Folder, DateTime? AddedAt), CheckpointView> _models = new();
    private int _warned;

    public const string BaseId = "base";
    public const string BaseModel = "emoji-base";

    /// <summary>What stands before the id of a registered base model.</summary>
    public const string BasePrefix = BaseId + ":";

    /// <summary>Id of a base model's checkpoint.</summary>
    public static string IdOf(string model) => model == BaseModel ? BaseId : BasePrefix + model;

    /// <summary>All of them: the base models first, then run by run (shipped first, then the newest), stage by stage.</summary>
    public async Task<IReadOnlyList<CheckpointView>> ListAsync(CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var runs = await db
            .Runs.AsNoTracking()
            .OrderByDescending(r => r.Shipped)
            .ThenByDescending(r => r.Number)
            .Select(r => new KeptRun(r.Id, r.Name, r.Method, r.ChainFolder, db.Stages.Count(s => s.RunId == r.Id)))
            .ToListAsync(stop);
        var views = new List<CheckpointView> { Base.View };
        views.AddRange(bases.Ids.Select(Registered).OfType<LocatedCheckpoint>().Select(l => l.View));
        foreach (var run in runs.Where(r => r.Stages > 0))
        {
            var (folder, known) = (Folder(run.Id, run.ChainFolder), _kept.GetValueOrDefault(run.Id));
            if (known.Run != run || !StillThere(folder, known.Views.Count))
            {
                known = (run, Views(run, folder, await FiguresAsync(db, run.Id, stop)));
                _kept[run.Id] = known;
            }
            views.AddRange(known.Views);
        }
        foreach (var gone in _kept.Keys.Except(runs.Select(r => r.Id)))
        {
            _kept.TryRemove(gone, out _);
        }
        return views;
    }

    /// <summary>The checkpoint of this id (a run's id alone means its last stage), or null.</summary>
    public async Task<LocatedCheckpoint?> FindAsync(string id, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id == BaseId)
        {
            return Base;
        }
        if (id.StartsWith(BasePrefix, StringComparison.Ordinal) && Registered(id[BasePrefix.Length..]) is { } model)
        {
            return model;
        }
        var colon = id.LastIndexOf(':');
        var runId = colon < 0 ? id : id[..colon];
        await using var db = await contexts.CreateDbContextAsync(stop);
        if (await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == runId, stop) is not { } run)
        {
            return null;
        }
        var (stages, folder) = (await FiguresAsync(db, runId, stop), Folder(run.Id, run.ChainFolder));
        var views = Views(new KeptRun(run.Id, run.Name, run.Method, run.ChainFolder, stages.Count), folder, stages);
        var view = views.Find(v => colon < 0 ? v.Stage == v.Stages : v.Id == id);
        return view is null ? null : new LocatedCheckpoint(view, run.Model, folder, TeirExponent(run), run.Dataset);
    }

    /// <summary>Name of the run whose checkpoint an id names, and when its checkpoints were pruned; null if they were not.</summary>
    public async Task<(string Name, DateTime At)?> PrunedAsync(string id, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        var runId = id.Split(':')[0];
        await using var db = await contexts.CreateDbContextAsync(stop);
        var run = await db
            .Runs.Where(r => r.Id == runId && r.CheckpointsPrunedAt != null)
            .Select(r => new { r.Name, r.CheckpointsPrunedAt })
            .FirstOrDefaultAsync(stop);
        return run is { CheckpointsPrunedAt: { } at } ? (run.Name, at) : null;
    }

    /// <summary>What is said of the id of a registered base model that cannot be searched with; null where it names none.</summary>
    public string? NoModel(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (!id.StartsWith(BasePrefix, StringComparison.Ordinal))
        {
            return null;
        }
        var model = id[BasePrefix.Length..];
        return bases.Find(model) switch
        {
            { Error: { } error, Folder: { Length: > 0 } folder } => error.Replace(
                folder,
                Path.GetFileName(folder),
                StringComparison.Ordinal
            ),
            { Error: { } error } => error,
            { Registered: null } => $"The base model '{model}' came with the portal: its checkpoint is '{IdOf(model)}'.",
            _ =>
                $"No base model '{SearchService.Short(model)}' is registered here, or none any more. The page /models lists those there are.",
        };
    }

    /// <summary>
    /// The checkpoint that search opens with: the setting's, else of the finished runs with the most languages the one that cannot have forgotten
    /// any (joint training), then a shipped one, then the newest; the base model where there is none.
    /// </summary>
    public async Task<CheckpointView> DefaultAsync(CancellationToken stop = default)
    {
        if (
            !string.IsNullOrWhiteSpace(options.Search.DefaultCheckpoint)
            && await FindAsync(options.Search.DefaultCheckpoint, stop) is { } set
        )
        {
            return set.View;
        }
        var views = await ListAsync(stop);
        var best =
            views
                .Where(v => v.Stage == v.Stages && (v.RunId is not null || v.Id == BaseId)) // whoever registers a model chooses it for nobody else
                .OrderByDescending(v => v.Languages.Count)
                .ThenByDescending(v => v.Stages == 1 && v.Languages.Count > 1)
                .FirstOrDefault(v => v.RunId is null || v.Languages.Count > 1)
            ?? Base.View;
        WarnIfSettingIsWrong(views, best);
        return best;
    }

    private void WarnIfSettingIsWrong(IReadOnlyList<CheckpointView> views, CheckpointView best)
    {
        if (!string.IsNullOrWhiteSpace(options.Search.DefaultCheckpoint) && Interlocked.Exchange(ref _warned, 1) == 0)
        {
            var last = views.Where(v => v.Stage == v.Stages).Select(v => v.Id).ToList();
            var others = last.Count > MostNamed ? " and others" : "";
            LogNoDefault(log, options.Search.DefaultCheckpoint, best.Id, string.Join(", ", last.Take(MostNamed)) + others);
        }
    }

    private static LocatedCheckpoint Base { get; } =
        new(new CheckpointView(BaseId, null, 0, 0, "Base model", null, ["en"], 0, BaseModel), BaseModel, null);

    /// <summary>A registered base model as a checkpoint; null where it is none, or its folder is gone or changed.</summary>
    private LocatedCheckpoint? Registered(string id)
    {
        if (id == BaseModel || bases.Find(id) is not { Error: null } found)
        {
            return null;
        }
        var key = (id, found.Folder, found.Registered?.AddedAt);
        if (!_models.TryGetValue(key, out var view))
        {
            try
            {
                var card = ModelCard.Read(found.Folder);
                var name = found.Registered?.Name ?? card.Title ?? id;
                var size = ClipConfig.Load(Path.Combine(found.Folder, "config.json")).Text.VocabularySize;
                view = new CheckpointView(IdOf(id), null, 0, 0, name, null, card.Languages, size, id);
            }
            catch (EngineException)
            {
                return null; // the page of the models says what is wrong with it
            }
            _models[key] = view;
        }
        return new LocatedCheckpoint(view, id, null, Revision: found.Registered?.Revision ?? "");
    }

    private static double? TeirExponent(RunEntity run)
    {
        string? Text(string option) => run.Options.TryGetValue(option, out var value) ? value.ToString() : null;
        return run.Teir && Text(CommonOptions.TeirParts) != "init"
            ? double.TryParse(Text(CommonOptions.TeirExponent), CultureInfo.InvariantCulture, out var exponent)
                ? exponent
                : 1
            : null;
    }

    private string Folder(string runId, string? chainFolder) => chainFolder ?? folders.Chain(runId);

    private static Task<List<StageView>> FiguresAsync(PortalDbContext db, string runId, CancellationToken stop) =>
        db.Stages.AsNoTracking().Where(s => s.RunId == runId).OrderBy(s => s.Stage).Select(s => s.Figures).ToListAsync(stop);

    /// <summary>Whether a chain that was there still is: its last stage, and none after it.</summary>
    private static bool StillThere(string folder, int stages) => (stages == 0 || Has(folder, stages)) && !Has(folder, stages + 1);

    private static bool Has(string folder, int stage) =>
        File.Exists(Path.Combine(CheckpointChain.FolderOf(folder, stage), CheckpointChain.StageFile));

    private static List<CheckpointView> Views(KeptRun run, string folder, List<StageView> stages)
    {
        var there = Math.Min(stages.Count, CheckpointChain.CountStages(folder));
        var languages = new List<string>();
        var views = new List<CheckpointView>(there);
        foreach (var stage in stages.Take(there))
        {
            languages.AddRange(stage.Languages);
            views.Add(
                new CheckpointView(
                    $"{run.Id}:{stage.Stage}",
                    run.Id,
                    stage.Stage,
                    there,
                    run.Name,
                    run.Method,
                    [.. languages],
                    stage.VocabularySize
                )
            );
        }
        return views;
    }

    /// <summary>What the views of a run depend on, beside its chain.</summary>
    private sealed record KeptRun(string Id, string Name, string Method, string? ChainFolder, int Stages);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The setting CllClip:Search:DefaultCheckpoint names '{Set}', which is not there; search opens with {Best}. Last stages that are there: {Ids}"
    )]
    private static partial void LogNoDefault(ILogger log, string set, string best, string ids);
}
