using System.Security.Cryptography;
using System.Text.Json;

namespace CllClip.Engine;

/// <summary>SHA-256, by which a file or a record is known to be what was written.</summary>
internal static class Checksum
{
    /// <summary>Of a file's bytes.</summary>
    /// <exception cref="EngineException">It cannot be read.</exception>
    public static string OfFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be read: {e.Message} Restore the folder from a copy.", e);
        }
    }

    /// <summary>Of a record as it is written; a record that holds its own checksum is given with an empty one.</summary>
    /// <exception cref="JsonException">It holds a number that JSON does not write: one beyond what a double holds is read as infinite.</exception>
    public static string OfJson<T>(T record, JsonSerializerOptions json)
    {
        try
        {
            return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(record, json)));
        }
        catch (ArgumentException e)
        {
            throw new JsonException("a number in it is too large", e);
        }
    }
}
