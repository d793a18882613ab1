using CllClip.Engine;

namespace CllClip.Portal.Jobs;

/// <summary>The disk has no room for what a run is expected to write: it pauses until there is.</summary>
/// <param name="message">What is needed and what is free.</param>
/// <param name="needed">Bytes that the run still needs, beside the reserve.</param>
internal sealed class NoRoomException(string message, long needed) : EngineException(message)
{
    /// <summary>Bytes that the run still needs, beside the reserve.</summary>
    public long Needed => needed;
}
