using System.Diagnostics;
using System.Globalization;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Device;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Search;
using CllClip.Engine.Tokenizer;
using CllClip.Engine.Training;
using CllClip.Shared.Languages;
using CllClip.Shared.Runs;
using static TorchSharp.torch;

namespace CllClip.Benchmarks;

/// <summary>
/// Time of a query on the server, typed text to ranked and named results, quiet and while a run trains in the same process; the managed tower
/// beside libtorch with one thread. Queries are names in all languages at the pace of typing, each as if it came alone.
/// </summary>
internal sealed class SearchBenchmark : IBenchmark
{
    private const double TargetMedian = 15;
    private const double Target99 = 40;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    /// <inheritdoc/>
    public string Verb => "search";

    /// <inheritdoc/>
    public string Summary =>
        "DATASET BASE CHAIN|base [QUERIES]: latency of a query, quiet and while training (targets: median 15 ms, 99th percentile 40 ms)";

    /// <inheritdoc/>
    public int Run(string[] args)
    {
        if (args.Length is < 3 or > 4)
        {
            Console.Error.WriteLine($"search {Summary}");
            return 2;
        }
        var count = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 1000;
        TorchProcess.Configure(Environment.ProcessorCount);
        var dataset = Emoji36Dataset.Open(args[0]);
        using var model = ClipModel.Load(args[1]);
        using var features = new FeatureCache(SearchSetup.FeatureFolder(args[0])).Load(dataset, model);
        var watch = Stopwatch.StartNew();
        var gallery = SearchGallery.Of(dataset, features);
        var tower = QueryTower.Of(model);
        Line($"gallery of {gallery.ImageCount} drawings and tower in {watch.ElapsedMilliseconds} ms");
        watch.Restart();
        var checkpoint = SearchSetup.Checkpoint(model, tower, args[2], null);
        Line($"checkpoint of {checkpoint.VocabularySize} rows in {watch.ElapsedMilliseconds} ms");
        watch.Restart();
        var detector = LanguageDetector.Of(dataset);
        Line($"language detector in {watch.ElapsedMilliseconds} ms");
        using var torch = new TorchEncoder(model, args[2]);
        var queries = Queries(dataset, count);
        float[]? Managed(string text) => checkpoint.Embed(text);
        var first = One(queries[0], detector, Managed, gallery);
        Line($"first query {first:0.00} ms");
        Line($"{RunProvenance.Machine}; load {LoadAverage()}");
        Measure("quiet, managed tower", queries, q => One(q, detector, Managed, gallery));
        Measure("quiet, libtorch 1 thread", queries, q => One(q, detector, torch.Embed, gallery));
        using var training = new Training(dataset, model, features);
        var (median, high) = Measure("while training, managed tower", queries, q => One(q, detector, Managed, gallery));
        Measure("while training, libtorch 1 thread", queries, q => One(q, detector, torch.Embed, gallery));
        Line($"training went on: {training.Steps} steps in {training.Seconds:0.0} s");
        return median < TargetMedian && high < Target99 ? 0 : 1;
    }

    private static List<string> Queries(Emoji36Dataset dataset, int count)
    {
        var random = new Random(1);
        var common = dataset.Emoji.Where(e => e.Common36).Select(e => e.Index).ToList();
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => dataset.NameOf(dataset.Languages[random.Next(dataset.Languages.Count)], common[random.Next(common.Count)])!),
        ];
    }

    private static double One(string typed, LanguageDetector detector, Func<string, float[]?> embed, SearchGallery gallery)
    {
        var start = Stopwatch.GetTimestamp();
        var query = QueryText.Clean(typed);
        var language = detector.Detect(query.Text);
        var hits = gallery.Rank(embed(query.Text)!, 24);
        var names = hits.Select(h => gallery.NameOf(h.Thing, language) ?? gallery.NameOf(h.Thing, "en")).ToArray();
        GC.KeepAlive(names);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static (double Median, double P99) Measure(string what, List<string> queries, Func<string, double> one)
    {
        var times = new List<double>(queries.Count);
        foreach (var query in queries)
        {
            times.Add(Task.Run(() => one(query)).Result); // on the thread pool, as a request is
            Thread.Sleep(Pause);
        }
        times.Sort();
        double At(double share) => times[Math.Min(times.Count - 1, (int)(share * times.Count))];
        Line(
            $"{what, -34} {queries.Count} queries: median {At(0.5), 6:0.00} ms, p95 {At(0.95), 6:0.00}, p99 {At(0.99), 6:0.00}, longest {times[^1], 6:0.00}"
        );
        return (At(0.5), At(0.99));
    }

    private static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>The tensors' tower with a batch of one and one thread of libtorch.</summary>
    private sealed class TorchEncoder : IDisposable
    {
        private readonly StageSnapshot _snapshot;
        private readonly ClipTokenizer _tokenizer;
        private readonly ClipModel _model;

        public TorchEncoder(ClipModel model, string chain)
        {
            _model = model;
            _snapshot = CheckpointChain.Fold(model, chain, chain == "base" ? 0 : CheckpointChain.CountStages(chain));
            _tokenizer = new ClipTokenizer(_snapshot.Vocabulary, _snapshot.Splitter);
        }

        public float[]? Embed(string text)
        {
            set_num_threads(1); // of the calling thread
            using var scope = NewDisposeScope();
            using var nothing = no_grad();
            var ids = _tokenizer.Encode(text, _model.Text.MaxLength);
            var rows = _snapshot.Embedding.Gather([.. ids.Select(i => (long)i)]).unsqueeze(0);
            return SearchGallery.Unit(_model.Text.Forward(rows, tensor(new[] { ids.Length - 1L })).data<float>().ToArray());
        }

        public void Dispose() => _snapshot.Dispose();
    }

    /// <summary>A run that trains on a thread of its own until it is disposed.</summary>
    private sealed class Training : IProgress<RunEvent>, IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly string _folder = Directory.CreateTempSubdirectory("cllclip-search-").FullName;
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly ManualResetEventSlim _stepping = new();
        private readonly Thread _thread;

        public Training(Emoji36Dataset dataset, ClipModel model, TeacherFeatures features)
        {
            var request = new RunRequest
            {
                Method = "cll-clip",
                Teir = true,
                Languages = LanguageCatalog.PaperOrder,
            };
            var plan = new RunPlan
            {
                Method = "cll-clip",
                Teir = true,
                Languages = LanguageCatalog.PaperOrder,
                Epochs = dataset.Defaults.Epochs,
                Seed = 1,
                Options = RunValidation.Resolve(request, dataset.Defaults),
                CheckpointFolder = _folder,
            };
            _thread = new Thread(() =>
            {
                try
                {
                    new ContinualTrainer(dataset, model, features).Run(plan, this, _stop.Token);
                }
                catch (OperationCanceledException)
                {
                    // measured enough
                }
            });
            _thread.Start();
            _stepping.Wait(TimeSpan.FromMinutes(1));
        }

        public int Steps { get; private set; }

        public double Seconds => _watch.Elapsed.TotalSeconds;

        public void Report(RunEvent value)
        {
            if (value is ProgressMade)
            {
                Steps++;
                _stepping.Set();
            }
        }

        public void Dispose()
        {
            _stop.Cancel();
            _thread.Join();
            Directory.Delete(_folder, true);
            _stop.Dispose();
            _stepping.Dispose();
        }
    }
}
