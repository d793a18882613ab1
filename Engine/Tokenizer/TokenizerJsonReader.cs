using System.Text.Json;
using CllClip.Engine.Model;

namespace CllClip.Engine.Tokenizer;

/// <summary>Reads tokens and merges out of a <c>tokenizer.json</c>, where that is all of CLIP's tokenizer that a folder has.</summary>
internal static class TokenizerJsonReader
{
    private const int LargestFile = 1 << 30; // a vocabulary grown by 36 languages takes some 50 MB
    private const string Remedy =
        "A base model needs CLIP's own: byte-level BPE with \"</w>\" at the end of a word. Choose a checkpoint of the CLIPModel family.";

    /// <exception cref="EngineException">The file is broken, or of a tokenizer that is not CLIP's.</exception>
    public static Vocabulary Read(string path)
    {
        using var document = ConfigJson.Open(path, LargestFile);
        try
        {
            var root = document.RootElement;
            var model = Member(root, "model");
            Check(path, root, model);
            var tokens = VocabularyFiles.InIdOrder(path, Tokens(path, root, model));
            return Vocabulary.From(tokens, Merges(model));
        }
        catch (EngineException e) when (!e.Message.Contains(path, StringComparison.Ordinal))
        {
            throw Broken(path, e.Message.TrimEnd('.'), e);
        }
        catch (InvalidOperationException e) // another kind of value than expected, or an escape that is half a character
        {
            throw Broken(path, e.Message.TrimEnd('.'), e);
        }
    }

    private static void Check(string path, JsonElement root, JsonElement? model)
    {
        string Text(string name) => Member(model, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";
        var type = Text("type");
        // older files leave the type out where it is BPE
        if (type is not ("BPE" or "") || Member(model, "vocab") is null || Member(model, "merges") is null)
        {
            throw new EngineException($"{path} is of a tokenizer of type \"{type}\". {Remedy}");
        }
        if (Text("end_of_word_suffix") != SpecialTokens.EndOfWord)
        {
            throw new EngineException($"{path} is of a BPE tokenizer without \"{SpecialTokens.EndOfWord}\" at the end of a word. {Remedy}");
        }
        if (Member(root, "pre_tokenizer") is not { } words || !words.GetRawText().Contains("ByteLevel", StringComparison.Ordinal))
        {
            throw new EngineException($"{path} is of a BPE tokenizer that does not work on bytes. {Remedy}");
        }
    }

    private static Dictionary<int, string> Tokens(string path, JsonElement root, JsonElement? model)
    {
        var found = new Dictionary<int, string>();
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        void Add(string token, JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var id) || id is < 0 or >= VocabularyFiles.MostTokens)
            {
                throw Broken(path, $"the token '{token}' has an id that is no whole number from 0 to {VocabularyFiles.MostTokens - 1}");
            }
            if (ids.TryGetValue(token, out var before) && before == id)
            {
                return; // an added token usually stands among the others as well
            }
            if (!ids.TryAdd(token, id))
            {
                throw Broken(path, $"the token '{token}' has two ids, {before} and {id}");
            }
            if (!found.TryAdd(id, token))
            {
                throw Broken(path, $"the id {id} is given to both '{found[id]}' and '{token}'");
            }
        }
        foreach (var token in Member(model, "vocab")!.Value.EnumerateObject())
        {
            Add(token.Name, token.Value);
        }
        if (Member(root, "added_tokens") is { } added)
        {
            foreach (var token in added.EnumerateArray())
            {
                var content = Member(token, "content") ?? throw Broken(path, "an added token has no \"content\"");
                Add(content.GetString() ?? "", Member(token, "id") ?? throw Broken(path, "an added token has no \"id\""));
            }
        }
        return found;
    }

    /// <summary>Each as <c>"left right"</c>, or as a pair, as newer versions write it.</summary>
    private static IEnumerable<(string Left, string Right)> Merges(JsonElement? model) =>
        Member(model, "merges")!
            .Value.EnumerateArray()
            .Select(m =>
                m.ValueKind != JsonValueKind.Array ? VocabularyDelta.ParseMerge(m.GetString() ?? "")
                : m.GetArrayLength() == 2 ? (m[0].GetString() ?? "", m[1].GetString() ?? "")
                : throw new EngineException($"The merge {m.GetRawText()} does not consist of two tokens.")
            );

    private static JsonElement? Member(JsonElement? of, string name) =>
        of is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private static EngineException Broken(string path, string fault, Exception? cause = null) =>
        new($"{path} is broken: {fault}. Copy the file anew from where it came.", cause!);
}
