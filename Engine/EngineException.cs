namespace CllClip.Engine;

/// <summary>An error that a person can mend: the message names the thing and the remedy, and is shown as it stands.</summary>
public class EngineException : Exception
{
    private const int Longest = 4_000; // characters
    private const int KeptOfEnd = 1_000; // the remedy stands there

    /// <summary>Creates the error with what is wrong and what to do about it.</summary>
    public EngineException(string message)
        : base(Short(message)) { }

    /// <summary>Creates the error with its cause.</summary>
    public EngineException(string message, Exception? cause)
        : base(Short(message), cause) { }

    /// <summary>A message may quote a file, and a file may name a thing with a million letters.</summary>
    private static string Short(string message) =>
        message is { Length: > Longest } ? $"{message[..(Longest - KeptOfEnd)]} … {message[^KeptOfEnd..]}" : message;
}
