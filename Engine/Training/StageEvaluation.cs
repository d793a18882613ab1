using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Model;

namespace CllClip.Engine.Training;

/// <summary>What a stage is evaluated on: the run's own data set and the further ones.</summary>
/// <param name="dataset">The run's own data set, which has all its languages.</param>
/// <param name="features">Its teacher embeddings.</param>
/// <param name="testSets">The further ones; a language that one of them lacks is left out there.</param>
internal sealed class StageEvaluation(IRetrievalDataset dataset, TeacherFeatures features, IReadOnlyList<TestSet> testSets)
{
    /// <summary>Number of evaluations that the languages come to, one for each data set that has the language: what a clock counts.</summary>
    public int Count(IEnumerable<string> languages) => languages.Sum(l => 1 + With(l).Count());

    /// <summary>The evaluations, language by language; the own data set comes first, because a run's first score tells its headline protocol.</summary>
    public IEnumerable<(string Language, Evaluator Evaluator)> Of(IEnumerable<string> languages, TextTower tower) =>
        languages.SelectMany(language =>
            With(language)
                .Select(t => (language, new Evaluator(t.Dataset, t.Features, tower, t.Dataset.Id)))
                .Prepend((language, new Evaluator(dataset, features, tower)))
        );

    private IEnumerable<TestSet> With(string language) => testSets.Where(t => t.Dataset.Languages.Contains(language));
}
