using System.Text.Json;
using CllClip.Engine.Methods;
using CllClip.Engine.Tests.Training;
using CllClip.Engine.Training;
using CllClip.Shared.Methods;
using Xunit;

namespace CllClip.Engine.Tests.Methods;

/// <summary>Ablations and own variants: what they are called, and that they do something.</summary>
public sealed class VariantTests : ToyRuns
{
    [Fact]
    public void Options_at_their_defaults_are_the_method_as_published()
    {
        foreach (var method in MethodCatalog.All)
        {
            var options = method.Options.ToDictionary(o => o.Name, o => JsonSerializer.SerializeToElement(o.Default));
            Assert.Empty(MethodVariant.Of(method, true, options));
            Assert.Empty(MethodVariant.Of(method, true, new Dictionary<string, JsonElement>()));
            Assert.All(method.Options, o => Assert.True(MethodVariant.IsDefault(o, options[o.Name])));
        }
    }

    [Fact]
    public void An_own_variant_and_an_ablation_are_named_apart()
    {
        var method = MethodCatalog.Find("cll-clip");
        var options = new Dictionary<string, JsonElement>
        {
            ["teirUpdate"] = JsonSerializer.SerializeToElement(true),
            ["teirExponent"] = JsonSerializer.SerializeToElement(0.5),
            ["trainEverything"] = JsonSerializer.SerializeToElement(true),
            ["learningRate"] = JsonSerializer.SerializeToElement(0.1),
        };
        Assert.Equal(
            [
                new MethodVariant(VariantKind.Own, "TEIR-U"),
                new MethodVariant(VariantKind.Own, "exponent 0.5"),
                new MethodVariant(VariantKind.Ablation, "whole text tower"),
            ],
            MethodVariant.Of(method, true, options)
        );
        Assert.Equal([new MethodVariant(VariantKind.Ablation, "whole text tower")], MethodVariant.Of(method, false, options)); // TEIR is off
    }

    [Theory]
    [InlineData("teirUpdate", "true")]
    [InlineData("teirExponent", "0.5")]
    [InlineData("teirParts", "\"init\"")]
    [InlineData("oracleVocabulary", "true")]
    [InlineData("trainEverything", "true")]
    public void Each_changes_a_run(string option, string value)
    {
        var plan = Plan("cll-clip", true, "variant");
        if (option == "teirExponent")
        {
            // in TEIR itself Adam divides the gradient's scale out again, save for epsilon
            plan = plan with
            {
                Options = new Dictionary<string, object>(plan.Options) { ["teirUpdate"] = true },
            };
        }
        var plain = Run(plan with { CheckpointFolder = Path.Combine(Folder, "plain") });
        using var json = JsonDocument.Parse(value);
        var descriptor = MethodCatalog.Find("cll-clip")!.Options.Single(o => o.Name == option);
        var changed = Run(
            plan with
            {
                Options = new Dictionary<string, object>(plan.Options)
                {
                    [option] = RunValidation.Read(descriptor, json.RootElement, out _)!,
                },
            }
        );
        Assert.NotEqual(plain.Scores, changed.Scores);
        if (option == "oracleVocabulary")
        {
            Assert.True(changed.Stages[0].NewTokens > 0);
            Assert.All(changed.Stages.Skip(1), s => Assert.Equal(0, s.NewTokens));
        }
    }

    [Fact]
    public void A_run_that_trains_the_whole_tower_resumes_to_the_last_bit()
    {
        RunPlan Whole(string folder)
        {
            var plan = Plan("cll-clip", true, folder);
            return plan with { Options = new Dictionary<string, object>(plan.Options) { ["trainEverything"] = true } };
        }
        var whole = Run(Whole("whole"));
        using var stop = new CancellationTokenSource();
        void StopAfterTwo(RunEvent e)
        {
            if (e is StageFinished { Stage.Stage: 2 })
            {
                stop.Cancel();
            }
        }
        Assert.Throws<OperationCanceledException>(() => Run(Whole("parts"), StopAfterTwo, stop.Token));
        Assert.Equal(whole.Scores, Run(Whole("parts")).Scores);
    }
}
