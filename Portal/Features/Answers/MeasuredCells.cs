using CllClip.Engine.Methods;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Localization;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Answers;

/// <summary>A cell that there is, near one that there is not.</summary>
/// <param name="Stage">Its stage.</param>
/// <param name="Language">Its language.</param>
/// <param name="Dataset">Further data set; null for the run's own.</param>
public sealed record NearestCell(int Stage, string Language, string? Dataset);

/// <summary>Which cells a run has on one data set for a direction and K, and what is wrong with one that it does not have.</summary>
/// <param name="run">The run.</param>
/// <param name="set">The further data set; null for the run's own.</param>
/// <param name="stagesDone">Number of its finished stages.</param>
/// <param name="scores">Its scores there.</param>
internal sealed class MeasuredCells(RunView run, string? set, int stagesDone, IReadOnlyList<Score> scores)
{
    /// <summary>Number of stages that there is something of.</summary>
    public int Stages { get; } = Math.Max(stagesDone, scores.Select(s => s.Stage).DefaultIfEmpty().Max());

    private bool AllAtOnce => MethodCatalog.Find(run.Method)?.AllLanguagesAtOnce == true || (run.Origin is not null && Stages == 1);

    /// <summary>The figures of a cell under a protocol, or the first that it has; nothing where it was not measured.</summary>
    public (CellFigures? Figures, string? Protocol) Figures(int stage, string language, string? protocol)
    {
        var of = scores.Where(s => s.Language == language).ToList();
        var shown = of.Exists(s => s.Protocol == protocol && s.Stage == stage) ? protocol : of.Find(s => s.Stage == stage)?.Protocol;
        return (CellFigures.Of(of.Where(s => s.Protocol == shown), stage), shown);
    }

    /// <summary>Why there is no such cell; null if there is, or nothing more is known about it.</summary>
    public string? Missing(int stage, string language, PageText text)
    {
        var named = SearchService.Short(language);
        if (set is not null && !run.TestSets.Contains(set))
        {
            return text["This run was not evaluated on the data set '{0}'.", SearchService.Short(set)];
        }
        if (!run.Languages.Contains(language))
        {
            return text["This run does not learn '{0}'.", named];
        }
        var planned = AllAtOnce ? 1 : run.Languages.Count;
        if (stage > planned)
        {
            return text.Count(
                "This run has {0} stage: there is no stage {1}.",
                "This run has {0} stages: there is no stage {1}.",
                planned,
                stage
            );
        }
        if (stage > Stages)
        {
            return text["Stage {0} of this run is not done yet.", stage];
        }
        var learned = AllAtOnce ? 1 : run.Languages.ToList().IndexOf(language) + 1;
        return learned > stage
            ? text["This run learns '{0}' at stage {1} only: at stage {2} it was not measured.", named, learned, stage]
            : null;
    }

    /// <summary>The cell that is nearest to one that there is not: of the same language where it has any, else the one learned last at the nearest stage.</summary>
    public NearestCell? Nearest(int stage, string language)
    {
        var nearest =
            scores.Where(s => s.Language == language).MinBy(s => Math.Abs((long)s.Stage - stage))
            ?? scores.OrderByDescending(s => run.Languages.ToList().IndexOf(s.Language)).MinBy(s => Math.Abs((long)s.Stage - stage));
        return nearest is null ? null : new(nearest.Stage, nearest.Language, set);
    }
}
