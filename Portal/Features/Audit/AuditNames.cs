using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Audit;

/// <summary>Acts and outcomes in words.</summary>
internal static class AuditNames
{
    private static readonly Dictionary<string, string> Acts = new(StringComparer.Ordinal)
    {
        ["sign-in"] = PageText.Key("Sign in"),
        ["run.launch"] = PageText.Key("Launch a run"),
        ["sweep.launch"] = PageText.Key("Launch a sweep"),
        ["run.stop"] = PageText.Key("Stop a run"),
        ["run.resume"] = PageText.Key("Resume a run"),
        ["run.move"] = PageText.Key("Move a run in the queue"),
        ["run.edit"] = PageText.Key("Change name, tags or notes"),
        ["run.tag"] = PageText.Key("Tag a run"),
        ["tag.rename"] = PageText.Key("Rename a tag"),
        ["run.import"] = PageText.Key("Import scores"),
        ["run.delete"] = PageText.Key("Delete a run"),
        ["upload.see"] = PageText.Key("Look at uploads"),
        ["upload.create"] = PageText.Key("Begin an upload"),
        ["upload.append"] = PageText.Key("Send a part of an upload"),
        ["upload.unpack"] = PageText.Key("Unpack an upload"),
        ["upload.delete"] = PageText.Key("Delete an upload"),
        ["dataset.register"] = PageText.Key("Register a data set"),
        ["dataset.prepare"] = PageText.Key("Prepare a data set"),
        ["dataset.cancel"] = PageText.Key("Cancel a preparation"),
        ["dataset.count"] = PageText.Key("Count statistics"),
        ["dataset.count.cancel"] = PageText.Key("Cancel counting statistics"),
        ["dataset.delete"] = PageText.Key("Remove a data set"),
        ["model.register"] = PageText.Key("Register a base model"),
        ["model.delete"] = PageText.Key("Remove a base model"),
        ["webhook.add"] = PageText.Key("Add a webhook"),
        ["webhook.ping"] = PageText.Key("Try a webhook"),
        ["webhook.remove"] = PageText.Key("Remove a webhook"),
        ["storage.rule"] = PageText.Key("Set what is pruned"),
        ["storage.prune"] = PageText.Key("Prune now"),
        ["audit.see"] = PageText.Key("Look at the audit log"),
        ["diagnostics.see"] = PageText.Key("Look at the diagnostics"),
        ["diagnostics.take"] = PageText.Key("Download the diagnostics"),
    };

    private static readonly Dictionary<string, string> Outcomes = new(StringComparer.Ordinal)
    {
        ["done"] = PageText.Key("done"),
        ["refused"] = PageText.Key("refused"),
        ["invalid"] = PageText.Key("wrong request"),
        ["missing"] = PageText.Key("no such thing"),
        ["conflict"] = PageText.Key("not possible then"),
        ["failed"] = PageText.Key("failed"),
    };

    /// <summary>What was done; the name itself where an older or newer portal wrote it.</summary>
    public static string Of(string act, PageText text) => Acts.TryGetValue(act, out var name) ? text[name] : act;

    /// <summary>What came of it.</summary>
    public static string Outcome(string outcome, PageText text) => Outcomes.TryGetValue(outcome, out var name) ? text[name] : outcome;

    /// <summary>Whether an act has a name in words.</summary>
    public static bool Knows(string act) => Acts.ContainsKey(act);

    /// <summary>Every outcome, as the API writes it.</summary>
    public static IEnumerable<string> AllOutcomes => Outcomes.Keys;
}
