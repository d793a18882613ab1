using System.Net;
using CllClip.Portal.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace CllClip.Portal.Tests.Api;

/// <summary>Bounds on what is worked on at once, on an endpoint that the test holds.</summary>
public sealed class AtOnceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_is_worked_on_one_waits_and_the_next_is_told_so()
    {
        var (begun, hold) = (new SemaphoreSlim(0), new TaskCompletionSource());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.MapGet(
                "/held",
                async () =>
                {
                    begun.Release();
                    await hold.Task;
                    return "done";
                }
            )
            .AtOnce(most: 1, waiting: 1);
        await app.StartAsync(Stop);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        var first = client.GetAsync("/held", Stop);
        await begun.WaitAsync(Stop);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var second = client.GetAsync("/held", Stop);
        using var third = await RefusedAsync(client, second);
        Assert.Equal(TimeSpan.FromSeconds(5), third.Headers.RetryAfter!.Delta);
        Assert.Equal("application/problem+json", third.Content.Headers.ContentType!.MediaType);
        Assert.False(first.IsCompleted || second.IsCompleted);

        hold.SetResult();
        using var one = await first;
        using var two = await second;
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (one.StatusCode, two.StatusCode));
        using var after = await client.GetAsync("/held", Stop);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    /// <summary>Asks until the second has its place among those who wait, whoever came first.</summary>
    private static async Task<HttpResponseMessage> RefusedAsync(HttpClient client, Task second)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                var answer = await client.GetAsync("/held", limit.Token);
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                return answer;
            }
            catch (OperationCanceledException)
            {
                Assert.False(second.IsCompleted); // it came before the second, waited, and went: its place is the second's
            }
        }
        throw new InvalidOperationException("nobody was refused");
    }
}
