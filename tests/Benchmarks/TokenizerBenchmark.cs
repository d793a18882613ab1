using System.Text.Json;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Tokenizer;
using static CllClip.Benchmarks.Measure;

namespace CllClip.Benchmarks;

/// <summary>BPE training and encoding beside Hugging Face's Rust tokenizers (npm package, own process, one thread), same texts, same vocabulary.</summary>
/// <remarks>
/// The binding's <c>train(files)</c> takes no options: vocabulary 30,000, no special tokens, no <c>&lt;/w&gt;</c>. Both sides train so, and the tokens are compared.
/// A vocabulary of 10,000 is a beginning of it: the share of the time until 10,000 tokens is read off the binding's progress bar.
/// Encoding uses a CLIP vocabulary trained here on the texts to be encoded; all ids are compared. Figures are processor time, medians after a round of warm-up.
/// </remarks>
internal sealed class TokenizerBenchmark : IBenchmark
{
    private const string Generated = "zipf";
    private const string Languages = "languages";
    private const int GeneratedCaptions = 500_000;
    private const int Paper = 10_000; // tokens
    private static readonly BpeTrainingOptions BindingOptions = new()
    {
        VocabularySize = 30_000,
        SpecialTokens = [],
        EndOfWordSuffix = "",
    };

    public string Verb => "tokenizer";

    public string Summary =>
        $"[corpus.txt | {Generated} DATASET [ROUNDS] | {Languages} DATASET [ROUNDS]]: BPE training and encoding beside Hugging Face's Rust tokenizers (targets: 2; {Generated}, 500,000 captions: training 1.5, encoding 1)";

    public int Run(string[] args)
    {
        var repository = RepositoryRoot();
        var rust = new RustTokenizers(Path.Combine(repository, "tests", "Benchmarks", "tokenizers-side-by-side"));
        if (!rust.Installed)
        {
            Console.Error.WriteLine(
                "The Rust tokenizers are not installed: run 'npm ci' in tests/Benchmarks/tokenizers-side-by-side first."
            );
            return 2;
        }
        var work = Directory.CreateTempSubdirectory("cllclip-tokenizer-").FullName;
        try
        {
            if (args is [Languages, var prepared, ..])
            {
                var emoji = Emoji36Dataset.Open(prepared);
                string[] texts = [.. emoji.Languages.SelectMany(emoji.TrainingTexts)];
                return Compare(rust, work, texts, texts, Whole(args, 2, 3), trainingTarget: 1.5, encodingTarget: 1);
            }
            if (args is [Generated, var dataset, ..])
            {
                var emoji = Emoji36Dataset.Open(dataset);
                string[] texts = [.. emoji.Languages.SelectMany(emoji.TrainingTexts)];
                return Compare(
                    rust,
                    work,
                    ZipfCaptions.Make(emoji, GeneratedCaptions),
                    texts,
                    Whole(args, 2, 3),
                    trainingTarget: 1.5,
                    encodingTarget: 1
                );
            }
            var corpus = args.Length > 0 ? File.ReadAllLines(args[0]) : DefaultTexts(repository);
            return Compare(rust, work, corpus, corpus, rounds: 5, trainingTarget: 2, encodingTarget: 2);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Trains on one list of texts and encodes another.</summary>
    private static int Compare(
        RustTokenizers rust,
        string work,
        string[] corpus,
        string[] texts,
        int rounds,
        double trainingTarget,
        double encodingTarget
    )
    {
        var (corpusFile, textFile) = (Write(work, "corpus.txt", corpus), Write(work, "texts.txt", texts));
        Line(
            $"training: {corpus.Length:N0} texts, {new FileInfo(corpusFile).Length / 1e6:F1} MB, {ZipfCaptions.Words(corpus):N0} distinct words; encoding: {texts.Length:N0} texts, {new FileInfo(textFile).Length / 1e6:F1} MB; medians of {rounds} rounds after a warm-up"
        );
        var trained = BpeTrainer.Train(corpus, BindingOptions);
        Vocabulary small = null!;
        double[] Train(BpeTrainingOptions options) =>
            [.. Enumerable.Range(0, rounds).Select(_ => Quiet(() => small = BpeTrainer.Train(corpus, options)))];
        // A B A: this, Rust, this again, so that a machine that grows busier or quieter favours neither
        var (first, paperFirst) = (Train(BindingOptions), Train(BindingOptions with { VocabularySize = Paper }));
        Vocabulary oracle = null!;
        var oracleTime = Quiet(() => oracle = BpeTrainer.Train(texts, new BpeTrainingOptions { VocabularySize = 200_000 }));
        Line($"oracle vocabulary of the texts (limit 200,000): {oracle.Count:N0} tokens in {oracleTime:F0} ms");
        oracle.Save(work);
        var (cold, warm) = Encode(oracle, texts, rounds);

        using var run = rust.Run(corpusFile, textFile, work, rounds);
        var bar = rust.ShareUntil(corpusFile, Paper);
        var training = first.Concat(Train(BindingOptions)).ToArray();
        var paper = paperFirst.Concat(Train(BindingOptions with { VocabularySize = Paper })).ToArray();
        var (coldAgain, warmAgain) = Encode(oracle, texts, rounds);

        var figures = run.RootElement;
        var sameTokens = figures.GetProperty("tokens").EnumerateArray().Select(e => e.GetString()!).SequenceEqual(trained.Tokens);
        var begins = trained.Tokens.Take(small.Count).SequenceEqual(small.Tokens);
        var sameIds = figures.GetProperty("checksum").GetUInt32() == Checksum(oracle, texts);
        Line(
            $"same {trained.Count:N0} tokens in the same order: {sameTokens}; {small.Count:N0} are a beginning of them: {begins}; same ids: {sameIds}"
        );
        Console.WriteLine($"{"", -28}{"this", 10}{"Rust", 12}{"ratio", 8}");
        var met = Print($"training {BindingOptions.VocabularySize:N0}, ms", training, Numbers(figures, "train"), trainingTarget);
        met &=
            bar is null
            || Print($"training {Paper:N0}, ms", paper, [.. Numbers(figures, "train").Select(t => t * bar.Value)], trainingTarget);
        met &= Print("encoding, empty cache, ms", [.. cold, .. coldAgain], Numbers(figures, "cold"), encodingTarget);
        met &= Print("encoding, full cache, ms", [.. warm, .. warmAgain], Numbers(figures, "warm"), encodingTarget);
        return met && sameTokens && begins && sameIds ? 0 : 1;
    }

    private static string Write(string folder, string name, string[] texts)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, string.Concat(texts.Select(text => text + "\n")));
        return path;
    }

    private static (double[] Cold, double[] Warm) Encode(Vocabulary vocabulary, string[] texts, int rounds)
    {
        double[] cold = new double[rounds],
            warm = new double[rounds];
        for (var round = -1; round < rounds; round++)
        {
            var tokenizer = new ClipTokenizer(vocabulary);
            var first = Quiet(() => EncodeAll(tokenizer, texts));
            var second = Quiet(() => EncodeAll(tokenizer, texts));
            if (round >= 0)
                (cold[round], warm[round]) = (first, second);
        }
        return (cold, warm);
    }

    private static int[][] EncodeAll(ClipTokenizer tokenizer, string[] texts) => [.. texts.Select(text => tokenizer.Encode(text))];

    /// <summary>FNV-1a over all ids, as in side.mjs.</summary>
    private static uint Checksum(Vocabulary vocabulary, string[] texts)
    {
        var hash = 2166136261u;
        foreach (var ids in EncodeAll(new ClipTokenizer(vocabulary), texts))
        {
            foreach (var id in ids)
                hash = unchecked((hash ^ (uint)id) * 16777619u);
        }
        return hash;
    }

    private static double[] Numbers(JsonElement figures, string name) =>
        [.. figures.GetProperty(name).EnumerateArray().Select(e => e.GetDouble())];

    private static bool Print(string what, double[] ours, double[] rust, double target)
    {
        var ratio = Median(ours) / Median(rust);
        Line(
            $"{what, -28}{Median(ours), 10:F0}{Median(rust), 12:F0}{ratio, 8:F2}{(ratio <= target ? "" : "  above the target of ")}{(ratio <= target ? "" : target)}"
        );
        return ratio <= target;
    }

    /// <summary>Processor time of an action that pays for its own garbage only.</summary>
    private static double Quiet(Action action)
    {
        GC.Collect();
        return ProcessorTime(action);
    }

    private static string[] DefaultTexts(string repository)
    {
        var corpora = Path.Combine(repository, "..", "shared", "fixtures", "bpe", "corpora");
        if (!Directory.Exists(corpora))
            corpora = Path.Combine(repository, "tests", "Engine.Tests", "Golden", "bpe", "corpora");
        return [.. Directory.EnumerateFiles(corpora, "*.txt").Order(StringComparer.Ordinal).SelectMany(File.ReadLines)];
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CllClip.Web.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Run the benchmark from a checkout of the repository.");
    }
}
