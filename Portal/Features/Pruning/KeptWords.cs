using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Pruning;

/// <summary>Why something stays although it is old enough.</summary>
internal static class KeptWords
{
    /// <summary>The tag that keeps a run's checkpoints.</summary>
    public const string Tag = "keep";

    public static readonly string Tagged = PageText.Key("the run has the tag “keep”");
    public static readonly string DefaultOfSearch = PageText.Key("search opens with it (CllClip:Search:DefaultCheckpoint)");
    public static readonly string Registered = PageText.Key("a registered base model or data set lies in it");
    public static readonly string InUse = PageText.Key("it is in use now, or was within the last hour");
    public static readonly string Newest = PageText.Key("it is one of the newest copies");
    public static readonly string BehindLink = PageText.Key("it lies behind a link");
    public static readonly string RunGoesOn = PageText.Key("its run waits or goes on");
}
