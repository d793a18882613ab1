using CllClip.Engine.Data;
using CllClip.Portal.Features.Launch;

namespace CllClip.Portal.Features.Runs;

/// <summary>What the launch form needs to know of the portal.</summary>
/// <param name="Datasets">Data sets by id and name, prepared or not.</param>
/// <param name="Models">Base models by id.</param>
/// <param name="Opened">Data sets that are prepared and open; empty while the embedded one is being prepared.</param>
/// <param name="Measured">Finished runs to estimate from.</param>
/// <param name="EmbeddingWidth">Width of a row of the base model's token embedding.</param>
/// <param name="Devices">Devices that can be asked for.</param>
/// <param name="Provisional">Whether more will be known soon: the data set is being prepared, or this machine calibrated.</param>
public sealed record LaunchContext(
    IReadOnlyList<(string Id, string Name)> Datasets,
    IReadOnlyList<string> Models,
    IReadOnlyList<IRetrievalDataset> Opened,
    IReadOnlyList<MeasuredRun> Measured,
    int EmbeddingWidth,
    IReadOnlyList<string> Devices,
    bool Provisional = false
)
{
    /// <summary>Learning rates that belong to base models, by their ids; a data set's own default stands for the others.</summary>
    public IReadOnlyDictionary<string, double> LearningRates { get; init; } = new Dictionary<string, double>();

    /// <summary>Bytes that runs may write on the disk of the data root; null where the system does not say.</summary>
    public long? FreeBytes { get; init; }

    /// <summary>Bytes of memory that this process may use; null while unknown.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Whether runs have to wait: the data set is still being prepared.</summary>
    public bool Preparing => Provisional && Opened.Count == 0;

    /// <summary>The open data set of an id; null while it is not open.</summary>
    public IRetrievalDataset? Find(string id) => Opened.FirstOrDefault(d => d.Id == id);
}
