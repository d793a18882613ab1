using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CllClip.Portal.Tests.Features.Webhooks;

/// <summary>A server on a free loopback port that keeps what it is told and answers as a test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    /// <summary>What came, in order.</summary>
    public ConcurrentQueue<Message> Came { get; } = new();

    /// <summary>Makes the answer's status; given the number of messages so far.</summary>
    public Func<int, Task<int>> Answer { get; set; } = _ => Task.FromResult(204);

    public string Url => _app.Urls.First() + "/hook?key=1";

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Waits until so many messages have come.</summary>
    public async Task<IReadOnlyList<Message>> WaitAsync(int count, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (Came.Count < count)
        {
            await Task.Delay(20, patience.Token);
        }
        return [.. Came];
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        Came.Enqueue(new Message(context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString()), body));
        var status = await Answer(Came.Count);
        context.Response.StatusCode = status;
        if (status is >= 300 and < 400)
        {
            context.Response.Headers.Location = "/elsewhere";
        }
    }
}

/// <summary>A message as it came.</summary>
internal sealed record Message(IReadOnlyDictionary<string, string> Headers, string Body);
