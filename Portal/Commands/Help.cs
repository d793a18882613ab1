using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Methods;

namespace CllClip.Portal.Commands;

/// <summary>What <c>--help</c> prints.</summary>
internal static class Help
{
    private const int Column = 30;

    public static void Write(TextWriter output)
    {
        output.WriteLine(
            """
            CLL-CLIP: benchmark portal for continual language learning of CLIP in 36 languages.

            dotnet run --project Portal                       the portal, http://localhost:5080
            dotnet run --project Portal -- run …              one run without a browser, stored like any other
            dotnet run --project Portal -- methods            every method with its options
            dotnet run --project Portal -- export run …       a finished run as a folder that travels
            dotnet run --project Portal -- export checkpoint …  a stage as a Hugging Face CLIP folder
            dotnet run --project Portal -- export mlflow …    a run as files of an MLflow store
            dotnet run --project Portal -- import run …       such a folder into the portal
            dotnet run --project Portal -- import scores …    results measured elsewhere, for the leaderboard
            dotnet run --project Portal -- import dataset …   your own data set: checked and prepared where it lies
            dotnet run --project Portal -- import checkpoint …  a Hugging Face CLIP folder as a base model
            dotnet run --project Portal -- backup …           everything that cannot be made again, as one file
            dotnet run --project Portal -- restore …          such a file into an empty data root
            dotnet run --project Portal -- prune              removes what the rule of the page /storage says
            dotnet run --project Portal -- diagnostics …      what somebody who is to help asks for, without secrets
            dotnet run --project Portal -- token              a new token, and the line of it for the settings
            """
        );
        Section(
            output,
            "Settings of all commands (also in appsettings.json, or in the environment with __ for each colon)",
            [
                new("--urls", "URL", "address of the portal; any but loopback asks for a token"),
                new("--CllClip:DataRoot", "FOLDER", "what the portal writes: database, data sets, checkpoints (data)"),
                new("--CllClip:Device", "DEVICE", "auto, cpu, cuda or cuda:N (auto)"),
                new(
                    "--CllClip:Access:Token",
                    "TOKEN",
                    "an admin's token, where others can reach the portal; further ones by name and role: docs/security.md"
                ),
            ]
        );
        Section(output, "run --method ID --languages LIST [switches]", RunSwitches.All);
        output.WriteLine($"  methods: {string.Join(' ', MethodCatalog.All.Select(m => m.Id))}");
        output.WriteLine("  Ctrl+C stops the run at its next step and keeps the work; run --resume ID goes on there, also after a crash.");
        Section(output, "verify-resume [switches]", VerifyResume.All);
        output.WriteLine(
            "  Trains a small run undisturbed and once more killed at random moments, and prints whether both ended equal to the last bit."
        );
        Section(output, "export run ID --out FOLDER [--fp16]", ArchiveCommands.ExportSwitches);
        Section(output, "export checkpoint ID --out FOLDER [--stage N]", CheckpointCommands.ExportSwitches);
        Section(output, "export mlflow ID --out FOLDER", MlflowCommand.ExportSwitches);
        output.WriteLine();
        output.WriteLine("import run FOLDER …");
        Section(output, "import scores FILE --source TEXT [switches]", ScoreCommands.ImportSwitches);
        output.WriteLine("  FILE is CSV with the columns of scores.csv, or JSON (docs/importing-scores.md). Recall is in percent.");
        Section(output, "import dataset PATH [switches]", DatasetCommands.ImportSwitches);
        foreach (var layout in CorpusLayouts.All)
        {
            output.WriteLine($"  {layout.Kind.PadRight(10)} {layout.Files}");
        }
        Section(output, "import checkpoint FOLDER [--id NAME]", CheckpointCommands.ImportSwitches);
        Section(output, "backup --out FILE", BackupCommands.BackupSwitches);
        output.WriteLine("  A consistent copy, also while the portal runs and trains (docs/backup.md). It holds keys: keep it private.");
        Section(output, "prune [--dry-run]", PruneCommand.All);
        output.WriteLine(
            "  The portal does it by itself once a day; while one works on the data root, use its page or its API (docs/storage.md)."
        );
        output.WriteLine();
        output.WriteLine("restore FILE --CllClip:DataRoot=FOLDER");
        output.WriteLine(
            "  Into an empty or new data root, after every file was checked; queued and running runs go on at the next start."
        );
        Section(output, "diagnostics --out FILE", DiagnosticsCommand.Switches);
        output.WriteLine("  Also where the portal runs, or cannot start (docs/watching.md).");
        output.WriteLine();
        output.WriteLine(
            "Exit codes: 0 done, 1 failed (the reason is on the error stream), 2 the command is wrong, 130 stopped by Ctrl+C."
        );
    }

    private static void Section(TextWriter output, string title, IReadOnlyList<Switch> switches)
    {
        output.WriteLine();
        output.WriteLine(title);
        foreach (var s in switches)
        {
            var name = s.Value is null ? s.Name : $"{s.Name} {s.Value}";
            output.WriteLine($"  {name.PadRight(Column)} {s.Text}{(s.Repeats ? "; may be repeated" : "")}");
        }
    }
}
