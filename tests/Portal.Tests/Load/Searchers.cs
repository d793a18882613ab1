using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace CllClip.Portal.Tests.Load;

/// <summary>People who search, each looks at what was found for some seconds and searches again, until the end.</summary>
internal sealed class Searchers : IAsyncDisposable
{
    private static readonly string[] Queries = ["snowman", "Katze", "猫", "قطة", "सूरज", "árbol", "poisson", "дом", "น้ำ", "moyo"];
    private readonly ConcurrentBag<(double Milliseconds, int Status)> _answers = [];
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Task _searching;

    public Searchers(Uri address, int count) => _searching = Task.WhenAll(Enumerable.Range(0, count).Select(i => SearchAsync(address, i)));

    /// <summary>Searches answered up to now.</summary>
    public int Answers => _answers.Count;

    /// <summary>Ends the searching.</summary>
    /// <returns>How long each took, and with what status it was answered.</returns>
    public async Task<IReadOnlyCollection<(double Milliseconds, int Status)>> EndAsync()
    {
        await _end.CancelAsync();
        await _searching;
        return _answers;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _end.Dispose();
    }

    private async Task SearchAsync(Uri address, int person)
    {
        using var http = new HttpClient { BaseAddress = address };
        var random = new Random(person);
        try
        {
            while (true)
            {
                await Task.Delay(random.Next(1500, 4500), _end.Token);
                var began = Stopwatch.GetTimestamp();
                using var answer = await http.GetAsync(
                    $"/api/v1/search?k=12&q={Uri.EscapeDataString(Queries[random.Next(Queries.Length)])}",
                    _end.Token
                );
                await answer.Content.ReadAsByteArrayAsync(_end.Token);
                _answers.Add((Stopwatch.GetElapsedTime(began).TotalMilliseconds, (int)answer.StatusCode));
            }
        }
        catch (OperationCanceledException)
        {
            // the house closes
        }
    }
}
