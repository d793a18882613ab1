namespace CllClip.Portal.Access;

/// <summary>Something that people do with the portal. Endpoints carry theirs as metadata, desks of pages name it: one table says who may, and what the audit log keeps.</summary>
/// <param name="Name">As the audit log keeps it, for example <c>run.launch</c>.</param>
/// <param name="Needed">The least role that may.</param>
/// <param name="Kept">Whether the audit log keeps that it was done; that it was refused is kept of all that needs more than looking.</param>
public sealed record Act(string Name, Role Needed, bool Kept = true)
{
    /// <summary>Whether it is done to runs, whose names the audit log keeps beside their ids.</summary>
    public bool OnRun => Name.StartsWith("run.", StringComparison.Ordinal);
}

/// <summary>The table of rights.</summary>
public static class Acts
{
    public static readonly Act CheckHealth = new("health.check", Role.None, Kept: false);
    public static readonly Act SignIn = new("sign-in", Role.None);
    public static readonly Act Look = new("look", Role.Viewer, Kept: false);

    public static readonly Act LaunchRun = new("run.launch", Role.Runner);
    public static readonly Act LaunchSweep = new("sweep.launch", Role.Runner);
    public static readonly Act StopRun = new("run.stop", Role.Runner);
    public static readonly Act ResumeRun = new("run.resume", Role.Runner);
    public static readonly Act MoveRun = new("run.move", Role.Runner);
    public static readonly Act EditRun = new("run.edit", Role.Runner);
    public static readonly Act TagRun = new("run.tag", Role.Runner);
    public static readonly Act RenameTag = new("tag.rename", Role.Runner);
    public static readonly Act ImportScores = new("run.import", Role.Runner);
    public static readonly Act DeleteRun = new("run.delete", Role.Admin);

    public static readonly Act SeeUploads = new("upload.see", Role.Runner, Kept: false);
    public static readonly Act CreateUpload = new("upload.create", Role.Runner);

    /// <summary>A large file comes in thousands of parts.</summary>
    public static readonly Act AppendUpload = new("upload.append", Role.Runner, Kept: false);
    public static readonly Act UnpackUpload = new("upload.unpack", Role.Runner);
    public static readonly Act DeleteUpload = new("upload.delete", Role.Runner);

    public static readonly Act RegisterDataset = new("dataset.register", Role.Runner);
    public static readonly Act PrepareDataset = new("dataset.prepare", Role.Runner);
    public static readonly Act CancelDataset = new("dataset.cancel", Role.Runner);
    public static readonly Act CountDataset = new("dataset.count", Role.Runner);
    public static readonly Act CancelCount = new("dataset.count.cancel", Role.Runner);
    public static readonly Act DeleteDataset = new("dataset.delete", Role.Admin);

    public static readonly Act RegisterModel = new("model.register", Role.Runner);
    public static readonly Act DeleteModel = new("model.delete", Role.Admin);

    public static readonly Act AddWebhook = new("webhook.add", Role.Admin);
    public static readonly Act PingWebhook = new("webhook.ping", Role.Admin);
    public static readonly Act RemoveWebhook = new("webhook.remove", Role.Admin);

    public static readonly Act SetPruneRule = new("storage.rule", Role.Admin);
    public static readonly Act Prune = new("storage.prune", Role.Admin);

    public static readonly Act SeeAudit = new("audit.see", Role.Admin, Kept: false);
    public static readonly Act SeeDiagnostics = new("diagnostics.see", Role.Admin, Kept: false);
    public static readonly Act TakeDiagnostics = new("diagnostics.take", Role.Admin);

    /// <summary>What no endpoint answers.</summary>
    internal static readonly Act Nothing = new("nothing", Role.Runner, Kept: false);

    /// <summary>An endpoint that does not say what it does: closed until it does.</summary>
    internal static readonly Act Undeclared = new("undeclared", Role.Admin);

    /// <summary>All that endpoints and desks name.</summary>
    public static IReadOnlyList<Act> All { get; } =
    [
        CheckHealth,
        SignIn,
        Look,
        LaunchRun,
        LaunchSweep,
        StopRun,
        ResumeRun,
        MoveRun,
        EditRun,
        TagRun,
        RenameTag,
        ImportScores,
        DeleteRun,
        SeeUploads,
        CreateUpload,
        AppendUpload,
        UnpackUpload,
        DeleteUpload,
        RegisterDataset,
        PrepareDataset,
        CancelDataset,
        CountDataset,
        CancelCount,
        DeleteDataset,
        RegisterModel,
        DeleteModel,
        AddWebhook,
        PingWebhook,
        RemoveWebhook,
        SetPruneRule,
        Prune,
        SeeAudit,
        SeeDiagnostics,
        TakeDiagnostics,
    ];
}
