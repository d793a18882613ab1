using CllClip.Engine;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Features.Search.Own;
using CllClip.Portal.Hosting;
using CllClip.Shared.Languages;
using CllClip.Shared.Search;

namespace CllClip.Portal.Tests.Features.Search;

/// <summary>Made-up search for tests of pages: remembers what was asked, and lets a test hold answers back.</summary>
public sealed class SampleSearch : ISearch
{
    public PreparationStatus Preparation { get; set; } = new(true, "Ready", 1, 0, null);

    public event Action? PreparationChanged;

    public List<CheckpointView> Checkpoints { get; } =
    [
        Base,
        .. Run("teir", "TEIR, 36 languages", 36),
        new("joint:1", "joint", 1, 1, "Joint training", "joint", LanguageCatalog.PaperOrder, 50_000),
    ];

    public static CheckpointView Base { get; } = new("base", null, 0, 0, "Base model", null, ["en"], 4199);

    public HashSet<string> Loaded { get; } = [];

    public List<SearchQuery> Asked { get; } = [];

    public List<string> Loads { get; } = [];

    /// <summary>Holds an answer back until its task ends; by the text.</summary>
    public Dictionary<string, TaskCompletionSource> Held { get; } = [];

    /// <summary>Holds the loading of a checkpoint back until its task ends, as a native load does: without heed to cancellation.</summary>
    public Dictionary<string, TaskCompletionSource> HeldLoads { get; } = [];

    /// <summary>Holds back the names of things until its task ends.</summary>
    public TaskCompletionSource? HeldThings { get; set; }

    public string? Refusal { get; set; }

    public List<GalleryView> Galleries { get; } =
    [new("emoji36", "Emoji36", 1852, 7163), new("emoji36-test", "Emoji36, test drawings", 1000, 1000), new("mine", "My photos", 12, 12)];

    IReadOnlyList<GalleryView> ISearch.Galleries => Galleries;

    /// <summary>Files opened, by name, in order; one whose name begins with "bad" is refused.</summary>
    public List<string> Opened { get; } = [];

    /// <summary>Questions for the words of an image.</summary>
    public List<SearchQuery> Told { get; } = [];

    /// <summary>What the list of checkpoints is answered with, where the store cannot be read.</summary>
    public Exception? Broken { get; set; }

    /// <summary>Called when a checkpoint is loaded, with what its progress is told to.</summary>
    public Action<IProgress<double>?>? Loading { get; set; }

    public static IEnumerable<CheckpointView> Run(string id, string name, int stages) =>
        Enumerable
            .Range(1, stages)
            .Select(s => new CheckpointView(
                $"{id}:{s}",
                id,
                s,
                stages,
                name,
                "cll-clip",
                [.. LanguageCatalog.PaperOrder.Take(s)],
                4199 + 2000 * s
            ));

    public static SearchHit Hit(string thing, string title, string language = "en", double percentile = 100) =>
        new($"{thing}_0", $"/api/v1/images/emoji36/r/{thing}_0", title, language, $"English {title}", thing, 0.5, percentile);

    public static SearchResponse Answer(SearchQuery query, string? message = null, params SearchHit[] hits) =>
        new()
        {
            Query = query.Text ?? "",
            Language = query.Language ?? "fi",
            LanguageDetected = query.Language is null,
            Checkpoint = query.Checkpoint ?? "joint:1",
            TookMs = 1.25,
            Gallery = query.Gallery is null or "emoji36"
                ? new GalleryView("emoji36", "Emoji36", 1852, 7163)
                : new GalleryView(query.Gallery, query.Gallery, 12, 12),
            Results = hits,
            Message = message,
        };

    public void Prepare(PreparationStatus status)
    {
        Preparation = status;
        PreparationChanged?.Invoke();
    }

    public async Task<int> LastStageAsync(string runId, CancellationToken stop = default) =>
        (await CheckpointsAsync(stop)).Where(c => c.RunId == runId).Select(c => c.Stage).DefaultIfEmpty(0).Max();

    public Task<IReadOnlyList<CheckpointView>> CheckpointsAsync(CancellationToken stop = default) =>
        Broken is null
            ? Task.FromResult<IReadOnlyList<CheckpointView>>(Checkpoints)
            : Task.FromException<IReadOnlyList<CheckpointView>>(Broken);

    public Task<CheckpointView> DefaultAsync(CancellationToken stop = default) => Task.FromResult(Checkpoints[^1]);

    public bool IsLoaded(SearchQuery query) => Loaded.Contains(query.Checkpoint!);

    public async Task LoadAsync(SearchQuery query, IProgress<double>? progress = null, CancellationToken stop = default)
    {
        var checkpoint = query.Checkpoint!;
        Loads.Add(checkpoint);
        Loading?.Invoke(progress);
        if (HeldLoads.TryGetValue(checkpoint, out var held))
        {
            await held.Task;
        }
        Loaded.Add(checkpoint);
    }

    public async Task<SearchResponse> SearchAsync(SearchQuery query, CancellationToken stop = default)
    {
        Asked.Add(query);
        if (Refusal is not null)
        {
            throw new SearchException("checkpoint", Refusal);
        }
        if (Held.TryGetValue(query.Text ?? "", out var held))
        {
            await held.Task;
        }
        return string.IsNullOrWhiteSpace(query.Text) && query.Like is null
            ? Answer(query, "Type a word or a few.")
            : Answer(query, null, Hit("1f431", $"{query.Text}{query.Like} by {query.Checkpoint}", "fi"), Hit("1f436", "koira", "fi", 99.9));
    }

    public Task<SearchResponse> SearchAsync(byte[] image, SearchQuery query, CancellationToken stop = default) =>
        Task.FromResult(Answer(query, null, Hit("1f431", $"image of {image.Length}")));

    public async Task<IReadOnlyList<SearchHit>> DescribeAsync(
        IReadOnlyList<string> things,
        string language,
        string? gallery = null,
        CancellationToken stop = default
    )
    {
        if (HeldThings is not null)
        {
            await HeldThings.Task;
        }
        return [.. things.Select(t => Hit(t, t))];
    }

    /// <summary>Things asked for in every language, with the gallery.</summary>
    public List<(string Thing, string? Gallery)> Things { get; } = [];

    /// <summary>Languages that the things of galleries other than Emoji36 have names in.</summary>
    public IReadOnlyList<string> Named { get; set; } = [];

    public Task<IReadOnlyList<ThingInLanguage>> ThingAsync(
        string thing,
        string? checkpoint,
        string? gallery = null,
        CancellationToken stop = default
    )
    {
        Things.Add((thing, gallery));
        return Task.FromResult<IReadOnlyList<ThingInLanguage>>([
            .. LanguageCatalog
                .All.Where(l => gallery is null || Named.Contains(l.Code))
                .Select((l, i) => new ThingInLanguage(l.Code, $"{thing} {l.Code}", i, i == 0 ? null : Hit(thing, "first"))),
        ]);
    }

    public Task<ImageInWords> TellAsync(
        SearchQuery query,
        byte[]? image = null,
        IProgress<double>? progress = null,
        CancellationToken stop = default
    )
    {
        Told.Add(query);
        return Task.FromResult(
            new ImageInWords
            {
                Checkpoint = query.Checkpoint!,
                Gallery = Galleries[0],
                TookMs = 2,
                Languages =
                [
                    .. LanguageCatalog.All.Select(
                        (l, i) =>
                            new LanguageCaptions(
                                l.Code,
                                i % 2 == 0,
                                100,
                                [
                                    .. Enumerable
                                        .Range(1, query.Count)
                                        .Select(n => new CaptionFound(
                                            $"{l.Code} caption {n}",
                                            $"meaning {i}",
                                            "1f431",
                                            0.5 - i / 100.0 - n / 1000.0,
                                            99 - i
                                        )),
                                ]
                            )
                    ),
                ],
            }
        );
    }

    public Task<OwnImage> OpenAsync(string id, string name, byte[] file, CancellationToken stop = default)
    {
        Opened.Add(name);
        return name.StartsWith("bad", StringComparison.Ordinal)
            ? Task.FromException<OwnImage>(new EngineException($"“{name}” cannot be decoded; it is broken."))
            : Task.FromResult(new OwnImage(id, name, file, "data:image/webp;base64,AAAA"));
    }
}
