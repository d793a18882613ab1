using System.Diagnostics;
using System.Text.Json;
using CllClip.Engine.Tokenizer;

namespace CllClip.Benchmarks;

/// <summary>BPE training and encoding beside Hugging Face's Rust tokenizers (npm package, own process, one thread), same texts, same vocabulary.</summary>
/// <remarks>
/// The binding's <c>train(files)</c> takes no options: vocabulary 30,000, no special tokens, no <c>&lt;/w&gt;</c>. Both sides train so, and the tokens are compared.
/// Encoding uses a CLIP vocabulary trained here on the same texts; all ids are compared. Figures are medians after a round of warm-up.
/// </remarks>
internal sealed class TokenizerBenchmark : IBenchmark
{
    private const int Rounds = 5;
    private const double Target = 2.0;
    private static readonly BpeTrainingOptions BindingOptions = new()
    {
        VocabularySize = 30_000,
        SpecialTokens = [],
        EndOfWordSuffix = "",
    };

    public string Verb => "tokenizer";

    public string Summary => "[corpus.txt] BPE training and encoding beside Hugging Face's Rust tokenizers; one text a line";

    public int Run(string[] args)
    {
        var repository = RepositoryRoot();
        var node = Path.Combine(repository, "tests", "Benchmarks", "tokenizers-side-by-side");
        if (!Directory.Exists(Path.Combine(node, "node_modules", "tokenizers")))
        {
            Console.Error.WriteLine(
                "The Rust tokenizers are not installed: run 'npm ci' in tests/Benchmarks/tokenizers-side-by-side first."
            );
            return 2;
        }
        var work = Directory.CreateTempSubdirectory("cllclip-tokenizer-").FullName;
        try
        {
            return Compare(node, work, args.Length > 0 ? File.ReadAllLines(args[0]) : DefaultTexts(repository));
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static int Compare(string node, string work, string[] texts)
    {
        var corpus = Path.Combine(work, "corpus.txt");
        File.WriteAllText(corpus, string.Concat(texts.Select(text => text + "\n")));
        Console.WriteLine(
            $"{texts.Length:N0} texts, {new FileInfo(corpus).Length / 1e6:F1} MB; medians of {Rounds} rounds after a warm-up"
        );

        var trained = BpeTrainer.Train(texts, BindingOptions);
        double[] training = [.. Enumerable.Range(0, Rounds).Select(_ => Time(() => BpeTrainer.Train(texts, BindingOptions)))];
        Vocabulary oracle = null!;
        var oracleTime = Time(() => oracle = BpeTrainer.Train(texts, new BpeTrainingOptions { VocabularySize = 200_000 }));
        Console.WriteLine($"oracle vocabulary (limit 200,000): {oracle.Count:N0} tokens in {oracleTime:F0} ms");
        oracle.Save(work);
        var (cold, warm) = Encode(oracle, texts);

        using var rust = JsonDocument.Parse(RunNode(node, corpus, work));
        var figures = rust.RootElement;
        var sameTokens = figures.GetProperty("tokens").EnumerateArray().Select(e => e.GetString()!).SequenceEqual(trained.Tokens);
        var sameIds = figures.GetProperty("checksum").GetUInt32() == Checksum(oracle, texts);
        Console.WriteLine($"same {trained.Count:N0} tokens in the same order: {sameTokens}; same ids: {sameIds}");
        Console.WriteLine($"{"", -24}{"this", 12}{"Rust", 12}{"ratio", 8}");
        var met = Print("training, ms", training, figures.GetProperty("train"));
        met &= Print("encoding, empty cache, ms", cold, figures.GetProperty("cold"));
        met &= Print("encoding, full cache, ms", warm, figures.GetProperty("warm"));
        return met && sameTokens && sameIds ? 0 : 1;
    }

    private static (double[] Cold, double[] Warm) Encode(Vocabulary vocabulary, string[] texts)
    {
        double[] cold = new double[Rounds],
            warm = new double[Rounds];
        for (var round = -1; round < Rounds; round++)
        {
            var tokenizer = new ClipTokenizer(vocabulary);
            var first = Time(() => EncodeAll(tokenizer, texts));
            var second = Time(() => EncodeAll(tokenizer, texts));
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

    private static string RunNode(string node, string corpus, string vocabulary)
    {
        var start = new ProcessStartInfo(
            "node",
            ["side.mjs", corpus, vocabulary, Rounds.ToString(System.Globalization.CultureInfo.InvariantCulture)]
        )
        {
            WorkingDirectory = node,
            RedirectStandardOutput = true,
            Environment = { ["RAYON_NUM_THREADS"] = "1", ["TOKENIZERS_PARALLELISM"] = "false" },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        // The trainer draws progress bars; the figures are the last line.
        return process.ExitCode == 0
            ? output.TrimEnd().Split('\n')[^1]
            : throw new InvalidOperationException($"side.mjs ended with {process.ExitCode}");
    }

    private static bool Print(string what, double[] ours, JsonElement theirs)
    {
        double[] rust = [.. theirs.EnumerateArray().Select(e => e.GetDouble())];
        var ratio = Median(ours) / Median(rust);
        Console.WriteLine(
            $"{what, -26}{Median(ours), 10:F0}{Median(rust), 12:F0}{ratio, 8:F2}{(ratio <= Target ? "" : "  above the target of 2")}"
        );
        return ratio <= Target;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private static double Time(Action action)
    {
        GC.Collect();
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalMilliseconds;
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
