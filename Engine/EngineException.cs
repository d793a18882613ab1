namespace CllClip.Engine;

/// <summary>An error that a person can mend: the message names the thing and the remedy, and is shown as it stands.</summary>
public class EngineException : Exception
{
    /// <summary>Creates the error with what is wrong and what to do about it.</summary>
    public EngineException(string message)
        : base(message) { }

    /// <summary>Creates the error with its cause.</summary>
    public EngineException(string message, Exception cause)
        : base(message, cause) { }
}
