using System.Globalization;
using CllClip.Engine.Evaluation;
using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Means over chosen languages of one entry's figures (specification section 8), each with the reason where it cannot be had.</summary>
public static class BoardFigures
{
    private static readonly LateText Subset = new(
        PageText.Key("Cannot be recomputed for a choice of languages: only the mean over all of them was published.")
    );

    private static readonly LateText OtherDefinition = new(
        PageText.Key("Only forgetting as defined in the paper was published; by this definition it cannot be worked out of the means.")
    );

    private static readonly LateText NoForgetting = new(PageText.Key("After one task there is nothing to forget."));
    private static readonly LateText Unfinished = new(PageText.Key("Not all of these languages are learned yet."));
    private static readonly LateText NoEnglish = new(PageText.Key("English is not among the languages."));
    private static readonly LateText NotMeasured = new(PageText.Key("Not measured."));

    /// <summary>Average recall over the languages.</summary>
    public static Figure Ar(EntryScores scores, BoardMoment moment, IReadOnlyList<string> languages, bool whole, bool finished)
    {
        var cells = moment == BoardMoment.Last ? scores.Final : scores.OwnTask;
        if (moment == BoardMoment.Last && scores.Reported is { } means)
        {
            return whole ? Figure.Of(means.Ar) : Figure.None(Subset);
        }
        var there = languages.Where(cells.ContainsKey).Select(l => cells[l]).ToList();
        // A row that is still learning shows the mean over what it has; a finished one never hides a hole.
        return there.Count == languages.Count || (!finished && there.Count > 0)
            ? Figure.Of(there.Average())
            : Figure.None(Reason(scores, moment) ?? (finished ? Lacks(languages.Count - there.Count) : Unfinished));
    }

    /// <summary>Forgetting over those of the languages that were learned before the last task.</summary>
    public static Figure F(EntryScores scores, ForgettingDefinition definition, IReadOnlyList<string> languages, bool whole)
    {
        if (scores.Reported is { } means)
        {
            return definition != ForgettingDefinition.Paper ? Figure.None(OtherDefinition)
                : whole ? Figure.Of(means.F)
                : Figure.None(Subset);
        }
        var there = languages.Where(scores.Forgetting.ContainsKey).Select(l => scores.Forgetting[l].By(definition)).ToList();
        return there.Count > 0 ? Figure.Of(there.Average()) : Figure.None(scores.ForgettingMissing ?? NoForgetting);
    }

    /// <summary>Forgetting on English, whatever languages are chosen.</summary>
    public static Figure FEnglish(EntryScores scores, ForgettingDefinition definition, IReadOnlyList<string> learned) =>
        scores.Reported is { } means
            ? definition == ForgettingDefinition.Paper
                ? Figure.Of(means.FEnglish)
                : Figure.None(OtherDefinition)
            : scores.Forgetting.TryGetValue("en", out var value)
                ? Figure.Of(value.By(definition))
                : Figure.None(learned.Contains("en") ? scores.ForgettingMissing ?? NoForgetting : NoEnglish);

    /// <summary>Recall of one language.</summary>
    public static Figure Cell(EntryScores scores, BoardMoment moment, string language) =>
        (moment == BoardMoment.Last ? scores.Final : scores.OwnTask).TryGetValue(language, out var value)
            ? Figure.Of(value)
            : Figure.None(Reason(scores, moment) ?? NotMeasured);

    private static LateText Lacks(int languages) =>
        new(PageText.Key("Lacks {0} of these languages."), languages.ToString(CultureInfo.InvariantCulture));

    private static LateText? Reason(EntryScores scores, BoardMoment moment) =>
        moment == BoardMoment.Last ? scores.FinalMissing : scores.OwnTaskMissing;
}
