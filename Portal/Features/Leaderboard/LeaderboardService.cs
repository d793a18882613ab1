using CllClip.Engine.Methods;
using Microsoft.Extensions.Primitives;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Answers the leaderboard's page and API: published results and those of this portal's runs.</summary>
public sealed class LeaderboardService(IOwnResults own) : IDisposable
{
    private readonly KeptAnswers _answers = new();

    public void Dispose() => _answers.Dispose();

    /// <summary>What the choices can be.</summary>
    public async Task<BoardVocabulary> VocabularyAsync(CancellationToken stop = default) => Vocabulary(await EntriesAsync(stop));

    /// <summary>The board for a query.</summary>
    public async Task<Board> AnswerAsync(BoardQuery query, CancellationToken stop = default) =>
        BoardBuilder.Build(query, await EntriesAsync(stop), _answers);

    /// <summary>The board for a query with one more entry among those there are: where it would stand.</summary>
    public async Task<Board> PreviewAsync(BoardEntry entry, BoardQuery query, CancellationToken stop = default) =>
        BoardBuilder.Build(query, [.. await EntriesAsync(stop), entry]);

    /// <summary>The board for a query string, what its choices can be, and what could not be read, by name.</summary>
    public async Task<(Board Board, BoardVocabulary Vocabulary, IDictionary<string, string[]> Errors)> AnswerAsync(
        IEnumerable<KeyValuePair<string, StringValues>> values,
        CancellationToken stop = default
    )
    {
        var entries = await EntriesAsync(stop);
        var vocabulary = Vocabulary(entries);
        var query = BoardLink.Read(values, vocabulary, out var errors);
        return (BoardBuilder.Build(query, entries, _answers), vocabulary, errors);
    }

    private async Task<IReadOnlyList<BoardEntry>> EntriesAsync(CancellationToken stop) =>
        [.. await own.ReadAsync(stop), .. PublishedResults.Instance.Entries];

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
