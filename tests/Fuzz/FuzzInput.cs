namespace CllClip.Fuzz;

/// <summary>What one case gives to a reader.</summary>
/// <param name="Kind">Which of the target's readers or files it is for.</param>
/// <param name="Bytes">The content.</param>
internal sealed record FuzzInput(string Kind, byte[] Bytes);
