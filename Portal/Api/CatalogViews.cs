using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Api;

/// <summary>A data set as the API shows it.</summary>
public sealed record DatasetResponse
{
    /// <summary>Identifier in requests.</summary>
    public required string Id { get; init; }

    /// <summary>Name shown.</summary>
    public required string Name { get; init; }

    /// <summary>Content hash: the same revision means the same bytes; null until it is prepared.</summary>
    public string? Revision { get; init; }

    /// <summary><c>ready</c>, <c>preparing</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>SPDX expression over everything in it.</summary>
    public required string Licence { get; init; }

    /// <summary>Where it comes from, with the credit that each licence asks for.</summary>
    public required IReadOnlyList<Emoji36Source> Sources { get; init; }

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

    /// <summary>The data sets there are. There is one now; it comes with the portal and prepares itself.</summary>
    public static IReadOnlyList<DatasetResponse> All(IEngineHost engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        var set = engine.Datasets.FirstOrDefault(d => d.Id == Emoji36Dataset.DatasetId);
        IReadOnlyList<Emoji36Source> sources = [.. Emoji36Source.Artists, .. Emoji36Source.Texts];
        return
        [
            new()
            {
                Id = Emoji36Dataset.DatasetId,
                Name = set?.Name ?? "Emoji36",
                Revision = set?.Revision,
                State =
                    set is not null ? "ready"
                    : engine.Preparation.Error is null ? "preparing"
                    : "failed",
                Licence = string.Join(" AND ", sources.Select(s => s.Licence).Distinct().Order(StringComparer.Ordinal)),
                Sources = sources,
                Languages = set?.Languages ?? [],
                Images = set?.ImageCount,
                Protocol = set?.HeadlineProtocol,
                Defaults = set?.Defaults,
                Preparation = set is null ? engine.Preparation : null,
            },
        ];
    }
}
