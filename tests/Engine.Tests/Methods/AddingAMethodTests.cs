using System.Text.Json;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Methods;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Tests.Training;
using CllClip.Engine.Training;
using CllClip.Shared.Results;
using Xunit;

namespace CllClip.Engine.Tests.Methods;

/// <summary>What docs/adding-a-method.md promises: one file is found by the catalogue, trains, and composes with TEIR.</summary>
public sealed class AddingAMethodTests : ToyRuns
{
    [Fact]
    public void The_page_shows_the_file_that_is_compiled_here()
    {
        var root = Fixtures.Repository!;
        var file = File.ReadAllText(Path.Combine(root, "tests", "Engine.Tests", "Methods", "AnchoredEmbedding.cs"));
        var page = File.ReadAllText(Path.Combine(root, "docs", "adding-a-method.md"));
        var from = page.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        Assert.Equal(file.TrimEnd(), page[from..page.IndexOf("```", from, StringComparison.Ordinal)].TrimEnd());
    }

    [Fact]
    public void The_catalogue_finds_it_in_its_assembly()
    {
        var entry = Assert.Single(MethodCatalog.In(typeof(AnchoredEmbedding).Assembly));
        Assert.Equal("l2-sp", entry.Descriptor.Id);
        using var method = entry.Create(new MethodOptions(entry.Descriptor));
        Assert.IsType<AnchoredEmbedding>(method);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_trains_and_a_stronger_anchor_moves_less(bool teir)
    {
        double Moved(double strength)
        {
            var plan = Plan("cll-clip", teir, $"anchored{strength}");
            using var features = new FeatureCache(Path.Combine(Folder, "features")).Load(Dataset, Model);
            var options = new Dictionary<string, object> { ["anchorStrength"] = strength };
            var trainer = new ContinualTrainer(
                Dataset,
                Model,
                features,
                _ => new AnchoredEmbedding(new MethodOptions(AnchoredEmbedding.Descriptor, options))
            );
            var penalties = new List<double>();
            trainer.Run(plan, new Immediate(e => penalties.AddRange(PenaltyOf(e))), default);
            Assert.NotEmpty(penalties);
            return penalties.Max() / strength;
        }
        Assert.True(Moved(100) < Moved(0.01));
    }

    private static IEnumerable<double> PenaltyOf(RunEvent e) =>
        e is ProgressMade made && made.Losses.TryGetValue("penalty", out var penalty) ? [penalty] : [];

    private sealed class Immediate(Action<RunEvent> handle) : IProgress<RunEvent>
    {
        public void Report(RunEvent value) => handle(value);
    }
}
