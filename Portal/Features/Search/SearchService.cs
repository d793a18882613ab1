using System.Diagnostics;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Search;
using CllClip.Portal.Features.Search.Galleries;
using CllClip.Portal.Features.Search.Own;
using CllClip.Portal.Features.Search.Words;
using CllClip.Portal.Hosting;
using CllClip.Shared.Languages;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search;

/// <summary>Search on what the engine host holds open. A query runs on the thread that asks: about a millisecond, training or not.</summary>
public sealed class SearchService(
    IEngineHost host,
    CheckpointQueries checkpoints,
    LoadedCheckpoints loaded,
    GalleryShelf galleries,
    ChanceLevels chance,
    QueryImages images,
    ImageWords words
) : ISearch
{
    /// <summary>Most results of one query.</summary>
    public const int MostResults = 100;

    private readonly KeptValues<string, LanguageDetector> _detectors = new();

    public PreparationStatus Preparation => host.Preparation;

    public event Action? PreparationChanged
    {
        add => host.PreparationChanged += value;
        remove => host.PreparationChanged -= value;
    }

    public IReadOnlyList<GalleryView> Galleries => galleries.List();

    public Task<IReadOnlyList<CheckpointView>> CheckpointsAsync(CancellationToken stop = default) => checkpoints.ListAsync(stop);

    public async Task<int> LastStageAsync(string runId, CancellationToken stop = default) =>
        (await checkpoints.FindAsync(runId, stop))?.View.Stage ?? 0;

    public Task<CheckpointView> DefaultAsync(CancellationToken stop = default) => checkpoints.DefaultAsync(stop);

    public bool IsLoaded(SearchQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return loaded.Known(query.Checkpoint) is { } located
            && galleries.List().Any(g => g.Id == (query.Gallery ?? Emoji36Dataset.DatasetId))
            && galleries.Has(located.Model, galleries.Find(query.Gallery));
    }

    public async Task LoadAsync(SearchQuery query, IProgress<double>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var located = await loaded.LocateAsync(query.Checkpoint, stop);
        var space = await SpaceAsync(located, query.Gallery, progress, stop);
        var checkpoint = await loaded.GetAsync(located, progress, stop);
        await chance.GetAsync(checkpoint, space.Gallery);
    }

    public async Task<SearchResponse> SearchAsync(SearchQuery query, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var located = await CheckAsync(query, stop);
        var checkpoint = await loaded.GetAsync(located, null, stop);
        var space = await SpaceAsync(located, query.Gallery, null, stop);
        var level = await chance.GetAsync(checkpoint, space.Gallery);
        var start = Stopwatch.GetTimestamp();
        if (query.Like is { Length: > 0 })
        {
            return await AnswerAsync(
                space,
                located,
                query,
                query.Language ?? query.Hint ?? "en",
                await LikeAsync(space, query, stop),
                start,
                stop
            );
        }
        var text = QueryText.Clean(query.Text);
        var language = Detector().Detect(text.Text, query.Language, query.Hint);
        var tokens = checkpoint.Explain(text.Text, located.TeirExponent);
        var answer = await AnswerAsync(space, located, query, language, checkpoint.Embed(text.Text, language), start, stop);
        return answer with
        {
            Query = text.Text,
            Tokens = tokens,
            ChanceLevel = double.IsFinite(level) ? level : null,
            Message = QueryMessages.Of(
                text,
                tokens,
                located.View,
                language,
                answer.Results.Count == 0 ? null : answer.Results[0].Score,
                level,
                query.Reader
            ),
        };
    }

    public async Task<SearchResponse> SearchAsync(byte[] image, SearchQuery query, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var located = await CheckAsync(query, stop);
        var space = await SpaceAsync(located, query.Gallery, null, stop);
        var start = Stopwatch.GetTimestamp();
        var vector = await images.EmbedAsync(space.Model, image, stop);
        return await AnswerAsync(space, located, query, query.Language ?? query.Hint ?? "en", vector, start, stop);
    }

    public async Task<ImageInWords> TellAsync(
        SearchQuery query,
        byte[]? image = null,
        IProgress<double>? progress = null,
        CancellationToken stop = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        var located = await CheckAsync(query, stop);
        var space = await SpaceAsync(located, query.Gallery, null, stop);
        var vector = image is null ? await LikeAsync(space, query, stop) : await images.EmbedAsync(space.Model, image, stop);
        var told = await words.TellAsync(located, space, vector, query.Count, progress, stop);
        return told with { Image = image is null && query.Like is { } like ? space.Find(like, "en") : null };
    }

    public Task<OwnImage> OpenAsync(string id, string name, byte[] file, CancellationToken stop = default) =>
        images.OpenAsync(id, name, file, stop);

    public async Task<IReadOnlyList<SearchHit>> DescribeAsync(
        IReadOnlyList<string> things,
        string language,
        string? gallery = null,
        CancellationToken stop = default
    )
    {
        var located = await loaded.LocateAsync(CheckpointQueries.BaseId, stop);
        var space = await SpaceAsync(located, gallery, null, stop);
        return
        [
            .. things
                .Select(space.Gallery.Find)
                .OfType<int>()
                .Select(t => space.Hit(new GalleryHit(t, space.Gallery.Things[t].Images[0], 0, 0), language)),
        ];
    }

    public async Task<IReadOnlyList<ThingInLanguage>> ThingAsync(
        string thing,
        string? checkpoint,
        string? gallery = null,
        CancellationToken stop = default
    )
    {
        var located = await loaded.LocateAsync(checkpoint, stop);
        var found = await loaded.GetAsync(located, null, stop);
        var space = await SpaceAsync(located, gallery, null, stop);
        return await Task.Run(() => InLanguages(space, found, thing, stop), stop);
    }

    /// <summary>Makes everything ready for the first query: gallery, language detector, default checkpoint, compiled code.</summary>
    public async Task WarmAsync(CancellationToken stop)
    {
        await host.Ready.WaitAsync(stop);
        var detector = Task.Run(Detector, stop);
        await LoadAsync(new SearchQuery(), null, stop); // beside it
        await detector;
        foreach (var example in SearchExamples.All.Examples.Values.SelectMany(e => e))
        {
            await SearchAsync(new SearchQuery { Text = example.Text }, stop); // some hundred: what is called often is compiled anew
        }
    }

    private Task<SearchSpace> SpaceAsync(LocatedCheckpoint located, string? gallery, IProgress<double>? progress, CancellationToken stop)
    {
        var source = galleries.Find(gallery);
        // Of a checkpoint that is not in memory the base model may not be either: it is read elsewhere than on the thread that asks.
        return loaded.Known(located.View.Id) is not null && galleries.Has(located.Model, source)
            ? Task.FromResult(galleries.Get(located.Model, source, progress, stop))
            : Task.Run(() => galleries.Get(located.Model, source, progress, stop), stop);
    }

    /// <summary>The vector of the image that a query names.</summary>
    private async Task<float[]> LikeAsync(SearchSpace space, SearchQuery query, CancellationToken stop)
    {
        var like = query.Like ?? "";
        if (query.Own.FirstOrDefault(o => o.Id == like) is { } own)
        {
            return await images.EmbedAsync(space.Model, own, stop);
        }
        var vector = space.Source.ImageOf(like) is { } image ? space.Gallery.VectorOf(image) : null;
        return vector ?? throw new SearchException("like", $"There is no image '{Short(like)}' in the gallery.");
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

    private async Task<SearchResponse> AnswerAsync(
        SearchSpace space,
        LocatedCheckpoint located,
        SearchQuery query,
        string language,
        float[]? vector,
        long start,
        CancellationToken stop
    )
    {
        IReadOnlyList<SearchHit> hits = vector is null
            ? []
            : [.. space.Gallery.Rank(vector, query.Count).Select(hit => space.Hit(hit, language))];
        if (vector is not null && query is { MixesOwn: true, Own.Count: > 0 })
        {
            hits = [.. hits.Concat(await OwnHitsAsync(space, query, vector, stop)).OrderByDescending(h => h.Score).Take(query.Count)];
        }
        return new SearchResponse
        {
            Query = "",
            Language = language,
            LanguageDetected = language != query.Language,
            Checkpoint = located.View.Id,
            Gallery = space.View,
            Results = hits,
            TookMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds,
        };
    }

    private async Task<List<SearchHit>> OwnHitsAsync(SearchSpace space, SearchQuery query, float[] vector, CancellationToken stop)
    {
        var scores = space.Gallery.Score(vector).Best;
        var hits = new List<SearchHit>();
        foreach (var own in query.Own)
        {
            var embedded = await images.EmbedAsync(space.Model, own, stop);
            var score = SearchGallery.Dot(vector, embedded);
            var beaten = 100.0 * scores.Count(s => s < score) / scores.Length;
            hits.Add(new SearchHit(own.Id, own.Thumbnail, own.Name, "", own.Name, own.Id, score, beaten, Own: true));
        }
        return hits;
    }

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
        if (galleries.List() is { Count: > 0 } there && query.Gallery is { Length: > 0 } gallery && there.All(g => g.Id != gallery))
        {
            errors["gallery"] = [$"There is no gallery '{Short(gallery)}'. See /api/v1/galleries for those there are."];
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
