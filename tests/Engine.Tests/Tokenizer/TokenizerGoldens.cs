using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Tokenizer;
using Xunit;

namespace CllClip.Engine.Tests.Tokenizer;

[Trait("Category", "Golden")]
public class TokenizerGoldens
{
    private static readonly ConcurrentDictionary<string, ClipTokenizer> Tokenizers = new();

    public static TheoryData<string> Cases => Fixtures.Cases("tokenizer");

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_tokenizer_equals_the_reference(string name)
    {
        using var golden = Fixtures.Load("tokenizer", name);
        var kind = golden.Json.GetProperty("kind").GetString();
        switch (kind)
        {
            case "encode":
                Encode(golden);
                break;
            case "steps":
                Steps(golden);
                break;
            case "decode":
                Decode(golden);
                break;
            case "batch":
                Batch(golden);
                break;
            case "classes":
                Classes(golden.Json);
                break;
            default:
                Assert.Skip($"kind '{kind}' is not this test's");
                break;
        }
    }

    private static ClipTokenizer TokenizerOf(GoldenCase golden) =>
        Tokenizers.GetOrAdd(
            Path.GetFullPath(golden.PathOf(golden.Json.GetProperty("vocab").GetString()!)),
            static folder => new ClipTokenizer(Vocabulary.Load(folder))
        );

    private static void Encode(GoldenCase golden)
    {
        var tokenizer = TokenizerOf(golden);
        var maxLength = golden.Json.GetProperty("max_length").GetInt32();
        foreach (var item in golden.Json.GetProperty("items").EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            var ids = Ints(item.GetProperty("ids"));
            Assert.Equal(ids, tokenizer.Encode(text));
            Assert.Equal(Ints(item.GetProperty("ids_cut")), tokenizer.Encode(text, maxLength));
            Assert.Equal(ids[1..^1], tokenizer.Pieces(text));
        }
    }

    private static void Steps(GoldenCase golden)
    {
        var tokenizer = TokenizerOf(golden);
        foreach (var item in golden.Json.GetProperty("items").EnumerateArray())
        {
            var steps = tokenizer.Steps(item.GetProperty("text").GetString()!);
            Assert.Equal(item.GetProperty("normalised").GetString(), steps.Normalised);
            Assert.Equal(Strings(item.GetProperty("words")), steps.Words);
            Assert.Equal(Strings(item.GetProperty("pre_tokens")), steps.PreTokens);
            Assert.Equal(Strings(item.GetProperty("tokens")), steps.Pieces);
        }
    }

    private static void Decode(GoldenCase golden)
    {
        var tokenizer = TokenizerOf(golden);
        foreach (var item in golden.Json.GetProperty("items").EnumerateArray())
        {
            var ids = Ints(item.GetProperty("ids"));
            Assert.Equal(item.GetProperty("text").GetString(), tokenizer.Decode(ids));
            Assert.Equal(item.GetProperty("with_special").GetString(), tokenizer.Decode(ids, skipSpecial: false));
        }
    }

    private static void Batch(GoldenCase golden)
    {
        var batch = TokenBatch.Build(
            TokenizerOf(golden),
            Strings(golden.Json.GetProperty("texts")),
            golden.Json.GetProperty("max_length").GetInt32()
        );
        var (ids, shape) = Int64s(golden, "out.input_ids");
        Assert.Equal<int>(shape, new[] { batch.Count, batch.Length });
        Assert.Equal(ids, batch.InputIds);
        Assert.Equal(Int64s(golden, "out.attention_mask").Values, batch.AttentionMask);
    }

    /// <summary>Every code point; those that this runtime calls unassigned may differ (another Unicode version), and no others.</summary>
    private static void Classes(JsonElement json)
    {
        var want = new Dictionary<int, CharacterClass>();
        AddRuns(json.GetProperty("letter"), CharacterClass.Letter);
        AddRuns(json.GetProperty("number"), CharacterClass.Number);
        AddRuns(json.GetProperty("white_space"), CharacterClass.WhiteSpace);
        var lower = json.GetProperty("lower").EnumerateArray().ToDictionary(e => e[0].GetInt32(), e => e[1].GetString()!);
        var nfc = json.GetProperty("nfc").EnumerateArray().ToDictionary(e => e[0].GetInt32(), e => e[1].GetString()!);
        var normalizer = new TextNormalizer();
        var wrong = new List<string>();
        for (var codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            if (!Rune.TryCreate(codePoint, out var rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherNotAssigned)
                continue;
            if (CharacterTable.ClassOf(rune) != want.GetValueOrDefault(codePoint))
                wrong.Add($"U+{codePoint:X4} class {CharacterTable.ClassOf(rune)}");
            var composed = nfc.GetValueOrDefault(codePoint, rune.ToString());
            var expected = string.Concat(composed.EnumerateRunes().Select(r => lower.GetValueOrDefault(r.Value, r.ToString())));
            if (CharacterTable.ClassOf(rune) != CharacterClass.WhiteSpace && !normalizer.Normalize(rune.ToString()).SequenceEqual(expected))
                wrong.Add($"U+{codePoint:X4} becomes '{normalizer.Normalize(rune.ToString())}', not '{expected}'");
        }
        Assert.Empty(wrong);

        void AddRuns(JsonElement runs, CharacterClass kind)
        {
            foreach (var run in runs.EnumerateArray())
            {
                for (var codePoint = run[0].GetInt32(); codePoint <= run[1].GetInt32(); codePoint++)
                    want[codePoint] = kind;
            }
        }
    }

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];

    private static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetString()!)];

    /// <summary>An I64 tensor, read plainly so that this test needs nothing of the engine's reader.</summary>
    private static (long[] Values, int[] Shape) Int64s(GoldenCase golden, string name)
    {
        var file = File.ReadAllBytes(golden.PathOf("tensors.safetensors"));
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using var header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        var entry = header.RootElement.GetProperty(name);
        var offsets = Ints(entry.GetProperty("data_offsets"));
        var values = new long[(offsets[1] - offsets[0]) / sizeof(long)];
        for (var i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(8 + headerLength + offsets[0] + i * sizeof(long)));
        return (values, Ints(entry.GetProperty("shape")));
    }
}
