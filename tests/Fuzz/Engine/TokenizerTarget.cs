using CllClip.Engine.Tests.Model;
using CllClip.Engine.Tokenizer;

namespace CllClip.Fuzz.Engine;

/// <summary>The readers of <c>vocab.json</c>, <c>merges.txt</c> and <c>tokenizer.json</c>; a tokenizer that they take must encode.</summary>
internal sealed class TokenizerTarget : IFuzzTarget
{
    private const string Text = "A cat's 2 Ünïcode 猫 🙂 <|endoftext|> caca";
    private static readonly string[] _files = [VocabularyFiles.VocabFile, VocabularyFiles.MergesFile];
    private readonly FuzzFolder _pair = new();
    private readonly FuzzFolder _single = new();
    private readonly Dictionary<string, byte[]> _good = [];

    public TokenizerTarget()
    {
        var vocabulary = new TinyClip(_pair.Path).Vocabulary;
        vocabulary.Save(_pair.Path);
        TokenizerJson.Write(_single.Path, vocabulary, WordSplitter.Clip);
        foreach (var file in _files)
        {
            _good[file] = File.ReadAllBytes(_pair.At(file));
        }
        Samples =
        [
            .. _good.Select(g => new FuzzInput(g.Key, g.Value)),
            new FuzzInput(VocabularyFiles.MergesFile, "#version: 0.2\r\nc a\r\nca t</w>\r\n"u8.ToArray()),
            new FuzzInput(
                VocabularyFiles.VocabFile,
                """{"<|startoftext|>":1,"<|endoftext|>":0,"a":2,"a</w>":3,"c":4,"ca":5,"t</w>":6,"cat</w>":7}"""u8.ToArray()
            ),
            new FuzzInput(TokenizerJson.FileName, File.ReadAllBytes(_single.At(TokenizerJson.FileName))),
            new FuzzInput(
                TokenizerJson.FileName,
                """{"added_tokens":[{"id":0,"content":"<|startoftext|>"},{"id":1,"content":"<|endoftext|>"}],"pre_tokenizer":{"type":"ByteLevel"},"model":{"type":"BPE","end_of_word_suffix":"</w>","vocab":{"a":2,"b</w>":3,"ab</w>":4},"merges":["a b</w>"]}}"""u8.ToArray()
            ),
        ];
    }

    /// <inheritdoc/>
    public string Name => "tokenizer";

    /// <inheritdoc/>
    public IReadOnlyList<FuzzInput> Samples { get; }

    /// <inheritdoc/>
    public long MostAllocated => 256 << 20; // a hundred times what a vocabulary of 1 MiB takes would be seen

    /// <inheritdoc/>
    public IReadOnlyList<string> Words { get; } =
    [
        "</w>",
        "<|startoftext|>",
        "<|endoftext|>",
        "\"merges\":",
        "\"vocab\":",
        "\"added_tokens\":",
        "#version",
        "\\ud800",
        "\uFEFF",
        " ",
        "ca t</w>\n",
        "16777215",
    ];

    /// <inheritdoc/>
    public string? Read(FuzzInput input)
    {
        var folder = input.Kind == TokenizerJson.FileName ? _single : _pair;
        var path = folder.Write(input.Kind, input.Bytes);
        try
        {
            return FuzzFolder.Refusal(
                () =>
                {
                    if (Vocabulary.LoadIfThere(folder.Path) is not { } vocabulary)
                    {
                        throw new FuzzFault("the file was not seen");
                    }
                    if (vocabulary.Find("<|startoftext|>") is null || vocabulary.Find("<|endoftext|>") is null)
                    {
                        return; // ClipModel refuses it; see the models
                    }
                    var ids = new ClipTokenizer(vocabulary).Encode(Text);
                    if (ids.Any(id => id < 0 || id >= vocabulary.Count))
                    {
                        throw new FuzzFault("an id is outside the vocabulary");
                    }
                },
                null // a pair that does not fit is told of as a pair
            );
        }
        finally
        {
            if (_good.TryGetValue(input.Kind, out var good))
            {
                File.WriteAllBytes(path, good);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pair.Dispose();
        _single.Dispose();
    }
}
