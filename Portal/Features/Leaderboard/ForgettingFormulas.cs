using CllClip.Engine.Evaluation;
using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>What the definitions of forgetting are called and what they say, for pages and files.</summary>
public static class ForgettingFormulas
{
    /// <summary>All definitions with their names.</summary>
    public static IReadOnlyList<(ForgettingDefinition, string)> All(PageText text) =>
        [.. Enum.GetValues<ForgettingDefinition>().Select(d => (d, Name(d, text)))];

    /// <summary>Name.</summary>
    public static string Name(ForgettingDefinition definition, PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return definition switch
        {
            ForgettingDefinition.Mammoth => text["Mammoth"],
            ForgettingDefinition.Avalanche => text["Avalanche"],
            _ => text["paper"],
        };
    }

    /// <summary>The formula as HTML; a<sub>i,j</sub> is the recall of language j after task i.</summary>
    public static string Html(ForgettingDefinition definition)
    {
        const string sum = "F<sub>T</sub> = 1/(T − 1) · Σ<sub>j&lt;T</sub> ";
        return sum
            + definition switch
            {
                ForgettingDefinition.Mammoth => "( max<sub>j≤i≤T</sub> a<sub>i,j</sub> − a<sub>T,j</sub> )",
                ForgettingDefinition.Avalanche => "( a<sub>j,j</sub> − a<sub>T,j</sub> )",
                _ => "( max<sub>j≤i&lt;T</sub> a<sub>i,j</sub> − a<sub>T,j</sub> )",
            };
    }

    /// <summary>In words.</summary>
    public static string Text(ForgettingDefinition definition, PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return definition switch
        {
            ForgettingDefinition.Mammoth => text[
                "best recall at any time, the last included, minus recall after the last task; a language that gained counts 0 (Mammoth, utils/metrics.py)"
            ],
            ForgettingDefinition.Avalanche => text[
                "recall right after the own task minus recall after the last task; negative where a language gained (Avalanche, StreamForgetting; backward transfer with its sign turned)"
            ],
            _ => text["best earlier recall minus recall after the last task; negative where a language gained (this paper, section 4.1)"],
        };
    }
}
