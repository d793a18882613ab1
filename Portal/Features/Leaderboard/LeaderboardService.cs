using System.Collections.Concurrent;
using CllClip.Engine.Methods;
using Microsoft.Extensions.Primitives;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Answers the leaderboard's page and API: published results and those of this portal's runs.</summary>
public sealed class LeaderboardService(IOwnResults own) : IDisposable
{
    private const int MostBoards = 64;

    private readonly KeptAnswers _answers = new();
    private readonly ConcurrentDictionary<bool, Source> _sources = new();

    /// <summary>What boards are made of, and the boards that were made of it: a page asks again with every score that a run reports, and most ask for the same.</summary>
    private sealed record Source(OwnResults Own, IReadOnlyList<BoardEntry> Entries, BoardVocabulary Vocabulary)
    {
        public ConcurrentDictionary<BoardQuery, Lazy<Board>> Boards { get; } = new();
    }

    public void Dispose() => _answers.Dispose();

    /// <summary>What the choices can be.</summary>
    public async Task<BoardVocabulary> VocabularyAsync(CancellationToken stop = default) => (await SourceAsync(false, stop)).Vocabulary;

    /// <summary>The board for a query.</summary>
    public async Task<Board> AnswerAsync(BoardQuery query, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Answer(query, await SourceAsync(query.Stopped, stop));
    }

    /// <summary>The board for a query with one more entry among those there are: where it would stand.</summary>
    public async Task<Board> PreviewAsync(BoardEntry entry, BoardQuery query, CancellationToken stop = default) =>
        BoardBuilder.Build(query, [.. (await SourceAsync(query.Stopped, stop)).Entries, entry]);

    /// <summary>The board for a query string, what its choices can be, and what could not be read, by name.</summary>
    public async Task<(Board Board, BoardVocabulary Vocabulary, IDictionary<string, string[]> Errors)> AnswerAsync(
        IEnumerable<KeyValuePair<string, StringValues>> values,
        CancellationToken stop = default
    )
    {
        var given = values.ToList();
        // What can be chosen depends on the runs there are, and those on this one choice.
        var source = await SourceAsync(given.Any(v => v.Key == "stopped" && v.Value == "true"), stop);
        var query = BoardLink.Read(given, source.Vocabulary, out var errors);
        return (Answer(query, source), source.Vocabulary, errors);
    }

    private Board Answer(BoardQuery query, Source source)
    {
        if (source.Boards.Count > MostBoards)
        {
            source.Boards.Clear();
        }
        return source
            .Boards.GetOrAdd(
                query,
                asked => new Lazy<Board>(() => BoardBuilder.Build(asked, source.Entries, _answers) with { LeftOut = source.Own.LeftOut })
            )
            .Value;
    }

    private async Task<Source> SourceAsync(bool stopped, CancellationToken stop)
    {
        var read = await own.ReadAsync(stopped, stop);
        if (!_sources.TryGetValue(stopped, out var source) || !ReferenceEquals(source.Own, read))
        {
            IReadOnlyList<BoardEntry> entries = [.. read.Entries, .. PublishedResults.Instance.Entries];
            source = _sources[stopped] = new Source(read, entries, Vocabulary(entries));
        }
        return source;
    }

    private static BoardVocabulary Vocabulary(IReadOnlyList<BoardEntry> entries) =>
        new(
            [.. BoardNames.OwnDatasets.Concat(entries.SelectMany(e => e.Scores.Keys.Select(k => k.Dataset))).Distinct()],
            [.. BoardNames.OwnProtocols.Concat(entries.SelectMany(e => e.Scores.Keys.Select(k => k.Protocol))).Distinct()],
            [
                .. MethodCatalog
                    .All.Select(m => (m.Id, m.Name))
                    .Concat(entries.OrderBy(e => e.Label.Length).Select(e => (Id: e.Method, Name: e.Label)))
                    .DistinctBy(m => m.Id),
            ]
        );
}

/// <summary>What the choices can be.</summary>
/// <param name="Datasets">Ids of data sets.</param>
/// <param name="Protocols">Ids of protocols.</param>
/// <param name="Methods">Ids and names of methods.</param>
public sealed record BoardVocabulary(
    IReadOnlyList<string> Datasets,
    IReadOnlyList<string> Protocols,
    IReadOnlyList<(string Id, string Name)> Methods
);
