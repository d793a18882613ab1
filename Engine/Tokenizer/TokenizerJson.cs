using System.Text.Encodings.Web;
using System.Text.Json;

namespace CllClip.Engine.Tokenizer;

/// <summary>Writes <c>tokenizer.json</c>, the file of Hugging Face's <c>tokenizers</c>: CLIP's normaliser, words, byte alphabet and merges over a vocabulary.</summary>
/// <remarks>The form that transformers' own converter of CLIP's slow tokenizer gives. The ids are those of <see cref="ClipTokenizer"/>.</remarks>
public static class TokenizerJson
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "tokenizer.json";

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <exception cref="EngineException">The disk refused.</exception>
    public static void Write(string folder, Vocabulary vocabulary, WordSplitter splitter)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(splitter);
        AtomicFile.Write(Path.Combine(folder, FileName), stream => Write(stream, vocabulary, splitter));
    }

    private static void Write(Stream stream, Vocabulary vocabulary, WordSplitter splitter)
    {
        using var json = new Utf8JsonWriter(
            stream,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true }
        );
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        foreach (var id in new[] { vocabulary.StartId, vocabulary.EndId }.Order())
        {
            JsonSerializer.Serialize(
                json,
                new
                {
                    id,
                    content = vocabulary.Tokens[id],
                    single_word = false,
                    lstrip = false,
                    rstrip = false,
                    normalized = false,
                    special = true,
                }
            );
        }
        json.WriteEndArray();
        Property(
            json,
            "normalizer",
            new
            {
                type = "Sequence",
                normalizers = new object[]
                {
                    new { type = "NFC" },
                    new
                    {
                        type = "Replace",
                        pattern = new { Regex = @"\s+" },
                        content = " ",
                    },
                    new { type = "Lowercase" },
                },
            }
        );
        Property(
            json,
            "pre_tokenizer",
            new
            {
                type = "Sequence",
                pretokenizers = new object[]
                {
                    new
                    {
                        type = "Split",
                        pattern = new { Regex = splitter.Expression },
                        behavior = "Removed",
                        invert = true,
                    },
                    new
                    {
                        type = "ByteLevel",
                        add_prefix_space = false,
                        trim_offsets = true,
                        use_regex = splitter == WordSplitter.Clip, // a second cut, at marks, that changes nothing for CLIP's words
                    },
                },
            }
        );
        Property(
            json,
            "post_processor",
            new
            {
                type = "RobertaProcessing",
                sep = new object[] { SpecialTokens.End, vocabulary.EndId },
                cls = new object[] { SpecialTokens.Start, vocabulary.StartId },
                trim_offsets = false,
                add_prefix_space = false,
            }
        );
        Property(
            json,
            "decoder",
            new
            {
                type = "ByteLevel",
                add_prefix_space = true,
                trim_offsets = true,
                use_regex = true,
            }
        );
        WriteModel(json, vocabulary);
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, Vocabulary vocabulary)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteString("unk_token", SpecialTokens.End);
        json.WriteString("continuing_subword_prefix", "");
        json.WriteString("end_of_word_suffix", SpecialTokens.EndOfWord);
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", false);
        json.WriteStartObject("vocab");
        for (var id = 0; id < vocabulary.Count; id++)
        {
            json.WriteNumber(vocabulary.Tokens[id], id);
        }
        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var (left, right) in vocabulary.Merges)
        {
            json.WriteStringValue($"{left} {right}"); // the form that older versions read as well; no token holds a space
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Property(Utf8JsonWriter json, string name, object value)
    {
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, value);
    }
}
