using CllClip.Engine;
using CllClip.Portal.Features.Import;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Commands;

/// <summary><c>import scores</c>: results that were measured elsewhere become a completed run.</summary>
internal static class ScoreCommands
{
    public static readonly IReadOnlyList<Switch> ImportSwitches =
    [
        new("--source", "TEXT", "who measured: a publication, a laboratory, a program"),
        new("--url", "URL", "address where more stands"),
        new("--code-version", "TEXT", "version of the code that measured"),
        new("--method", "ID", "one of the methods above"),
        new("--other-method", null, "--method names one that this portal does not have"),
        new("--teir", null, "TEIR was composed with the method"),
        new("--dataset", "ID", "data set learned from (the only one of the scores)"),
        new("--languages", "LIST", "codes in the order of learning (the stages' order)"),
        new("--seed", "N", "seed (1)"),
        new("--model", "TEXT", "base model in words"),
        new("--epochs", "N", "epochs per language"),
        new("--unit", "UNIT", "percent or fraction (percent; what looks like fractions is refused)"),
        new("--name", "TEXT", "name shown in lists"),
        new("--check", null, "looks without storing"),
    ];

    public static async Task<int> ImportAsync(string[] args)
    {
        var given = Switches.Read(args, ImportSwitches);
        if (given.Words.Count != 1)
        {
            given.Errors.Add("Name one file: import scores FILE");
        }
        var settings = Settings(given);
        if (given.Errors.Count > 0)
        {
            throw new WrongCommandException(given.Errors);
        }
        var file = Read(Path.GetFullPath(given.Words[0]));
        using var host = CommandHost.Build(given.Settings);
        host.Services.GetRequiredService<DataRootLock>();
        host.Services.GetRequiredService<PortalDatabase>().Prepare();
        var import = host.Services.GetRequiredService<ScoreImport>();
        var result = given.Has("--check") ? import.Check(file, settings) : await import.ImportAsync(file, settings);
        if (result.Run is not { } run)
        {
            throw new EngineException(string.Join(Environment.NewLine, result.Problems.Select(p => $"{p.Place}: {p.Text}")));
        }
        foreach (var note in result.Notes)
        {
            await Console.Error.WriteLineAsync(note.ToString());
        }
        Console.WriteLine(
            given.Has("--check")
                ? $"{run.Name}: {ScoreImport.StagesOf(result.Scores)} stages, {result.Scores.Count} scores could be imported."
                : $"Run {run.Id}, {run.Name}: {ScoreImport.StagesOf(result.Scores)} stages, {result.Scores.Count} scores, imported from {run.Origin!.Source}."
        );
        return CommandLine.Done;
    }

    private static ImportSettings Settings(Switches given) =>
        new()
        {
            Name = given["--name"],
            Method = given["--method"],
            OtherMethod = given.Has("--other-method") ? true : null,
            Teir = given.Has("--teir") ? true : null,
            Dataset = given["--dataset"],
            Languages = given["--languages"]?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            Seed = given.Whole("--seed"),
            Model = given["--model"],
            Epochs = given.Whole("--epochs"),
            Unit = given["--unit"],
            Source = given["--source"],
            Url = given["--url"],
            CodeVersion = given["--code-version"],
        };

    private static byte[] Read(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: > ScoresFile.LargestFile }
                ? throw new EngineException($"{path} is larger than {ScoresFile.LargestFile / (1024 * 1024)} MB. Import one run a file.")
                : File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be read: {error.Message} Name a CSV or JSON file.", error);
        }
    }
}
