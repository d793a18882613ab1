using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Audit;

/// <summary>Acts and outcomes in words.</summary>
internal static class AuditNames
{
    private static readonly Dictionary<string, string> Acts = new(StringComparer.Ordinal)
    {
        ["sign-in"] = PageText.Key("Signed in"),
        ["run.launch"] = PageText.Key("Launched a run"),
        ["sweep.launch"] = PageText.Key("Launched a sweep"),
        ["run.stop"] = PageText.Key("Stopped a run"),
        ["run.resume"] = PageText.Key("Resumed a run"),
        ["run.move"] = PageText.Key("Moved a run in the queue"),
        ["run.edit"] = PageText.Key("Changed name, tags or notes"),
        ["run.tag"] = PageText.Key("Tagged a run"),
        ["tag.rename"] = PageText.Key("Renamed a tag"),
        ["run.import"] = PageText.Key("Imported scores"),
        ["run.delete"] = PageText.Key("Deleted a run"),
        ["upload.see"] = PageText.Key("Looked at uploads"),
        ["upload.create"] = PageText.Key("Began an upload"),
        ["upload.append"] = PageText.Key("Sent a part of an upload"),
        ["upload.unpack"] = PageText.Key("Unpacked an upload"),
        ["upload.delete"] = PageText.Key("Deleted an upload"),
        ["dataset.register"] = PageText.Key("Registered a data set"),
        ["dataset.prepare"] = PageText.Key("Prepared a data set"),
        ["dataset.cancel"] = PageText.Key("Cancelled a preparation"),
        ["dataset.count"] = PageText.Key("Counted statistics"),
        ["dataset.count.cancel"] = PageText.Key("Cancelled counting statistics"),
        ["dataset.delete"] = PageText.Key("Removed a data set"),
        ["model.register"] = PageText.Key("Registered a base model"),
        ["model.delete"] = PageText.Key("Removed a base model"),
        ["webhook.add"] = PageText.Key("Added a webhook"),
        ["webhook.ping"] = PageText.Key("Tried a webhook"),
        ["webhook.remove"] = PageText.Key("Removed a webhook"),
        ["audit.see"] = PageText.Key("Looked at the audit log"),
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
