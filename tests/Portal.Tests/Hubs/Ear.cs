using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Xunit;

namespace CllClip.Portal.Tests.Hubs;

/// <summary>A client of the hub that keeps what it hears, as it came over the wire.</summary>
internal sealed class Ear : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Lock _lock = new();
    private readonly List<(string Kind, JsonElement Message)> _heard = [];

    public Ear(Uri address, Action<Microsoft.AspNetCore.Http.Connections.Client.HttpConnectionOptions>? options = null)
    {
        Hub = new HubConnectionBuilder().WithUrl(new Uri(address, "/hubs/runs"), o => options?.Invoke(o)).Build();
        foreach (var kind in new[] { "state", "score", "log", "progress" })
        {
            Hub.On<JsonElement>(
                kind,
                message =>
                {
                    lock (_lock)
                    {
                        _heard.Add((kind, message));
                    }
                }
            );
        }
    }

    public HubConnection Hub { get; }

    public IReadOnlyList<JsonElement> All => Select(_ => true);

    public IReadOnlyList<JsonElement> States => Select(k => k == "state");

    public IReadOnlyList<JsonElement> Scores => Select(k => k == "score");

    public IReadOnlyList<JsonElement> Lines => Select(k => k == "log");

    public IReadOnlyList<JsonElement> Progress => Select(k => k == "progress");

    public static async Task<Ear> ConnectAsync(
        PortalHost portal,
        Action<Microsoft.AspNetCore.Http.Connections.Client.HttpConnectionOptions>? options = null
    )
    {
        var ear = new Ear(portal.Address, options);
        await ear.Hub.StartAsync(TestContext.Current.CancellationToken);
        return ear;
    }

    /// <summary>Messages of one kind about one run.</summary>
    public IReadOnlyList<JsonElement> Of(string kind, string runId) =>
        [.. Select(k => k == kind).Where(m => m.GetProperty("runId").GetString() == runId)];

    /// <summary>Waits until what was heard fulfils a condition.</summary>
    public async Task UntilAsync(Func<Ear, bool> condition)
    {
        var end = DateTime.UtcNow + Patience;
        while (!condition(this))
        {
            Assert.True(DateTime.UtcNow < end, $"Heard only: {string.Join("\n", All.TakeLast(20))}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync() => Hub.DisposeAsync();

    private List<JsonElement> Select(Func<string, bool> kind)
    {
        lock (_lock)
        {
            return [.. _heard.Where(h => kind(h.Kind)).Select(h => h.Message)];
        }
    }
}
