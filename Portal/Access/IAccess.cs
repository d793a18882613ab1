using Microsoft.AspNetCore.Components.Authorization;

namespace CllClip.Portal.Access;

/// <summary>What the person at a page may do; for components (one per circuit).</summary>
public interface IAccess
{
    /// <summary>Whether runs may be launched, stopped, deleted, and things added. Every interactive action asks before it acts.</summary>
    bool MayChange { get; }
}

/// <summary>The caller of the circuit is the caller of the request that opened its connection.</summary>
internal sealed class CircuitAccess(AuthenticationStateProvider caller, AccessGate gate) : IAccess
{
    public bool MayChange =>
        !gate.TokenNeeded
        || (caller.GetAuthenticationStateAsync() is { IsCompletedSuccessfully: true } state && gate.MayChange(state.Result.User));
}
