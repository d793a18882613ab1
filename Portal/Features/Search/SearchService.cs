using System.Collections.Concurrent;
using System.Diagnostics;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Search;
using CllClip.Portal.Hosting;
using CllClip.Shared.Languages;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search;

/// <summary>Search on what the engine host holds open. A query runs on the thread that asks: about a millisecond, training or not.</summary>
public sealed class SearchService(IEngineHost host, CheckpointQueries checkpoints) : ISearch
{
    /// <summary>Most results of one query.</summary>
    public const int MostResults = 100;

    private const long CacheBytes = 384L << 20; // five to six checkpoints of 36 languages
    private const long DefaultKeptMs = 5_000;
    private readonly CheckpointCache _cache = new(CacheBytes);
    private readonly ConcurrentDictionary<string, Lazy<SearchSpace>> _spaces = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LocatedCheckpoint> _known = new(StringComparer.Ordinal); // stages never change
    private readonly Lazy<LanguageDetector> _detector = new(() => LanguageDetector.Of(host.Datasets.OfType<Emoji36Dataset>().First()));

    private volatile Tuple<string, long>? _default;

    public PreparationStatus Preparation => host.Preparation;

    public event Action? PreparationChanged
    {
        add => host.PreparationChanged += value;
        remove => host.PreparationChanged -= value;
    }

    public Task<IReadOnlyList<CheckpointView>> CheckpointsAsync(CancellationToken stop = default) => checkpoints.ListAsync(stop);

    public Task<CheckpointView> DefaultAsync(CancellationToken stop = default) => checkpoints.DefaultAsync(stop);

    public bool IsLoaded(string checkpoint) => _cache.Has(checkpoint);

    public async Task LoadAsync(string checkpoint, IProgress<double>? progress = null, CancellationToken stop = default) =>
        await LoadedAsync(await LocateAsync(checkpoint, stop), progress, stop);

    public async Task<SearchResponse> SearchAsync(SearchQuery query, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var located = await CheckAsync(query, stop);
        var checkpoint = await LoadedAsync(located, null, stop);
        var space = Space(located.Model);
        var start = Stopwatch.GetTimestamp();
        if (query.Like is { Length: > 0 } like)
        {
            var vector = space.ImageOf(like) is { } image ? space.Gallery.VectorOf(image) : null;
            return vector is null
                ? throw new SearchException("like", $"There is no image '{Short(like)}' in the gallery.")
                : Answer(space, located, query, "", query.Language ?? query.Hint ?? "en", vector, start, null);
        }
        var text = QueryText.Clean(query.Text);
        var language = _detector.Value.Detect(text.Text, query.Language, query.Hint);
        var embedding = checkpoint.Embed(text.Text, out var cut);
        var message =
            text.Text.Length == 0 ? "Type a word or a few: a thing, an animal, a food, a feeling."
            : embedding is null ? "There is nothing in this text that can be looked for. Try a word."
            : text.Cut || cut ? "The text is long: only its beginning counts."
            : Unlearned(located.View, language);
        return Answer(space, located, query, text.Text, language, embedding, start, message);
    }

    public async Task<SearchResponse> SearchAsync(byte[] image, SearchQuery query, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var located = await CheckAsync(query, stop);
        var space = await Task.Run(() => Space(located.Model), stop);
        var start = Stopwatch.GetTimestamp();
        var vector = await Task.Run(() => ImageQuery.Embed(space.Model, image), stop);
        return Answer(space, located, query, "", query.Language ?? query.Hint ?? "en", vector, start, null);
    }

    public async Task<IReadOnlyList<SearchHit>> DescribeAsync(
        IReadOnlyList<string> things,
        string language,
        CancellationToken stop = default
    )
    {
        var located = await LocateAsync(CheckpointQueries.BaseId, stop);
        var space = await Task.Run(() => Space(located.Model), stop);
        return
        [
            .. things
                .Select(space.Gallery.Find)
                .OfType<int>()
                .Select(t => space.Hit(new GalleryHit(t, space.Gallery.Things[t].Images[0], 0, 0), language)),
        ];
    }

    public async Task<IReadOnlyList<ThingInLanguage>> ThingAsync(string thing, string? checkpoint, CancellationToken stop = default)
    {
        var located = await LocateAsync(checkpoint, stop);
        var loaded = await LoadedAsync(located, null, stop);
        return await Task.Run(() => InLanguages(Space(located.Model), loaded, thing, stop), stop);
    }

    /// <summary>Makes everything ready for the first query: gallery, language detector, default checkpoint, compiled code.</summary>
    public async Task WarmAsync(CancellationToken stop)
    {
        await host.Ready.WaitAsync(stop);
        await Task.Run(() => _detector.Value, stop);
        foreach (var example in SearchExamples.All.Examples.Values.SelectMany(e => e))
        {
            await SearchAsync(new SearchQuery { Text = example.Text }, stop); // some hundred: what is called often is compiled anew
        }
    }

    private static List<ThingInLanguage> InLanguages(SearchSpace space, SearchCheckpoint checkpoint, string thing, CancellationToken stop)
    {
        var at = space.Gallery.Find(thing) ?? throw new SearchException("thing", $"There is no thing '{Short(thing)}' in the gallery.");
        var rows = new List<ThingInLanguage>();
        foreach (var language in LanguageCatalog.All)
        {
            stop.ThrowIfCancellationRequested();
            if (space.Gallery.NameOf(at, language.Code) is not { } name)
            {
                continue;
            }
            var vector = checkpoint.Embed(QueryText.Clean(name).Text);
            rows.Add(
                vector is null
                    ? new ThingInLanguage(language.Code, name, 0, null)
                    : new ThingInLanguage(
                        language.Code,
                        name,
                        SearchGallery.PlaceOf(space.Gallery.Score(vector), at),
                        space.Hit(space.Gallery.Rank(vector, 1)[0], language.Code)
                    )
            );
        }
        return rows;
    }

    private static SearchResponse Answer(
        SearchSpace space,
        LocatedCheckpoint located,
        SearchQuery query,
        string text,
        string language,
        float[]? vector,
        long start,
        string? message
    )
    {
        IReadOnlyList<SearchHit> hits = vector is null
            ? []
            : [.. space.Gallery.Rank(vector, query.Count).Select(hit => space.Hit(hit, language))];
        return new SearchResponse
        {
            Query = text,
            Language = language,
            LanguageDetected = language != query.Language,
            Checkpoint = located.View.Id,
            Gallery = space.View,
            Results = hits,
            Message = message,
            TookMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds,
        };
    }

    private static string? Unlearned(CheckpointView checkpoint, string language) =>
        checkpoint.Languages.Contains(language)
            ? null
            : $"This checkpoint has not learned {LanguageCatalog.Find(language)?.Name ?? language}: what it finds is little more than chance.";

    private async Task<LocatedCheckpoint> CheckAsync(SearchQuery query, CancellationToken stop)
    {
        var errors = new Dictionary<string, string[]>();
        if (query.Language is not null && LanguageCatalog.Find(query.Language) is null)
        {
            errors["lang"] = [$"'{Short(query.Language)}' is none of the 36 languages; see /api/v1/languages."];
        }
        if (query.Count is < 1 or > MostResults)
        {
            errors["k"] = [$"The number of results is 1 to {MostResults}."];
        }
        try
        {
            var located = await LocateAsync(query.Checkpoint, stop);
            return errors.Count == 0 ? located : throw Wrong(errors);
        }
        catch (SearchException error) when (error.Errors.Count > 0 && errors.Count > 0)
        {
            foreach (var (field, reasons) in error.Errors)
            {
                errors[field] = reasons;
            }
            throw Wrong(errors);
        }
    }

    private static SearchException Wrong(Dictionary<string, string[]> errors) =>
        new(errors, string.Join(' ', errors.Values.SelectMany(e => e)));

    private async Task<LocatedCheckpoint> LocateAsync(string? id, CancellationToken stop)
    {
        if (!host.Ready.IsCompleted)
        {
            throw new SearchException(
                new Dictionary<string, string[]>(),
                host.Preparation.Error ?? "Search is being prepared. Try again in a moment."
            );
        }
        id = string.IsNullOrWhiteSpace(id) ? await DefaultIdAsync(stop) : id;
        if (_known.TryGetValue(id, out var known) && _cache.Has(known.View.Id))
        {
            return known;
        }
        var located =
            await checkpoints.FindAsync(id, stop)
            ?? throw new SearchException(
                "checkpoint",
                $"There is no checkpoint '{Short(id)}'. See /api/v1/checkpoints for those there are."
            );
        _known[located.View.Id] = located; // not under a run's id alone, whose last stage moves on
        return located;
    }

    /// <summary>Asked with every query that names no checkpoint: looked up every few seconds at most.</summary>
    private async Task<string> DefaultIdAsync(CancellationToken stop)
    {
        if (_default is var (id, until) && Environment.TickCount64 < until)
        {
            return id;
        }
        var found = (await checkpoints.DefaultAsync(stop)).Id;
        _default = Tuple.Create(found, Environment.TickCount64 + DefaultKeptMs);
        return found;
    }

    private Task<SearchCheckpoint> LoadedAsync(LocatedCheckpoint located, IProgress<double>? progress, CancellationToken stop)
    {
        var id = located.View.Id;
        SearchCheckpoint Get() =>
            _cache.Get(
                id,
                () =>
                {
                    var space = Space(located.Model);
                    return located.ChainFolder is null
                        ? SearchCheckpoint.Of(space.Model, space.Tower)
                        : SearchCheckpoint.Fold(space.Model, space.Tower, located.ChainFolder, located.View.Stage, progress);
                }
            );
        return _cache.Has(id) ? Task.FromResult(Get()) : Task.Run(Get, stop);
    }

    private SearchSpace Space(string model) => _spaces.GetOrAdd(model, m => new Lazy<SearchSpace>(() => SearchSpace.Of(host, m))).Value;

    private static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
