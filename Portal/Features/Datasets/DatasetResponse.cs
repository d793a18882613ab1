using CllClip.Engine.Data;
using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Data.Emoji36;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Datasets;

/// <summary>A data set as the API shows it.</summary>
public sealed record DatasetResponse
{
    /// <summary>Identifier in requests.</summary>
    public required string Id { get; init; }

    /// <summary>Name shown.</summary>
    public required string Name { get; init; }

    /// <summary>Content hash: the same revision means the same bytes; null until it is prepared.</summary>
    public string? Revision { get; init; }

    /// <summary><c>ready</c>, <c>preparing</c>, <c>waiting</c>, <c>registered</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>Layout of a user's own data set; null for the embedded one.</summary>
    public string? Kind { get; init; }

    /// <summary>Where a user's own data set lies on the server; told to those who may change anything.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether its files came as an upload and go with it.</summary>
    public bool Uploaded { get; init; }

    /// <summary>Licence of everything in it, as an SPDX expression or in words; null where nobody said.</summary>
    public string? Licence { get; init; }

    /// <summary>Where it comes from, with the credit that each licence asks for.</summary>
    public IReadOnlyList<Emoji36Source> Sources { get; init; } = [];

    /// <summary>Language codes; empty until it is prepared.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Number of images; null until it is prepared.</summary>
    public int? Images { get; init; }

    /// <summary>Protocol of the headline scores.</summary>
    public string? Protocol { get; init; }

    /// <summary>Training defaults in place of the paper's.</summary>
    public DatasetDefaults? Defaults { get; init; }

    /// <summary>How far the preparation is; null once it is ready.</summary>
    public PreparationStatus? Preparation { get; init; }

    /// <summary>Training pairs and captions by language; null for the embedded one.</summary>
    public IReadOnlyDictionary<string, CorpusLanguage>? Counts { get; init; }

    /// <summary>Errors that the last check found; null before it.</summary>
    public int? Errors { get; init; }

    /// <summary>Warnings that the last check found; null before it.</summary>
    public int? Warnings { get; init; }

    /// <summary>Why it cannot be used; null if it can.</summary>
    public string? Error { get; init; }

    /// <summary>The data sets there are: the one that comes with the portal and prepares itself, and those that users registered.</summary>
    /// <param name="engine">Has the first.</param>
    /// <param name="corpora">Has the others.</param>
    /// <param name="showsFolder">Whether the person may see where data lies on the server.</param>
    public static IReadOnlyList<DatasetResponse> All(IEngineHost engine, CorpusPreparer corpora, bool showsFolder)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(corpora);
        return [Embedded(engine), .. corpora.All.Select(v => Of(v, showsFolder))];
    }

    /// <summary>A registered data set.</summary>
    internal static DatasetResponse Of(CorpusView view, bool showsFolder)
    {
        var manifest = view.State == CorpusState.Ready ? view.Manifest : null;
        return new()
        {
            Id = view.Id,
            Name = view.Entry.Registration.Name,
            Kind = view.Entry.Registration.Kind,
            Folder = showsFolder && view.Entry.Upload is null ? view.Entry.Registration.Folder : null,
            Uploaded = view.Entry.Upload is not null,
            Licence = view.Entry.Registration.Licence,
            Revision = manifest?.Revision,
            State = view.State.ToString().ToLowerInvariant(),
            Languages = manifest is null ? [] : [.. manifest.Languages.Keys],
            Counts = manifest?.Languages,
            Images = manifest is null ? null : manifest.Images.Count - manifest.LeftOut.Count,
            Protocol = manifest is null ? null : CorpusDataset.AllCaptions,
            Defaults = manifest is null ? null : CorpusDataset.TrainingDefaults,
            Errors = view.Report?.Errors,
            Warnings = view.Report?.Warnings,
            Error =
                showsFolder ? view.Error
                : view.Error is null ? null
                : "It cannot be used; whoever registered it sees why.",
            Preparation =
                view.State is CorpusState.Preparing
                    ? new PreparationStatus(false, view.Phase ?? "Starting", view.Fraction ?? 0, view.SecondsLeft, null)
                    : null,
        };
    }

    private static DatasetResponse Embedded(IEngineHost engine)
    {
        var set = engine.Datasets.FirstOrDefault(d => d.Id == Emoji36Dataset.DatasetId);
        IReadOnlyList<Emoji36Source> sources = [.. Emoji36Source.Artists, .. Emoji36Source.Texts];
        return new()
        {
            Id = Emoji36Dataset.DatasetId,
            Name = set?.Name ?? "Emoji36",
            Revision = set?.Revision,
            State =
                set is not null ? "ready"
                : engine.Preparation.Error is null ? "preparing"
                : "failed",
            Licence = Emoji36Source.Licences,
            Sources = sources,
            Languages = set?.Languages ?? [],
            Images = set?.ImageCount,
            Protocol = set?.HeadlineProtocol,
            Defaults = set?.Defaults,
            Preparation = set is null ? engine.Preparation : null,
        };
    }
}
