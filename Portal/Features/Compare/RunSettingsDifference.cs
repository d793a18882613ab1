using System.Globalization;
using CllClip.Engine.Methods;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Compare;

/// <summary>What runs were made with, where it is not the same.</summary>
internal static class RunSettingsDifference
{
    /// <summary>The options and facts that differ, requests first, then provenance; names, <c>on</c> and <c>off</c> are texts that a page looks up.</summary>
    public static IReadOnlyList<ComparedSetting> Of(IReadOnlyList<RunView> runs)
    {
        var all = runs.Select(Settings).ToList();
        return
        [
            .. all.SelectMany(s => s.Select(x => x.Name))
                .Distinct()
                .Select(name => new ComparedSetting(name, [.. all.Select(s => s.FirstOrDefault(x => x.Name == name).Value)]))
                .Where(s => s.Values.Distinct().Count() > 1),
        ];
    }

    private static List<(string Name, string? Value)> Settings(RunView run)
    {
        var method = MethodCatalog.Find(run.Method);
        var settings = new List<(string, string?)>
        {
            (PageText.Key("Method"), method?.Name ?? run.Method),
            ("TEIR", run.Teir ? PageText.Key("on") : PageText.Key("off")),
            (PageText.Key("Data set"), run.Dataset),
            (PageText.Key("Base model"), run.Model),
            (PageText.Key("Languages"), string.Join(' ', run.Languages)),
            (PageText.Key("Epochs"), run.Epochs.ToString(CultureInfo.InvariantCulture)),
            (PageText.Key("Seed"), run.Seed.ToString(CultureInfo.InvariantCulture)),
        };
        foreach (var (name, value) in run.Options)
        {
            settings.Add((method?.Options.FirstOrDefault(o => o.Name == name)?.Label ?? name, Formats.Option(value)));
        }
        if (run.Provenance is { } p)
        {
            settings.AddRange([
                (PageText.Key("Code version"), p.CodeVersion),
                (PageText.Key("Data revision"), p.DataRevision),
                (PageText.Key("Base model SHA-256"), p.BaseModelHash),
                (PageText.Key("Device"), p.Device),
                (PageText.Key("Machine"), p.Machine),
            ]);
            settings.AddRange(p.Libraries.Select(l => (l.Key, (string?)l.Value)));
        }
        return settings;
    }
}
