namespace CllClip.Fuzz.Portal;

/// <summary>The targets that need the portal's program, but not the portal running.</summary>
internal static class PortalTargets
{
    /// <summary>Names, and how each is made.</summary>
    public static IReadOnlyDictionary<string, Func<IFuzzTarget>> All { get; } =
        new Dictionary<string, Func<IFuzzTarget>>
        {
            ["archives"] = () => new ArchiveTarget(),
            ["scores"] = () => new ScoresTarget(),
            ["backups"] = () => new BackupTarget(),
        };
}
