using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Runs;

/// <summary>What the figures of a training step are called on pages; saved tables keep the engine's names.</summary>
internal static class LossNames
{
    /// <summary>A figure in the reader's language; a name that is not known stays as it is.</summary>
    public static string Of(string name, PageText text) =>
        name switch
        {
            "total" => text["total"],
            "crosslingual" => text["crosslingual"],
            "crossmodal" => text["crossmodal"],
            "replay" => text["replay"],
            "penalty" => text["penalty"],
            "tau" => text["tau"],
            "gradNorm" => text["gradNorm"],
            "learningRate" => text["learningRate"],
            _ => name,
        };
}
