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
        var both = new[] { client.GetAsync("/held", Stop), client.GetAsync("/held", Stop) };
        var refused = await Task.WhenAny(both); // whichever came later
        var waits = both.Single(r => r != refused);
        using var told = await refused;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, told.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), told.Headers.RetryAfter!.Delta);
        Assert.Equal("application/problem+json", told.Content.Headers.ContentType!.MediaType);
        Assert.False(first.IsCompleted || waits.IsCompleted);

        hold.SetResult();
        using var one = await first;
        using var two = await waits;
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (one.StatusCode, two.StatusCode));
        using var after = await client.GetAsync("/held", Stop);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }
}
