using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CllClip.Engine;
using CllClip.Engine.Training;
using CllClip.Portal.Hosting;
using CllClip.Portal.Layout.Components;

namespace CllClip.Portal.Commands;

/// <summary>
/// <c>verify-resume</c>: the proof, on the user's own machine, that a run which is killed ends as one that is not. A small run is trained undisturbed, and again in
/// processes that are killed (SIGKILL) at random moments; rows, method files, ranks and scores must be equal to the last bit.
/// </summary>
internal static class VerifyResume
{
    private const string Kills = "--kills";
    private const string Out = "--out";
    private const string Checkpoints = "--CllClip:Jobs:CheckpointSeconds=0.5";
    private const int DefaultKills = 5;
    private const int MostKills = 1000;

    /// <summary>Of ten kills, so many hit a process that is still starting: while it opens the database and takes the run up again.</summary>
    private const double WhileStarting = 0.2;

    public static readonly IReadOnlyList<Switch> All =
    [
        new("--method", "ID", "method (cll-clip)"),
        new("--teir", null, "with token embedding initialisation and regularisation"),
        new("--languages", "LIST", "codes in the order of learning (en,de,ja)"),
        new("--epochs", "N", "epochs per language (1)"),
        new("--seed", "N", "seed of the run, and of the moments of the kills (1)"),
        new(Kills, "N", $"how often the second run is killed ({DefaultKills})"),
        new(Out, "FILE", "writes the certificate there too"),
    ];

    /// <summary>Only reads the data root and works in a folder of its own there, so it may run beside a portal.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var given = Switches.Read(args, All);
        given.Errors.AddRange(given.Words.Select(w => $"'{w}' is not understood; every value follows a switch."));
        var (kills, seed, epochs) = (given.Whole(Kills) ?? DefaultKills, given.Whole("--seed") ?? 1, given.Whole("--epochs") ?? 1);
        if (kills is < 1 or > MostKills)
        {
            given.Errors.Add($"{Kills}: use a number from 1 to {MostKills}.");
        }
        if (given.Errors.Count > 0)
        {
            throw new WrongCommandException(given.Errors);
        }
        using var host = CommandHost.Build(given.Settings);
        var folders = host.Services.GetRequiredService<PortalFolders>();
        string[] run =
        [
            "run",
            "--json",
            "--method",
            given["--method"] ?? "cll-clip",
            .. given.Has("--teir") ? ["--teir"] : Array.Empty<string>(),
            "--languages",
            given["--languages"] ?? "en,de,ja",
            "--epochs",
            epochs.ToString(CultureInfo.InvariantCulture),
            "--seed",
            seed.ToString(CultureInfo.InvariantCulture),
        ];
        string[] settings = [Checkpoints, .. given.Settings.Where(s => !s.StartsWith("--CllClip:DataRoot=", StringComparison.Ordinal))];
        var work = Path.Combine(folders.DataRoot, $"verify-resume-{Guid.NewGuid():N}");
        var console = ConsoleProgress.OnError();
        try
        {
            var report = await new Comparison(folders, work, run, settings, kills, seed, console).RunAsync();
            Console.WriteLine(report.Text);
            if (given[Out] is { } file)
            {
                AtomicFile.WriteText(Path.GetFullPath(file), report.Text + Environment.NewLine);
            }
            return report.Equal ? CommandLine.Done : CommandLine.Failed;
        }
        finally
        {
            console.End();
            Remove(work);
        }
    }

    /// <summary>What a process is started with. One that takes a run up has the settings of the one that began it: device and precision decide the last bits.</summary>
    /// <param name="run">The command that begins the run.</param>
    /// <param name="settings">Settings of the portal.</param>
    /// <param name="known">Folder of the run to be taken up; null where there is none yet.</param>
    internal static string[] Arguments(string[] run, string[] settings, string? known) =>
        [.. known is null ? run : ["run", "--json", RunSwitches.Resume, Path.GetFileName(known)], .. settings];

    private static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }
        foreach (var link in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Where(IsLink).ToList())
        {
            Directory.Delete(link); // the link, not what it leads to
        }
        Directory.Delete(folder, recursive: true);
    }

    private static bool IsLink(string folder) => new DirectoryInfo(folder).LinkTarget is not null;

    private sealed record Report(bool Equal, string Text);

    private sealed class Comparison(
        PortalFolders folders,
        string work,
        string[] run,
        string[] settings,
        int kills,
        int seed,
        ConsoleProgress console
    )
    {
        private readonly Random _random = new(seed);
        private readonly List<string> _killed = [];
        private TimeSpan _starting; // until the undisturbed run's folder is there
        private TimeSpan _training; // from there to its end

        public async Task<Report> RunAsync()
        {
            console.Report(0, "Training undisturbed", null);
            var whole = await UndisturbedAsync(Root("undisturbed"));
            var parts = await KilledAsync(Root("killed"));
            return Compare(whole, parts);
        }

        private async Task<Ended> UndisturbedAsync(string root)
        {
            using var life = Life.Begin(root, Arguments(run, settings, null));
            _starting = await life.UntilAsync(() => RunFolder(root) is not null);
            var all = await life.EndAsync();
            _training = all - _starting;
            return new Ended(RunFolder(root)!, life.Output);
        }

        private async Task<Ended> KilledAsync(string root)
        {
            for (; ; )
            {
                console.Report(
                    (1 + _killed.Count) / (2.0 + kills),
                    $"Killed {_killed.Count} of {kills} times",
                    (_training + (kills - _killed.Count) * (_starting + _training / kills)).TotalSeconds
                );
                var known = RunFolder(root);
                var began = DateTime.UtcNow;
                using var life = Life.Begin(root, Arguments(run, settings, known));
                if (_killed.Count == kills)
                {
                    await life.EndAsync();
                    return new Ended(RunFolder(root)!, life.Output);
                }
                if (known is null || _random.NextDouble() >= WhileStarting)
                {
                    // The training has begun when it has touched its file of steps.
                    await life.UntilAsync(() => RunFolder(root) is { } there && StepsTouched(there, began));
                    await life.WaitAsync(_random.NextDouble() * 2 * _training / (kills + 1));
                }
                else
                {
                    await life.WaitAsync(_random.NextDouble() * _starting);
                }
                if (life.Ended)
                {
                    await life.EndAsync(); // done before its last kills
                    return new Ended(RunFolder(root)!, life.Output);
                }
                var lived = life.Kill();
                var stages = RunFolder(root) is { } folder ? CheckpointChain.CountStages(Path.Combine(folder, "chain")) : 0;
                _killed.Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{lived.TotalSeconds:0.00} s after its start, {stages} stages finished, {Within(root)} checkpoints within the next"
                    )
                );
            }
        }

        private Report Compare(Ended whole, Ended parts)
        {
            var text = new StringBuilder();
            void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
            Line($"Certificate of exact resume");
            Line(
                $"Program {typeof(VerifyResume).Assembly.GetName().Version?.ToString(3)}, .NET {Environment.Version}, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores"
            );
            Line($"Task: {string.Join(' ', run.Concat(settings))}");
            Line($"Undisturbed: one process, {Formats.Duration((_starting + _training).TotalSeconds)}");
            Line($"Disturbed: killed {_killed.Count} times with SIGKILL, then left to its end");
            for (var i = 0; i < _killed.Count; i++)
            {
                Line($"  {i + 1}. {_killed[i]}");
            }
            var (left, right) = (Hashes(whole), Hashes(parts));
            var equal = _killed.Count > 0;
            foreach (var name in left.Keys.Union(right.Keys).Order(StringComparer.Ordinal))
            {
                var (one, other) = (left.GetValueOrDefault(name, "missing"), right.GetValueOrDefault(name, "missing"));
                equal &= one == other;
                Line($"{(one == other ? "equal    " : "DIFFERENT")}  {name}  {(one == other ? one : $"{one} and {other}")}");
            }
            Line($"Result: {(equal ? "equal to the last bit" : "NOT EQUAL: please report this with the certificate")}.");
            return new Report(equal, text.ToString().TrimEnd());
        }

        /// <summary>SHA-256 of everything that a run leaves but the times that it took.</summary>
        private static Dictionary<string, string> Hashes(Ended run)
        {
            var chain = Path.Combine(run.Folder, "chain");
            var hashes = Directory
                .EnumerateFiles(chain, "*", SearchOption.AllDirectories)
                .Where(f => Path.GetFileName(f) != CheckpointChain.StageFile)
                .ToDictionary(f => Path.GetRelativePath(chain, f), f => Hex(File.ReadAllBytes(f)), StringComparer.Ordinal);
            using var json = JsonDocument.Parse(run.Output);
            var scores = json
                .RootElement.GetProperty("scores")
                .EnumerateArray()
                .Select(s => s.ToString())
                .Order(StringComparer.Ordinal)
                .ToList();
            hashes[$"{scores.Count} scores"] = Hex(Encoding.UTF8.GetBytes(string.Join('\n', scores)));
            hashes["summary"] = Hex(Encoding.UTF8.GetBytes(json.RootElement.GetProperty("run").GetProperty("summary").ToString()));
            return hashes;
        }

        private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

        private static string? RunFolder(string root) =>
            Directory.Exists(Path.Combine(root, "runs"))
                ? Directory.EnumerateDirectories(Path.Combine(root, "runs")).SingleOrDefault()
                : null;

        private static bool StepsTouched(string runFolder, DateTime since)
        {
            var steps = new FileInfo(Path.Combine(runFolder, "steps.csv"));
            return steps.Exists && steps.LastWriteTimeUtc >= since;
        }

        private static int Within(string root) =>
            RunFolder(root) is { } folder && Directory.Exists(Path.Combine(folder, "chain"))
                ? Directory.EnumerateDirectories(Path.Combine(folder, "chain"), "within-*-??????").Count()
                : 0;

        /// <summary>A data root of its own with what was prepared in the portal's.</summary>
        private string Root(string name)
        {
            var root = Path.Combine(work, name);
            Directory.CreateDirectory(Path.Combine(root, "datasets"));
            foreach (
                var (from, to) in new[]
                {
                    (folders.Dataset("emoji36"), Path.Combine(root, "datasets", "emoji36")),
                    (folders.Features, Path.Combine(root, "features")),
                }
            )
            {
                if (!Directory.Exists(from))
                {
                    throw new EngineException(
                        $"{from} is not there yet. Start the portal once and wait until Emoji36 is prepared, then verify."
                    );
                }
                Directory.CreateSymbolicLink(to, Path.GetFullPath(from));
            }
            return root;
        }

        private sealed record Ended(string Folder, string Output);
    }
}
