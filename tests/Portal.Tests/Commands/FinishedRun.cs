using System.Text.Json;
using CllClip.Portal.Tests.Hosting;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Commands;

/// <summary>A short run made once by the command line, as a process, for the tests that look at it or repeat it.</summary>
public sealed class FinishedRun : IAsyncLifetime
{
    public const string Method = "cll-clip";
    public const string Languages = "en,de";
    public const int Seed = 5;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly TemporaryFolder _folder = new();

    public string DataRoot { get; private set; } = "";

    public RunView Run { get; private set; } = null!;

    public IReadOnlyList<Score> Scores { get; private set; } = [];

    /// <summary>What the process wrote on the error stream.</summary>
    public string Errors { get; private set; } = "";

    public static string[] Arguments =>
        ["run", "--method", Method, "--teir", "--languages", Languages, "--epochs", "1", "--seed", $"{Seed}", "--device", "cpu"];

    public async ValueTask InitializeAsync()
    {
        if (!PreparedData.IsThere)
        {
            return;
        }
        DataRoot = _folder.PreparedDataRoot();
        using var process = PortalProcess.Command(DataRoot, [.. Arguments, "--name", "made by the command line", "--json"]);
        var code = await process.EndAsync(seconds: 400);
        Errors = process.Errors;
        Assert.True(code == 0, Errors);
        (Run, Scores) = Read(process.Output);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Skips the test where the run could not be made.</summary>
    public static void Require() =>
        Assert.SkipUnless(
            PreparedData.IsThere,
            "The npm packages of Emoji36 are not installed: run 'npm ci' in the root of the repository."
        );

    public static (RunView Run, IReadOnlyList<Score> Scores) Read(string output)
    {
        using var json = JsonDocument.Parse(output);
        return (
            json.RootElement.GetProperty("run").Deserialize<RunView>(Json)!,
            json.RootElement.GetProperty("scores").Deserialize<List<Score>>(Json)!
        );
    }
}
