using System.Text.Json;
using CllClip.Engine.Training;
using Xunit;

namespace CllClip.Engine.Tests.Training;

/// <summary>Replay of names alone: this project's own variant.</summary>
public sealed class NamesOnlyReplayTests : ToyRuns
{
    [Theory]
    [InlineData("er", true)]
    [InlineData("er", false)]
    [InlineData("der", true)]
    public void Keywords_enter_the_memory_only_where_nobody_asked_for_names(string method, bool namesOnly)
    {
        Dataset = new ToyDataset { KeywordsToo = true };
        var plan = Plan(method, true, "a");
        Run(plan with { Options = new Dictionary<string, object>(plan.Options) { ["namesOnly"] = namesOnly } });
        using var memory = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(CheckpointChain.FolderOf(plan.CheckpointFolder, 1), "memory.json"))
        );
        var keywords = memory
            .RootElement.GetProperty("Captions")
            .EnumerateArray()
            .Select(c => c.GetProperty("Keyword").GetBoolean())
            .ToList();
        Assert.NotEmpty(keywords);
        Assert.Equal(!namesOnly, keywords.Contains(true));
        Assert.Contains(false, keywords);
    }
}
