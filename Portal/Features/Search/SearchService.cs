using System.Diagnostics;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Images;
using CllClip.Engine.Search;
using CllClip.Portal.Hosting;
using CllClip.Shared.Languages;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search;

/// <summary>Search on what the engine host holds open. A query runs on the thread that asks: about a millisecond, training or not.</summary>
public sealed class SearchService(IEngineHost host, CheckpointQueries checkpoints, LoadedCheckpoints loaded) : ISearch, IDisposable
{
    /// <summary>Most results of one query.</summary>
    public const int MostResults = 100;

    private const int MostDecodings = 2;
    private static readonly ImageLimits Limits = new(MaxPixels: 25_000_000); // 100 MB while it is decoded
    private readonly KeptValues<string, LanguageDetector> _detectors = new();
    private readonly SemaphoreSlim _decodings = new(MostDecodings);

    public PreparationStatus Preparation => host.Preparation;

    public event Action? PreparationChanged
    {
        add => host.PreparationChanged += value;
        remove => host.PreparationChanged -= value;
    }

    public Task<IReadOnlyList<CheckpointView>> CheckpointsAsync(CancellationToken stop = default) => checkpoints.ListAsync(stop);

    public Task<CheckpointView> DefaultAsync(CancellationToken stop = default) => checkpoints.DefaultAsync(stop);

    public bool IsLoaded(string checkpoint) => loaded.Has(checkpoint);

    public async Task LoadAsync(string checkpoint, IProgress<double>? progress = null, CancellationToken stop = default) =>
        await loaded.GetAsync(await loaded.LocateAsync(checkpoint, stop), progress, stop);

    public async Task<SearchResponse> SearchAsync(SearchQuery query, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var located = await CheckAsync(query, stop);
        var checkpoint = await loaded.GetAsync(located, null, stop);
        var space = loaded.Space(located.Model);
        var start = Stopwatch.GetTimestamp();
        if (query.Like is { Length: > 0 } like)
        {
            var vector = space.ImageOf(like) is { } image ? space.Gallery.VectorOf(image) : null;
            return vector is null
                ? throw new SearchException("like", $"There is no image '{Short(like)}' in the gallery.")
                : Answer(space, located, query, "", query.Language ?? query.Hint ?? "en", vector, start, null);
        }
        var text = QueryText.Clean(query.Text);
        var language = Detector().Detect(text.Text, query.Language, query.Hint);
        var embedding = checkpoint.Embed(text.Text, language);
        var tokens = checkpoint.Explain(text.Text, located.TeirExponent);
        var message =
            text.Text.Length == 0 ? "Type a word or a few: a thing, an animal, a food, a feeling."
            : embedding is null ? "There is nothing in this text that can be looked for. Try a word."
            : Cut(text, tokens) ?? Unlearned(located.View, language);
        return Answer(space, located, query, text.Text, language, embedding, start, message) with { Tokens = tokens };
    }

    public async Task<SearchResponse> SearchAsync(byte[] image, SearchQuery query, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var located = await CheckAsync(query, stop);
        var space = await Task.Run(() => loaded.Space(located.Model), stop);
        var start = Stopwatch.GetTimestamp();
        var vector = await EmbedAsync(space, image, stop);
        return Answer(space, located, query, "", query.Language ?? query.Hint ?? "en", vector, start, null);
    }

    public async Task<IReadOnlyList<SearchHit>> DescribeAsync(
        IReadOnlyList<string> things,
        string language,
        CancellationToken stop = default
    )
    {
        var located = await loaded.LocateAsync(CheckpointQueries.BaseId, stop);
        var space = await Task.Run(() => loaded.Space(located.Model), stop);
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
        var located = await loaded.LocateAsync(checkpoint, stop);
        var found = await loaded.GetAsync(located, null, stop);
        return await Task.Run(() => InLanguages(loaded.Space(located.Model), found, thing, stop), stop);
    }

    /// <summary>Makes everything ready for the first query: gallery, language detector, default checkpoint, compiled code.</summary>
    public async Task WarmAsync(CancellationToken stop)
    {
        await host.Ready.WaitAsync(stop);
        var detector = Task.Run(Detector, stop);
        await LoadAsync("", null, stop); // beside it
        await detector;
        foreach (var example in SearchExamples.All.Examples.Values.SelectMany(e => e))
        {
            await SearchAsync(new SearchQuery { Text = example.Text }, stop); // some hundred: what is called often is compiled anew
        }
    }

    public void Dispose() => _decodings.Dispose();

    /// <summary>A few at a time: a small file may be a large image.</summary>
    private async Task<float[]> EmbedAsync(SearchSpace space, byte[] image, CancellationToken stop)
    {
        await _decodings.WaitAsync(stop);
        try
        {
            return await Task.Run(() => ImageQuery.Embed(space.Model, image, limits: Limits), stop);
        }
        finally
        {
            _decodings.Release();
        }
    }

    private LanguageDetector Detector() =>
        _detectors.Get(Emoji36Dataset.DatasetId, () => LanguageDetector.Of(host.Datasets.OfType<Emoji36Dataset>().First()));

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
            var vector = checkpoint.Embed(QueryText.Clean(name).Text, language.Code);
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

    private static string? Cut(QueryText text, IReadOnlyList<QueryToken> tokens)
    {
        var read = tokens.Count(t => t.IsRead);
        return text.Cut || read < tokens.Count
            ? $"The text is long: only its beginning counts, {read} of {(text.Cut ? "over " : "")}{tokens.Count} tokens."
            : null;
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
            var located = await loaded.LocateAsync(query.Checkpoint, stop);
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

    internal static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
