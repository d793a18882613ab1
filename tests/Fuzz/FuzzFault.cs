namespace CllClip.Fuzz;

/// <summary>A reader did what it must not; the message says what.</summary>
internal sealed class FuzzFault(string message, Exception? cause = null) : Exception(message, cause);
