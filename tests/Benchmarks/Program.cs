using CllClip.Benchmarks;

IBenchmark[] benchmarks =
[
    new TokenizerBenchmark(),
    new PrepareBenchmark(),
    new TrainBenchmark(),
    new StagesReport(),
    new ValidationBenchmark(),
    new StepBenchmark(),
    new MethodsBenchmark(),
    new FlatBenchmark(),
    new RecallBenchmark(),
    new PaperBenchmark(),
    new GalleryBenchmark(),
    new SearchBenchmark(),
    new VectorsBenchmark(),
    new ExamplesCommand(),
    new CorpusCommand(),
    new FuzzCommand(),
];

var verb = args.FirstOrDefault();
if (benchmarks.FirstOrDefault(benchmark => benchmark.Verb == verb) is { } chosen)
    return chosen.Run(args[1..]);

Console.Error.WriteLine("Usage: dotnet run -c Release --project tests/Benchmarks -- <verb> [arguments]");
foreach (var benchmark in benchmarks)
    Console.Error.WriteLine($"  {benchmark.Verb, -12} {benchmark.Summary}");
return 2;
