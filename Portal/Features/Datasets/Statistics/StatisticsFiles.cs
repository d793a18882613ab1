using System.Text.Json;
using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Statistics;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Datasets.Statistics;

/// <summary>Statistics on the disk: a small file for each base model in the data set's folder.</summary>
internal sealed class StatisticsFiles(PortalFolders folders)
{
    /// <summary>What such files are called.</summary>
    public const string Pattern = "statistics-*.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>What is kept; null where there is nothing, or it is of another revision, vocabulary or version.</summary>
    public DatasetStatistics? Read(IRetrievalDataset dataset, string model, string vocabulary)
    {
        try
        {
            var path = FileOf(dataset, model);
            var kept = File.Exists(path) ? JsonSerializer.Deserialize<DatasetStatistics>(File.ReadAllBytes(path), Json) : null;
            return
                kept is { Format: DatasetStatistics.CurrentFormat, Languages: not null }
                && kept.Revision == dataset.Revision
                && kept.Vocabulary == vocabulary
                ? kept
                : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return null; // damaged: computed anew
        }
    }

    /// <exception cref="EngineException">The disk refuses.</exception>
    public void Write(IRetrievalDataset dataset, string model, DatasetStatistics statistics) =>
        AtomicFile.Write(FileOf(dataset, model), s => JsonSerializer.Serialize(s, statistics, Json));

    private string FileOf(IRetrievalDataset dataset, string model) => Path.Combine(folders.Dataset(dataset.Id), $"statistics-{model}.json");
}
