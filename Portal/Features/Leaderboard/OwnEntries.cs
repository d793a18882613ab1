using System.Globalization;
using CllClip.Engine.Methods;
using CllClip.Portal.Localization;
using CllClip.Shared.Methods;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Makes leaderboard entries from this portal's runs.</summary>
public static class OwnEntries
{
    /// <summary>The entry of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="scores">Its scores, as <see cref="StageScores.Build"/> gives them.</param>
    /// <param name="finishedStages">Number of tasks whose scores are complete.</param>
    public static BoardEntry Of(RunView run, IReadOnlyDictionary<ScoreKey, EntryScores> scores, int finishedStages)
    {
        ArgumentNullException.ThrowIfNull(run);
        var method = MethodCatalog.Find(run.Method);
        var settings = Settings(run, method);
        return new BoardEntry
        {
            Id = run.Id,
            Label = method?.Name ?? run.Method,
            Method = run.Method,
            Teir = run.Teir,
            Variants = MethodVariant.Of(method, run.Teir, run.Options),
            Dataset = run.Dataset,
            TestSetRevisions = Revisions(run),
            Model = run.Model,
            Source = run.Origin is null ? BoardSource.Own : BoardSource.Imported,
            ImportedFrom = run.Origin?.Source,
            Languages = run.Languages,
            Configuration = string.Join('\n', settings.Select(s => $"{s.Key}={s.Value}").Prepend($"{run.Method} {run.Teir} {run.Dataset}")),
            Settings = settings,
            Seed = run.Seed,
            Finished = run.State == RunState.Completed,
            Status = Status(run, finishedStages),
            Shipped = run.Shipped,
            Link = "/runs/" + Uri.EscapeDataString(run.Id),
            Provenance = run.Provenance,
            Scores = scores,
        };
    }

    // Everything but the seed that changes the numbers; the device and the machine do not.
    private static SortedDictionary<string, string> Settings(RunView run, MethodDescriptor? method)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["training data"] = run.Dataset,
            ["order"] = string.Join(' ', run.Languages),
        };
        if (run.Origin is { } origin)
        {
            settings["measured by"] = origin.Source; // never one row with runs of this portal, or of others
        }
        if (run.Model.Length > 0) // of an imported run it may be unknown
        {
            settings["base model"] = run.Model;
        }
        if (run.Epochs > 0)
        {
            settings["epochs"] = run.Epochs.ToString(CultureInfo.InvariantCulture);
        }
        foreach (var (name, value) in run.Options)
        {
            // a variant's option at its default says nothing: runs made before there was one have no such option
            if (
                method?.Options.FirstOrDefault(o => o.Name == name) is not { Variant: not null } option
                || !MethodVariant.IsDefault(option, value)
            )
            {
                settings[name] = value.ToString();
            }
        }
        if (run.Provenance is { } provenance)
        {
            settings["base model's hash"] = provenance.BaseModelHash;
            settings["data revision"] = provenance.DataRevision;
        }
        return settings;
    }

    private static Dictionary<string, string> Revisions(RunView run) =>
        (run.Provenance?.TestSetRevisions ?? new Dictionary<string, string>())
            .DistinctBy(r => BoardNames.Canonical(r.Key))
            .ToDictionary(r => BoardNames.Canonical(r.Key), r => r.Value, StringComparer.Ordinal);

    /// <summary>What a key of <see cref="BoardEntry.Settings"/> is called; the options of methods have the same name everywhere.</summary>
    public static string SettingName(string setting, PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return setting switch
        {
            "training data" => text["training data"],
            "order" => text["order"],
            "measured by" => text["measured by"],
            "base model" => text["base model"],
            "epochs" => text["epochs"],
            "base model's hash" => text["base model's hash"],
            "data revision" => text["data revision"],
            "test set's revision" => text["test set's revision"],
            _ => setting,
        };
    }

    private static LateText? Status(RunView run, int finished)
    {
        var tasks = MethodCatalog.Find(run.Method)?.AllLanguagesAtOnce == true ? 1 : run.Languages.Count;
        var sentence = run.State switch
        {
            RunState.Completed => null,
            RunState.Running or RunState.Stopping => PageText.Key("running, {0} of {1} tasks done"),
            RunState.Queued => PageText.Key("queued, {0} of {1} tasks done"),
            RunState.Paused => PageText.Key("paused after {0} of {1} tasks"),
            RunState.Stopped => PageText.Key("stopped after {0} of {1} tasks"),
            _ => PageText.Key("failed after {0} of {1} tasks"),
        };
        return sentence is null
            ? null
            : new(sentence, finished.ToString(CultureInfo.InvariantCulture), tasks.ToString(CultureInfo.InvariantCulture));
    }
}
