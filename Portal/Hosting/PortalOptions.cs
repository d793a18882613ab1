using System.Globalization;
using CllClip.Engine;
using CllClip.Engine.Device;

namespace CllClip.Portal.Hosting;

/// <summary>The settings <c>CllClip</c> that concern the whole portal; access has its own.</summary>
public sealed class PortalOptions
{
    public const string Section = "CllClip";

    private const int MostCheckpointSeconds = 86_400;
    private const int MostReserveMegabytes = 1_000_000;

    /// <summary>Everything that the portal writes; relative to the content root, or absolute.</summary>
    public string DataRoot { get; set; } = "data";

    /// <summary>Folder that holds models, shipped runs and npm packages; null takes the repository or the folder of a published portal.</summary>
    public string? ContentRoot { get; set; }

    /// <summary><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; set; } = "auto";

    /// <summary>What frozen towers compute in: <c>float32</c>, <c>bfloat16</c>, or <c>auto</c>, bfloat16 on a GPU and float32 on the CPU.</summary>
    public string Precision { get; set; } = "auto";

    public JobsOptions Jobs { get; set; } = new();

    public SearchOptions Search { get; set; } = new();

    /// <summary>What towers on a device compute in.</summary>
    public Engine.Model.Precision PrecisionOn(string device) =>
        Precision == "bfloat16" || (Precision == "auto" && device.StartsWith("cuda", StringComparison.Ordinal))
            ? Engine.Model.Precision.Mixed
            : Engine.Model.Precision.Full;

    /// <exception cref="EngineException">A setting cannot be used; the message names it.</exception>
    public PortalOptions Check()
    {
        if (!DeviceChoice.IsName(Device))
        {
            throw new EngineException($"The setting CllClip:Device is '{Device}'. Use auto, cpu, cuda or cuda:N.");
        }
        if (Precision is not ("auto" or "float32" or "bfloat16"))
        {
            throw new EngineException($"The setting CllClip:Precision is '{Precision}'. Use auto, float32 or bfloat16.");
        }
        if (Jobs.Store != "sqlite")
        {
            throw new EngineException($"The setting CllClip:Jobs:Store is '{Jobs.Store}'. This version has one store, sqlite.");
        }
        if (!(Jobs.CheckpointSeconds is >= 0 and <= MostCheckpointSeconds))
        {
            throw new EngineException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The setting CllClip:Jobs:CheckpointSeconds is {Jobs.CheckpointSeconds}. Use a number of seconds from 0 to {MostCheckpointSeconds}."
                )
            );
        }
        if (Jobs.ReserveMegabytes is < 0 or > MostReserveMegabytes)
        {
            throw new EngineException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The setting CllClip:Jobs:ReserveMegabytes is {Jobs.ReserveMegabytes}. Use a number of megabytes from 0 to {MostReserveMegabytes}."
                )
            );
        }
        return string.IsNullOrWhiteSpace(DataRoot)
            ? throw new EngineException("The setting CllClip:DataRoot is empty. Name the folder that the portal may write to.")
            : this;
    }

    public sealed class JobsOptions
    {
        public string Store { get; set; } = "sqlite";

        /// <summary>Seconds of training between two checkpoints within a stage: what a killed portal loses at most. 0 for one after every step.</summary>
        public double CheckpointSeconds { get; set; } = 60;

        /// <summary>Megabytes that are kept free on the disk of data root and database: runs pause before they are used up. 0 for none: runs pause when the disk is full.</summary>
        public int ReserveMegabytes { get; set; } = 256;
    }

    public sealed class SearchOptions
    {
        /// <summary>Checkpoint that the search page opens with; null takes the best there is.</summary>
        public string? DefaultCheckpoint { get; set; }
    }
}
