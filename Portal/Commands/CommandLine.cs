using CllClip.Engine;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Commands;

/// <summary>The command line: without a command the portal starts, with one it does that and ends.</summary>
public static class CommandLine
{
    /// <summary>The command did what it was asked to.</summary>
    public const int Done = 0;

    /// <summary>It could not; the error stream says why.</summary>
    public const int Failed = 1;

    /// <summary>The command was not understood.</summary>
    public const int Wrong = 2;

    /// <summary>Ended by Ctrl+C, as shells say it.</summary>
    public const int Interrupted = 130;

    private const string HelpHint = "See --help.";

    /// <summary>Whether the arguments ask for a command (or help), not for the portal.</summary>
    public static bool IsCommand(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        return args.Length > 0 && (!args[0].StartsWith('-') || args[0] is "--help" or "-h" or "--version");
    }

    /// <summary>Runs the command and gives its exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        try
        {
            if (args.Contains("--help") || args.Contains("-h") || args[0] == "help")
            {
                Help.Write(Console.Out);
                return Done;
            }
            var rest = args[1..];
            return (args[0], rest.FirstOrDefault()) switch
            {
                ("--version", _) => Version(),
                ("methods", _) => MethodList.Write(rest, Console.Out),
                ("token", _) => TokenCommand.Write(rest, Console.Out),
                ("run", _) => await RunCommand.RunAsync(rest),
                ("backup", _) => BackupCommands.Backup(rest),
                ("restore", _) => BackupCommands.Restore(rest),
                ("prune", _) => await PruneCommand.RunAsync(rest),
                ("diagnostics", _) => await DiagnosticsCommand.WriteAsync(rest),
                ("verify-resume", _) => await VerifyResume.RunAsync(rest),
                ("export", "checkpoint") => await CheckpointCommands.ExportAsync(rest[1..]),
                ("export", "mlflow") => await MlflowCommand.ExportAsync(rest[1..]),
                ("export", "run") => await ArchiveCommands.ExportAsync(rest[1..]),
                ("import", "checkpoint") => await CheckpointCommands.ImportAsync(rest[1..]),
                ("import", "run") => await ArchiveCommands.ImportAsync(rest[1..]),
                ("import", "scores") => await ScoreCommands.ImportAsync(rest[1..]),
                ("import", "dataset") => DatasetCommands.Import(rest[1..]),
                ("export" or "import", var what) => Refuse(
                    args[0] == "export"
                        ? $"This version exports runs and checkpoints: export run …, export checkpoint … or export mlflow …, not '{what}'. {HelpHint}"
                        : $"This version imports runs, scores, data sets and checkpoints: import run …, import scores …, import dataset … or import checkpoint …, not '{what}'. {HelpHint}"
                ),
                (var command, _) => Refuse($"There is no command '{command}'. {HelpHint}"),
            };
        }
        catch (Exception error) when (StartupError.Explain(error) is { } words)
        {
            await Console.Error.WriteLineAsync(words);
            return error is WrongCommandException ? Wrong : Failed;
        }
    }

    private static int Refuse(string words)
    {
        Console.Error.WriteLine(words);
        return Wrong;
    }

    private static int Version()
    {
        Console.WriteLine(typeof(CommandLine).Assembly.GetName().Version?.ToString(3));
        return Done;
    }
}

/// <summary>The command line is wrong; every wrong field is named.</summary>
public sealed class WrongCommandException(IEnumerable<string> lines) : EngineException(string.Join(Environment.NewLine, lines));
