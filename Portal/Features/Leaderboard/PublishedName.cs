namespace CllClip.Portal.Features.Leaderboard;

/// <summary>What the name of a published model says, for example <c>coco/CL/B16_oEWC_with_TEIR/order222</c>.</summary>
/// <param name="Label">Name shown.</param>
/// <param name="Method">Method id as in this portal's catalogue, where there is one.</param>
/// <param name="Teir">Whether TEIR was on; null where the name does not say.</param>
/// <param name="Model">Base model, in words.</param>
public sealed record PublishedName(string Label, string Method, bool? Teir, string Model)
{
    private const string With = "_with_TEIR";

    private static readonly Dictionary<string, (string Label, string Method)> Methods = new()
    {
        ["CLL_CLIP"] = ("CLL-CLIP", "cll-clip"),
        ["oEWC"] = ("oEWC", "oewc"),
        ["ER"] = ("ER", "er"),
        ["DER"] = ("DER", "der"),
        ["MLA"] = ("MLA", "mla"),
        ["P_Tuning"] = ("P-Tuning", "p-tuning"),
        ["LoRA"] = ("LoRA", "lora"),
        ["DualPrompt"] = ("DualPrompt", "dualprompt"),
        ["CodaPrompt"] = ("CODA-Prompt", "coda-prompt"),
    };

    private static readonly Dictionary<string, string> Ablations = new()
    {
        ["Ablation_onlyCrossLingual"] = "cross-lingual loss only",
        ["Ablation_onlyCrossModal"] = "cross-modal loss only",
        ["Ablation_trainAll"] = "all parameters trained",
        ["CLL_CLIP_Oracle0_ID0_REG1_d"] = "TEIR's weight-decay scaling only",
        ["CLL_CLIP_Oracle0_ID0_REG1_g"] = "TEIR's gradient scaling only",
        ["CLL_CLIP_Oracle0_ID0_REG1_gd"] = "TEIR's regularisation only",
        ["CLL_CLIP_Oracle0_ID1_REG0"] = "TEIR's initialisation only",
        ["CLL_CLIP_Oracle1_ID1_REG1_gd"] = "TEIR with the oracle vocabulary",
    };

    /// <summary>Reads a name; an unknown one is shown as it stands.</summary>
    public static PublishedName Of(string model)
    {
        var parts = model.Split('/');
        return parts switch
        {
            ["zero_shot", "M-CLIP", ..] => new("M-CLIP", "m-clip", null, "M-CLIP"),
            ["zero_shot", ..] => new("CLIP, zero-shot", "zero-shot", null, "ViT-B/16"),
            [_, "MT", ..] => new("Joint training", "joint", null, "ViT-B/16"),
            [_, "CL", var name, ..] => Continual(name.StartsWith("B16_", StringComparison.Ordinal) ? name[4..] : name),
            _ => new(model, model, null, "ViT-B/16"),
        };
    }

    private static PublishedName Continual(string name)
    {
        if (Ablations.TryGetValue(name, out var ablation))
        {
            return new($"CLL-CLIP, ablation: {ablation}", "cll-clip", null, "ViT-B/16");
        }
        var teir = name.EndsWith(With, StringComparison.Ordinal);
        var method = teir ? name[..^With.Length] : name;
        return Methods.TryGetValue(method, out var known)
            ? new(known.Label, known.Method, teir, "ViT-B/16")
            : new(method, method, teir, "ViT-B/16");
    }
}
