using System.Collections.Concurrent;
using CllClip.Engine.Training;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Compare;

/// <summary>A run with what is stored of it.</summary>
internal sealed record Candidate(RunView Run, IReadOnlyList<Score> Scores, RunTasks Tasks, string? Folder)
{
    private readonly ConcurrentDictionary<string, bool[]?> _answers = []; // the first run's are asked for once for each other

    /// <summary>Number of tasks done.</summary>
    public int Done => Tasks.Tasks.Count;

    /// <summary>After which of them it is compared.</summary>
    public int Stage { get; init; }

    public Likeness.Side Side => new(Run, Tasks, Stage);

    public IEnumerable<ComparisonChoice> Choices =>
        Scores.Select(s => new ComparisonChoice(s.Dataset ?? Run.Dataset, s.Protocol)).Distinct();

    public ScoreGrid Grid(ComparisonChoice choice, CompareQuery query) =>
        new(Scores.Where(s => (s.Dataset ?? Run.Dataset) == choice.Dataset && s.Stage <= Done), choice.Protocol, query.Direction, query.K);

    public string? Revision(string dataset) =>
        dataset == Run.Dataset ? Run.Provenance?.DataRevision : Run.Provenance?.TestSetRevisions?.GetValueOrDefault(dataset);

    public bool[]? Answers(ComparisonChoice choice, CompareQuery query, string language) =>
        _answers.GetOrAdd(language, _ => ReadAnswers(choice, query, language));

    private bool[]? ReadAnswers(ComparisonChoice choice, CompareQuery query, string language)
    {
        var set = choice.Dataset == Run.Dataset ? null : choice.Dataset;
        return Folder is null ? null
            : RankFile.Read(Folder, Stage, set, choice.Protocol, language, query.Direction) is { } ranks
                ? Array.ConvertAll(ranks, r => r >= 0 && r < query.K)
            : null;
    }
}
