using CllClip.Engine.Evaluation;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>What the definitions of forgetting are called and what they say, for pages and files.</summary>
public static class ForgettingFormulas
{
    /// <summary>All definitions with their names.</summary>
    public static IReadOnlyList<(ForgettingDefinition, string)> All { get; } =
    [.. Enum.GetValues<ForgettingDefinition>().Select(d => (d, Name(d)))];

    /// <summary>Name.</summary>
    public static string Name(ForgettingDefinition definition) =>
        definition switch
        {
            ForgettingDefinition.Mammoth => "Mammoth",
            ForgettingDefinition.Avalanche => "Avalanche",
            _ => "paper",
        };

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
    public static string Text(ForgettingDefinition definition) =>
        definition switch
        {
            ForgettingDefinition.Mammoth =>
                "best recall at any time, the last included, minus recall after the last task; a language that gained counts 0 (Mammoth, utils/metrics.py)",
            ForgettingDefinition.Avalanche =>
                "recall right after the own task minus recall after the last task; negative where a language gained (Avalanche, StreamForgetting; backward transfer with its sign turned)",
            _ => "best earlier recall minus recall after the last task; negative where a language gained (this paper, section 4.1)",
        };
}
