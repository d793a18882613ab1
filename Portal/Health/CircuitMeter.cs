using Microsoft.AspNetCore.Components.Server.Circuits;

namespace CllClip.Portal.Health;

/// <summary>Counts the open pages: circuits, and those whose browser is connected at the moment.</summary>
public sealed class CircuitMeter
{
    private int _open;
    private int _connected;

    /// <summary>Circuits that are kept, those that wait for their browser to come back among them.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Circuits with a connection.</summary>
    public int Connected => Volatile.Read(ref _connected);

    /// <summary>Tells the meter of one circuit; the framework makes one for each.</summary>
    internal sealed class Handler(CircuitMeter meter) : CircuitHandler
    {
        public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken) => Count(ref meter._open, 1);

        public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken) => Count(ref meter._open, -1);

        public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken) => Count(ref meter._connected, 1);

        public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken) => Count(ref meter._connected, -1);

        private static Task Count(ref int number, int by)
        {
            Interlocked.Add(ref number, by);
            return Task.CompletedTask;
        }
    }
}
