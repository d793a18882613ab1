using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CllClip.Engine.Tokenizer;

/// <summary>Reads and writes <c>vocab.json</c> and <c>merges.txt</c>.</summary>
internal static class VocabularyFiles
{
    public const string VocabFile = "vocab.json";
    public const string MergesFile = "merges.txt";
    private const string VersionLine = "#version: 0.2";
    internal const int MostTokens = 1 << 24; // an id beyond is a broken file, not a vocabulary

    /// <summary>The tokens of a vocab.json in id order.</summary>
    public static string[] ReadTokens(string path)
    {
        var json = ReadBytes(path);
        var found = new Dictionary<int, string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Broken(path, 1, "is no JSON object of token -> id");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var token = reader.GetString()!;
                var at = reader.TokenStartIndex; // its line is counted only where it is wrong
                reader.Read();
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var id) || id is < 0 or >= MostTokens)
                    throw Broken(
                        path,
                        LineOf(json, at),
                        $"gives the token '{token}' an id that is no whole number from 0 to {MostTokens - 1}"
                    );
                if (!seen.Add(token))
                    throw Broken(path, LineOf(json, at), $"holds the token '{token}' twice");
                if (!found.TryAdd(id, token))
                    throw Broken(path, LineOf(json, at), $"gives the id {id} to both '{found[id]}' and '{token}'");
            }
            reader.Read(); // anything after the object is an error of the reader
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new EngineException(
                Message(path, ((e as JsonException)?.LineNumber ?? 0) + 1, $"is no valid JSON ({e.Message.TrimEnd('.')})"),
                e
            );
        }
        return InIdOrder(path, found);
    }

    /// <summary>Reads the merges of a merges.txt into a store that has the tokens.</summary>
    public static void ReadMerges(string path, VocabularyStore store)
    {
        var lines = Encoding.UTF8.GetString(ReadBytes(path)).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd('\r');
            if (line.StartsWith("#version", StringComparison.Ordinal) || (line.Length == 0 && i == lines.Length - 1))
                continue;
            (string Left, string Right) merge;
            try
            {
                merge = VocabularyDelta.ParseMerge(line);
            }
            catch (EngineException e)
            {
                throw new EngineException(Message(path, i + 1, $"is broken: {e.Message.TrimEnd('.')}"), e);
            }
            if (store.AddMerge(merge) is { } fault)
                throw Broken(path, i + 1, $"is broken: merge {fault}");
        }
    }

    /// <summary>Writes both files, each whole or not at all.</summary>
    /// <exception cref="EngineException">The disk refused.</exception>
    public static void Write(string folder, Vocabulary vocabulary)
    {
        AtomicFile.Write(Path.Combine(folder, VocabFile), stream => WriteTokens(stream, vocabulary));
        AtomicFile.WriteText(
            Path.Combine(folder, MergesFile),
            VersionLine + "\n" + string.Concat(vocabulary.Merges.Select(m => $"{m.Left} {m.Right}\n"))
        );
    }

    private static void WriteTokens(Stream stream, Vocabulary vocabulary)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        for (var id = 0; id < vocabulary.Count; id++)
            writer.WriteNumber(vocabulary.Tokens[id], id);
        writer.WriteEndObject();
    }

    /// <summary>The tokens by their ids, which must run from 0 without a hole.</summary>
    internal static string[] InIdOrder(string path, Dictionary<int, string> found)
    {
        var tokens = new string[found.Count];
        for (var id = 0; id < tokens.Length; id++)
        {
            tokens[id] =
                found.GetValueOrDefault(id)
                ?? throw new EngineException(
                    $"'{path}' has no token with the id {id} but some above it; ids must run from 0 without a hole. Copy the file anew."
                );
        }
        return tokens;
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            return bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes[3..] : bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(
                $"The tokenizer file '{path}' cannot be read: {e.Message} The folder needs {VocabFile} and {MergesFile}.",
                e
            );
        }
    }

    private static int LineOf(byte[] json, long position) => 1 + json.AsSpan(0, (int)position).Count((byte)'\n');

    private static EngineException Broken(string path, long line, string fault) => new(Message(path, line, fault));

    private static string Message(string path, long line, string fault) =>
        $"'{path}', line {line}, {fault}. Copy the file anew from where it came.";
}
