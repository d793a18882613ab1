using System.Diagnostics;
using System.Globalization;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Model;
using CllClip.Engine.Search;
using CllClip.Engine.Training;

namespace CllClip.Benchmarks;

/// <summary>Recall of the search gallery (all artists, ranked by emoji) over the common names, per language and their mean.</summary>
internal sealed class GalleryBenchmark : IBenchmark
{
    /// <inheritdoc/>
    public string Verb => "gallery";

    /// <inheritdoc/>
    public string Summary =>
        "DATASET BASE CHAIN|base [STAGE]: R@1/5/10 of the search gallery, mean over the languages (reference TEIR: 25.2 / 50.0 / 59.2)";

    /// <inheritdoc/>
    public int Run(string[] args)
    {
        if (args.Length is < 3 or > 4)
        {
            Console.Error.WriteLine($"gallery {Summary}");
            return 2;
        }
        var dataset = Emoji36Dataset.Open(args[0]);
        using var model = ClipModel.Load(args[1]);
        using var features = new FeatureCache(SearchSetup.FeatureFolder(args[0])).Load(dataset, model);
        var gallery = SearchGallery.Of(dataset, features);
        var watch = Stopwatch.StartNew();
        var checkpoint = SearchSetup.Checkpoint(model, QueryTower.Of(model), args[2], args.ElementAtOrDefault(3));
        Line(
            $"{gallery.Things.Count} things, {gallery.ImageCount} drawings; checkpoint of {checkpoint.VocabularySize} rows ({checkpoint.Bytes / 1e6:0} MB) loaded in {watch.ElapsedMilliseconds} ms"
        );
        watch.Restart();
        var recalls = new GalleryRecall[dataset.Languages.Count];
        Parallel.For(
            0,
            recalls.Length,
            i =>
            {
                var language = dataset.Languages[i];
                recalls[i] = GalleryEvaluation.Recall(
                    language,
                    [.. GalleryEvaluation.Places(dataset, gallery, checkpoint, language).Select(p => p.Place)]
                );
            }
        );
        foreach (var r in recalls)
        {
            Line($"{r.Language, -4} {r.Queries, 5} names  {r.R1, 5:0.0} {r.R5, 5:0.0} {r.R10, 5:0.0}");
        }
        Line(
            $"mean            {recalls.Average(r => r.R1), 5:0.00} {recalls.Average(r => r.R5), 5:0.00} {recalls.Average(r => r.R10), 5:0.00}   ({watch.Elapsed.TotalSeconds:0.0} s)"
        );
        return 0;
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}

/// <summary>What the search benchmarks share.</summary>
internal static class SearchSetup
{
    /// <summary>Teacher features are kept beside the data set.</summary>
    public static string FeatureFolder(string dataset) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(dataset))!, "features");

    /// <summary>A stage of a chain (the last where none is named), or the base model.</summary>
    public static SearchCheckpoint Checkpoint(ClipModel model, QueryTower tower, string chain, string? stage)
    {
        if (chain == "base")
        {
            return SearchCheckpoint.Of(model, tower);
        }
        var stages = CheckpointChain.CountStages(chain);
        return stages == 0
            ? throw new Engine.EngineException($"There is no checkpoint chain in {chain}.")
            : SearchCheckpoint.Fold(model, tower, chain, stage is null ? stages : int.Parse(stage, CultureInfo.InvariantCulture));
    }
}
