using Microsoft.AspNetCore.Components.Authorization;

namespace CllClip.Portal.Access;

/// <summary>Who the person at a page is; for components (one per circuit), which ask it what to show. What acts goes through <see cref="Door"/>.</summary>
public interface IAccess
{
    Caller Caller { get; }

    /// <summary>Whether the person may.</summary>
    bool May(Act act) => Caller.May(act);
}

/// <summary>The caller of the circuit is the caller of the request that opened its connection.</summary>
internal sealed class CircuitAccess(AuthenticationStateProvider caller, AccessGate gate) : IAccess
{
    public Caller Caller
    {
        get
        {
            var known = State() is { IsCompletedSuccessfully: true } state ? Caller.Of(state.Result.User) : gate.Unproven("");
            return gate.TokenNeeded ? known : gate.Unproven(known.Address);
        }
    }

    private Task<AuthenticationState>? State()
    {
        try
        {
            return caller.GetAuthenticationStateAsync();
        }
        catch (InvalidOperationException) // nobody has come yet
        {
            return null;
        }
    }
}
