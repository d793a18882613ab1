using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using Microsoft.AspNetCore.SignalR;

namespace CllClip.Portal.Hubs;

/// <summary>
/// Runs as they go on, at <c>/hubs/runs</c>. The server sends <c>state</c>, <c>score</c>, <c>log</c> (each once, in order, none left out) and <c>progress</c>
/// (the latest wins, at most ten a second a run).
/// </summary>
public sealed class RunsHub(RunFeed feed, RunQueries queries, IHubContext<RunsHub> hub, TimeProvider time, HubMeter meter) : Hub
{
    private const string Item = "watch";

    /// <summary>Follows one run: its state now, all its scores and log lines so far, its progress, then what follows.</summary>
    public Task Watch(string runId) => WatchOfThis.WatchAsync(runId, Context.ConnectionAborted);

    /// <summary>Ends <see cref="Watch"/> of one run.</summary>
    public Task Unwatch(string runId) => WatchOfThis.UnwatchAsync(runId, Context.ConnectionAborted);

    /// <summary>Follows all runs, also those to come: the state of each, the scores and log of those that are not at rest or came to rest just now, then what follows.</summary>
    public Task WatchAll() => WatchOfThis.WatchAllAsync(Context.ConnectionAborted);

    public override Task OnConnectedAsync()
    {
        meter.Enter();
        var connection = Context;
        connection.Items[Item] = new RunWatch(feed, queries, hub.Clients.Client(connection.ConnectionId), time, connection.Abort);
        return base.OnConnectedAsync();
    }

    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        meter.Leave();
        await WatchOfThis.DisposeAsync();
        await base.OnDisconnectedAsync(exception);
    }

    private RunWatch WatchOfThis => (RunWatch)Context.Items[Item]!;
}

/// <summary>Counts the connections of the hub.</summary>
public sealed class HubMeter
{
    private int _connections;

    public int Connections => Volatile.Read(ref _connections);

    internal void Enter() => Interlocked.Increment(ref _connections);

    internal void Leave() => Interlocked.Decrement(ref _connections);
}
