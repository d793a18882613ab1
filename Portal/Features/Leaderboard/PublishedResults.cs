using System.Globalization;
using System.Reflection;
using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>The results released with the paper (folder <c>published/</c> of the repository, see its README), read once.</summary>
public sealed class PublishedResults
{
    /// <summary>Protocol of all published scores: every caption is a query.</summary>
    public const string Protocol = "all-captions";

    /// <summary>Address of the paper.</summary>
    public const string Paper = "https://arxiv.org/abs/2401.17186";

    private static readonly LateText OwnTaskOnly = new(
        PageText.Key("Single languages were published right after their own task, not after the last one.")
    );

    private static readonly LateText OneMoment = new(PageText.Key("Measured once, after the last task."));

    private static readonly Dictionary<string, (RetrievalDirection Direction, int K)> Metrics = new()
    {
        ["img_r1"] = (RetrievalDirection.TextToImage, 1),
        ["img_r5"] = (RetrievalDirection.TextToImage, 5),
        ["img_r10"] = (RetrievalDirection.TextToImage, 10),
        ["txt_r1"] = (RetrievalDirection.ImageToText, 1),
        ["txt_r5"] = (RetrievalDirection.ImageToText, 5),
        ["txt_r10"] = (RetrievalDirection.ImageToText, 10),
    };

    private static readonly Lazy<PublishedResults> Read = new(() => new PublishedResults());

    private PublishedResults() => Entries = [.. Datasets.SelectMany(Load)];

    /// <summary>The results.</summary>
    public static PublishedResults Instance => Read.Value;

    /// <summary>Test sets that results were published on.</summary>
    public static IReadOnlyList<string> Datasets { get; } = ["xm3600", "coco", "flickr30k"];

    /// <summary>Number of images of a published test set; null for any other.</summary>
    public static int? ImagesOf(string dataset) =>
        dataset switch
        {
            "xm3600" => 3600,
            "coco" => 5000,
            "flickr30k" => 1000,
            _ => null,
        };

    /// <summary>One entry for every model and test set.</summary>
    public IReadOnlyList<BoardEntry> Entries { get; }

    /// <summary>The text of a file in <c>published/</c>, or null.</summary>
    public static TextReader? Open(string file)
    {
        var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("published/" + file);
        return stream is null ? null : new StreamReader(stream);
    }

    private static IEnumerable<BoardEntry> Load(string dataset)
    {
        foreach (var kind in new[] { "CL", "MT", "zeroshot" })
        {
            var file = $"{dataset}_{kind}_retrieval.csv";
            var overall = Table($"{dataset}_CL_retrieval_cl_overall.csv")
                .ToDictionary(
                    r => (r.Model, r.Metric),
                    r => new ReportedMeans(r.Values["cl_AA"]!.Value, r.Values["cl_F"]!.Value, r.Values["cl_Fen"]!.Value)
                );
            foreach (var model in Table(file).GroupBy(r => r.Model))
            {
                yield return Entry(dataset, file, model.Key, [.. model], overall);
            }
        }
    }

    private static BoardEntry Entry(
        string dataset,
        string file,
        string model,
        IReadOnlyList<TableRow> rows,
        IReadOnlyDictionary<(string Model, string Metric), ReportedMeans> overall
    )
    {
        var name = PublishedName.Of(model);
        var languages = LanguageCatalog.PaperOrder.Where(rows[0].Values.ContainsKey).ToList();
        var lacking = LanguageCatalog.PaperOrder.Except(languages).ToList();
        return new BoardEntry
        {
            Id = $"published/{dataset}/{model}",
            Label = name.Label,
            Method = name.Method,
            Teir = name.Teir,
            Dataset = dataset,
            Model = name.Model,
            Source = BoardSource.Published,
            Languages = LanguageCatalog.PaperOrder, // learned, also where fewer were tested
            Configuration = $"published/{dataset}/{model}",
            Link = Paper,
            File = $"published/{file}",
            Scores = rows.Where(r => Metrics.ContainsKey(r.Metric))
                .ToDictionary(
                    r => new ScoreKey(dataset, Protocol, Metrics[r.Metric].Direction, Metrics[r.Metric].K),
                    r =>
                        Scores(
                            r,
                            languages,
                            overall.GetValueOrDefault((model, r.Metric)),
                            model.StartsWith("coco/CL/", StringComparison.Ordinal)
                        ) with
                        {
                            Lacking = lacking,
                        }
                ),
        };
    }

    private static EntryScores Scores(TableRow row, IReadOnlyList<string> languages, ReportedMeans? means, bool continual)
    {
        // A bare "0" is a hole (English on MSCOCO, not measured after its own task); measured zeros read "0.0".
        var cells = languages.Where(l => row.Values[l] is not null).ToDictionary(l => l, l => row.Values[l]!.Value, StringComparer.Ordinal);
        return means is null
            ? new EntryScores
            {
                Final = cells,
                OwnTaskMissing = continual ? OneMoment : StageScores.OneTask,
                ForgettingMissing = continual ? OneMoment : null,
            }
            : new EntryScores
            {
                OwnTask = cells,
                Reported = means,
                FinalMissing = OwnTaskOnly,
            };
    }

    private static IEnumerable<TableRow> Table(string file)
    {
        using var text = Open(file);
        if (text is null)
        {
            yield break;
        }
        var columns = text.ReadLine()!.Split(','); // the files hold plain fields: no quotes, no commas inside
        while (text.ReadLine() is { } line)
        {
            var fields = line.Split(',');
            yield return new TableRow(
                fields[0],
                fields[1],
                Enumerable
                    .Range(2, columns.Length - 2)
                    .Where(i => columns[i] != "Average")
                    .ToDictionary(
                        i => columns[i],
                        i => fields[i] == "0" ? null : (double?)double.Parse(fields[i], CultureInfo.InvariantCulture)
                    )
            );
        }
    }

    private sealed record TableRow(string Model, string Metric, IReadOnlyDictionary<string, double?> Values);
}
