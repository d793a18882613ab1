using CllClip.Engine;

namespace CllClip.Portal.Storage;

/// <summary>The portal's database cannot be used; the message names the file and the remedy.</summary>
public sealed class DatabaseException(string message, Exception? cause = null) : EngineException(message, cause!);
