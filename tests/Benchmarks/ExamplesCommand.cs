using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Model;
using CllClip.Engine.Search;

namespace CllClip.Benchmarks;

/// <summary>Finds the queries that the search page offers, by trying every common name, and writes them down.</summary>
internal sealed class ExamplesCommand : IBenchmark
{
    private const int PerLanguage = 6;
    private const int Things = 12;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <inheritdoc/>
    public string Verb => "examples";

    /// <inheritdoc/>
    public string Summary =>
        "DATASET BASE FILE CHAIN...: example queries that work with every chain's last stage, the first being the default";

    /// <inheritdoc/>
    public int Run(string[] args)
    {
        if (args.Length < 4)
        {
            Console.Error.WriteLine($"examples {Summary}");
            return 2;
        }
        var dataset = Emoji36Dataset.Open(args[0]);
        using var model = ClipModel.Load(args[1]);
        using var features = new FeatureCache(SearchSetup.FeatureFolder(args[0])).Load(dataset, model);
        var gallery = SearchGallery.Of(dataset, features);
        var tower = QueryTower.Of(model);
        var checkpoints = args[3..].Select(chain => SearchSetup.Checkpoint(model, tower, chain, null)).ToList();
        var places = new IReadOnlyDictionary<string, int>[dataset.Languages.Count][];
        Parallel.For(
            0,
            places.Length,
            i =>
                places[i] = [
                    .. checkpoints.Select(c =>
                        GalleryEvaluation
                            .Places(dataset, gallery, c, dataset.Languages[i])
                            .ToDictionary(p => p.Emoji.CodePoint, p => p.Place)
                    ),
                ]
        );
        var examples = dataset
            .Languages.Select((language, i) => (language, Queries: ExampleQueries.Choose(dataset, places[i], language, PerLanguage)))
            .ToDictionary(x => x.language, x => x.Queries);
        var things = ExampleQueries.BestKnown([.. places.SelectMany(p => p)], Things);
        File.WriteAllText(
            args[2],
            JsonSerializer.Serialize(
                new
                {
                    revision = dataset.Revision,
                    things,
                    examples,
                },
                Json
            ) + "\n"
        );
        for (var i = 0; i < places.Length; i++)
        {
            var language = dataset.Languages[i];
            var all = examples[language].Count(q => places[i].All(p => p[q.Thing] <= ExampleQueries.Within));
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{language, -4} {examples[language].Count} queries, {all} work with all {checkpoints.Count}: {string.Join(", ", examples[language].Select(q => q.Text))}"
                )
            );
        }
        return examples.Values.All(q => q.Count >= 3) ? 0 : 1;
    }
}
