using System.Globalization;
using System.Runtime.InteropServices;
using CllClip.Engine;
using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Device;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Commands;

/// <summary><c>import dataset</c>: a user's data set, checked, hashed and embedded where it lies.</summary>
internal static class DatasetCommands
{
    public static readonly IReadOnlyList<Switch> ImportSwitches =
    [
        new("--kind", "KIND", "layout of the files (found out)"),
        new("--id", "ID", "identifier in runs (the kind, or made of the name)"),
        new("--name", "TEXT", "name shown"),
        new("--images", "FOLDER", "folder that image paths are relative to (where the layout has it)"),
        new("--licence", "TEXT", "licence of the data (as the authors or a LICENSE file say)"),
        new("--leave-out-broken", null, "leave out broken and missing images with their captions"),
        new("--model", "ID", "base model to embed for (all there are)", Repeats: true),
        new("--check", null, "check alone; nothing is stored"),
    ];

    public static int Import(string[] args)
    {
        var given = Switches.Read(args, ImportSwitches);
        if (given.Words.Count != 1)
        {
            given.Errors.Add("Name one folder, .jsonl or .csv file: import dataset PATH");
        }
        if (given.Errors.Count > 0)
        {
            throw new WrongCommandException(given.Errors);
        }
        using var host = CommandHost.Build(given.Settings);
        var request = new DatasetRequest
        {
            Folder = Path.GetFullPath(given.Words[0]),
            Kind = given["--kind"],
            Id = given["--id"],
            Name = given["--name"],
            Images = given["--images"] is { } images ? Path.GetFullPath(images) : null,
            Licence = given["--licence"],
            LeaveOutBroken = given.Has("--leave-out-broken"),
            Models = given.Has("--model") ? given.All("--model") : null,
        };
        if (host.Services.GetRequiredService<CorpusRegistrar>().Check(request, out var errors) is not { } entry)
        {
            throw new WrongCommandException(errors.SelectMany(e => e.Value.Select(m => $"{SwitchOf(e.Key)}: {m}")));
        }
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(
            PosixSignal.SIGINT,
            signal =>
            {
                signal.Cancel = true;
                stop.Cancel();
            }
        );
        try
        {
            return given.Has("--check") ? Check(entry, stop.Token) : Prepare(host.Services, entry, stop.Token);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Stopped. What was embedded is kept; the same command goes on.");
            return CommandLine.Interrupted;
        }
    }

    private static int Check(CorpusEntry entry, CancellationToken stop)
    {
        var (report, console) = (new CorpusReport(), ConsoleProgress.OnError());
        var manifest = CorpusPreparation.Run(entry.Registration, report, new Reporter(console), stop);
        console.End();
        Write(report.Findings, report.Errors, report.Warnings);
        return manifest is null ? CommandLine.Failed : CommandLine.Done;
    }

    private static int Prepare(IServiceProvider services, CorpusEntry entry, CancellationToken stop)
    {
        services.GetRequiredService<DataRootLock>();
        TorchProcess.Configure(Environment.ProcessorCount);
        var (shelf, console) = (services.GetRequiredService<CorpusShelf>(), ConsoleProgress.OnError());
        shelf.Save(entry with { Pending = false });
        bool ready;
        try
        {
            ready = services.GetRequiredService<CorpusPreparer>().PrepareNow(entry, new Reporter(console), console.Line, stop);
        }
        catch (OperationCanceledException)
        {
            shelf.Remove(entry.Registration.Id); // the same command can be given again
            throw;
        }
        finally
        {
            console.End();
        }
        var (_, manifest, report, _, error) = shelf.All.Single(i => i.Entry.Registration.Id == entry.Registration.Id);
        Write(report?.Findings ?? [], report?.Errors ?? 0, report?.Warnings ?? 0);
        if (!ready)
        {
            shelf.Remove(entry.Registration.Id);
            throw new EngineException(
                error ?? "The data set was not taken in. Mend what is listed above, then give the same command again."
            );
        }
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Data set {entry.Registration.Id}, {entry.Registration.Name}: {manifest!.Images.Count - manifest.LeftOut.Count} images, {manifest.Languages.Count} languages, {manifest.Languages.Values.Sum(l => (long)l.Training)} training and {manifest.Languages.Values.Sum(l => (long)l.TestCaptions)} test captions."
            )
        );
        return CommandLine.Done;
    }

    private static void Write(IReadOnlyList<CorpusFinding> findings, int errors, int warnings)
    {
        foreach (var finding in findings)
        {
            Console.WriteLine($"{finding.Severity.ToString().ToLowerInvariant()}: {finding}");
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{errors} errors, {warnings} warnings."));
    }

    private static string SwitchOf(string field) =>
        field switch
        {
            "folder" => "PATH",
            "leaveOutBroken" => "--leave-out-broken",
            "models" => "--model",
            _ => $"--{field}",
        };

    private sealed class Reporter(ConsoleProgress console) : IProgress<CorpusProgress>
    {
        private readonly PhaseMeter _meter = new(TimeProvider.System);

        public void Report(CorpusProgress value)
        {
            if (_meter.Report(value.Phase, value.Fraction))
            {
                console.Report(value.Fraction, value.Phase, _meter.SecondsLeft);
            }
        }
    }
}
