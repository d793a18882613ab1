using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Methods;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Localization;
using CllClip.Portal.Storage;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Import;

/// <summary>What came of checking or storing an import.</summary>
/// <param name="Run">The run that was stored, or would be; null if something is wrong.</param>
/// <param name="Scores">Its scores.</param>
/// <param name="Problems">Everything that is wrong, in the order of the file; empty if nothing is.</param>
/// <param name="Notes">What is right but worth knowing.</param>
public sealed record ImportResult(
    RunView? Run,
    IReadOnlyList<Score> Scores,
    IReadOnlyList<ImportProblem> Problems,
    IReadOnlyList<LateText> Notes
)
{
    /// <summary>The problems by place, as the API's errors name them.</summary>
    public IReadOnlyDictionary<string, string[]> Errors =>
        Problems.GroupBy(p => p.Place).ToDictionary(g => g.Key, g => g.Select(p => p.Text).ToArray());
}

/// <summary>Makes completed runs of scores that were measured elsewhere: all of a file or nothing of it.</summary>
public sealed class ScoreImport(IDbContextFactory<PortalDbContext> contexts, RunStore store, IEngineHost engine)
{
    private const int LanguagesInName = 6;

    /// <summary>Looks at a file and stores nothing.</summary>
    /// <param name="file">CSV or JSON.</param>
    /// <param name="given">What is said beside the file; goes before what the file says.</param>
    public ImportResult Check(ReadOnlyMemory<byte> file, ImportSettings given)
    {
        ArgumentNullException.ThrowIfNull(given);
        var problems = new ImportProblems();
        var read = ScoresFile.Read(file, problems);
        var import = new ImportCheck(IsLanguage, problems).Check(read, given);
        if (import is null)
        {
            return new ImportResult(null, [], problems.Found, []);
        }
        var run = Entity(import, Fingerprint(file, import.Settings));
        if (Known(run.Origin!.Fingerprint) is { } known)
        {
            problems.Field(
                "file",
                $"These scores were imported already as “{known.Name}” (run {known.Id}).",
                "Delete that run to import them again, or name another seed or method if they are of another run."
            );
            return new ImportResult(null, [], problems.Found, []);
        }
        return new ImportResult(run.ToView(), import.Scores, [], Notes(import));
    }

    /// <summary>Checks a file and stores its run.</summary>
    /// <param name="file">CSV or JSON.</param>
    /// <param name="given">What is said beside the file; goes before what the file says.</param>
    /// <param name="stop">Ends it before anything is stored.</param>
    public Task<ImportResult> ImportAsync(ReadOnlyMemory<byte> file, ImportSettings given, CancellationToken stop = default) =>
        Task.Run(
            () =>
            {
                var result = Check(file, given);
                if (result.Run is not { } run)
                {
                    return result;
                }
                stop.ThrowIfCancellationRequested();
                store.Add([run.ToEntity()], $"Imported from {run.Origin!.Source}.", db => AddParts(db, run, result.Scores));
                return result;
            },
            stop
        );

    /// <summary>The tasks that scores have: one a language, or one for all.</summary>
    public static int StagesOf(IEnumerable<Score> scores) => scores.Select(s => s.Stage).DefaultIfEmpty().Max();

    private void AddParts(PortalDbContext db, RunView run, IReadOnlyList<Score> scores)
    {
        db.LogLines.Add(
            new LogLineEntity
            {
                RunId = run.Id,
                Sequence = 1,
                At = store.Now,
                Level = "info",
                Text = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{scores.Count} scores were imported from {run.Origin!.Source}{(run.Origin.Url is { } url ? $", {url}" : "")}. They were not measured by this portal, which has no checkpoint of the run."
                ),
            }
        );
        db.SaveChanges(); // in the transaction of the whole: the scores refer to the run's row
        ScoreBulk.Insert(db, scores.Select((s, i) => ScoreEntity.Of(run.Id, i + 1, s)));
    }

    private bool IsLanguage(string code) => LanguageCatalog.Find(code) is not null || engine.Datasets.Any(d => d.Languages.Contains(code));

    private RunEntity? Known(string fingerprint)
    {
        using var db = contexts.CreateDbContext();
        // A handful of runs are imported; what they come from is stored as JSON.
        return db.Runs.AsNoTracking().Where(r => r.Origin != null).AsEnumerable().FirstOrDefault(r => r.Origin!.Fingerprint == fingerprint);
    }

    private RunEntity Entity(CheckedImport import, string fingerprint)
    {
        var (said, now) = (import.Settings, store.Now);
        var headline = BoardBuilder.Headline(
            said.Dataset!,
            [.. import.Scores.Where(s => s.Dataset is null).Select(s => s.Protocol).Distinct()]
        );
        return new RunEntity
        {
            Id = RunIds.New(),
            Name = string.IsNullOrWhiteSpace(said.Name) ? Name(said) : said.Name.Trim(),
            State = RunState.Completed,
            Method = said.Method!,
            Teir = said.Teir == true,
            Dataset = said.Dataset!,
            TestSets = import.TestSets,
            Model = said.Model?.Trim() ?? "",
            Languages = said.Languages!,
            Epochs = said.Epochs ?? 0,
            Options = new Dictionary<string, JsonElement>(),
            Seed = said.Seed!.Value,
            Device = "",
            Lane = "",
            CreatedAt = now,
            EndedAt = now,
            Summary = ContinualMetrics.Summarise(import.Scores, said.Languages!, headline),
            Origin = new RunOrigin
            {
                Source = said.Source!,
                Url = string.IsNullOrEmpty(said.Url) ? null : said.Url,
                CodeVersion = string.IsNullOrWhiteSpace(said.CodeVersion) ? null : said.CodeVersion.Trim(),
                Details = said.Details ?? new Dictionary<string, string>(),
                ImportedAt = now,
                Fingerprint = fingerprint,
            },
        };
    }

    private static string Name(ImportSettings said)
    {
        var languages = said.Languages!;
        var which =
            languages.Count <= LanguagesInName
                ? string.Join(' ', languages)
                : string.Create(CultureInfo.InvariantCulture, $"{languages.Count} languages");
        var seed = said.Seed is { } s and not 1 ? string.Create(CultureInfo.InvariantCulture, $", seed {s}") : "";
        return $"{MethodCatalog.Find(said.Method!)?.Name ?? said.Method}{(said.Teir == true ? "+TEIR" : "")}, {which}{seed}";
    }

    private static string Fingerprint(ReadOnlyMemory<byte> file, ImportSettings said)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(file.Span);
        // Deterministic methods give equal scores for every seed: those are different runs.
        hash.AppendData(
            JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    said.Method,
                    said.Teir,
                    said.Dataset,
                    said.Seed,
                    said.Model,
                }
            )
        );
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static List<LateText> Notes(CheckedImport import)
    {
        var notes = new List<LateText>();
        var own = import.Scores.Where(s => s.Dataset is null && s.K == 1).ToList();
        if (Enum.GetValues<RetrievalDirection>().Any(d => own.All(s => s.Direction != d)))
        {
            notes.Add(
                new(
                    PageText.Key(
                        "Recall@1 is not there in both directions: lists of runs show no AR and F for it; the leaderboard shows what there is."
                    )
                )
            );
        }
        if (import.Settings.Languages!.Any(l => LanguageCatalog.Find(l) is null))
        {
            notes.Add(new(PageText.Key("Some languages are outside the 36 of the paper.")));
        }
        return notes;
    }
}
