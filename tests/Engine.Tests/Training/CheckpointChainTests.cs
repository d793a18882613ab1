using System.Text.Json.Nodes;
using CllClip.Engine.Training;
using Xunit;

namespace CllClip.Engine.Tests.Training;

/// <summary>What a chain does with files that were cut, changed, lost or taken from elsewhere.</summary>
public sealed class CheckpointChainTests : ToyRuns
{
    [Theory]
    [InlineData(2)]
    [InlineData(4)] // the last: nothing follows that could notice
    public void A_cut_or_changed_delta_is_named_with_its_remedy(int stage)
    {
        var chain = Trained("a");
        var delta = Path.Combine(CheckpointChain.FolderOf(chain, stage), CheckpointChain.DeltaFile);
        var whole = File.ReadAllBytes(delta);
        File.WriteAllBytes(delta, whole[..(whole.Length / 2)]);
        Refused(chain, delta, $"stage {stage} and those after it are put aside and trained again");
        whole[^1] ^= 1;
        File.WriteAllBytes(delta, whole);
        Refused(chain, delta, $"stage {stage} and those after it are put aside and trained again");
    }

    [Theory]
    [InlineData(CheckpointChain.DeltaFile)]
    [InlineData(CheckpointChain.StageFile)]
    [InlineData("memory.json")]
    public void The_first_damaged_stage_of_a_chain_is_found(string name)
    {
        var chain = Trained("a");
        var copy = Path.Combine(Folder, "copy"); // with a method's own file in stage 3
        File.WriteAllText(Path.Combine(CheckpointChain.FolderOf(chain, 3), "memory.json"), "[1]");
        CheckpointChain.Copy(chain, copy, halfPrecision: false);
        Assert.Null(CheckpointChain.FindDamage(copy));
        foreach (var stage in new[] { 4, 3 })
        {
            var file = Path.Combine(CheckpointChain.FolderOf(copy, stage), stage == 4 ? CheckpointChain.DeltaFile : name);
            var bytes = File.ReadAllBytes(file);
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(file, bytes);
            var damage = CheckpointChain.FindDamage(copy);
            Assert.Equal(stage, damage?.Stage);
            Assert.Contains(Path.GetFileName(file), damage!.Fault, StringComparison.Ordinal);
            File.Delete(file); // gone is no better
            Assert.Equal(stage, CheckpointChain.FindDamage(copy)?.Stage);
        }
        Directory.Delete(CheckpointChain.FolderOf(copy, 2), true);
        Assert.Equal(2, CheckpointChain.FindDamage(copy)?.Stage);
        Assert.Equal(3, CheckpointChain.PutAside(copy, 1) + CheckpointChain.CountStages(copy)); // 3 and 4 are aside, 1 stays
        Assert.Null(CheckpointChain.FindDamage(copy));
        Assert.Null(CheckpointChain.FindDamage(Path.Combine(Folder, "none")));
    }

    [Fact]
    public void A_changed_stage_file_is_noticed_by_its_seal_and_without_one_by_the_next_stage()
    {
        var chain = Trained("a");
        var file = Path.Combine(CheckpointChain.FolderOf(chain, 2), CheckpointChain.StageFile);
        var changed = File.ReadAllText(file).Replace("\"othersFactor\":", "\"othersFactor\":1", StringComparison.Ordinal);
        File.WriteAllText(file, changed);
        Refused(chain, file, "it is not what was written");
        var record = JsonNode.Parse(changed)!.AsObject();
        Assert.True(record.Remove("seal")); // as earlier versions wrote it
        File.WriteAllText(file, record.ToJsonString());
        Refused(chain, "does not follow");
    }

    [Fact]
    public void A_stage_of_another_run_is_refused()
    {
        var (chain, other) = (Trained("a"), Trained("b", seed: 2));
        foreach (var file in new[] { CheckpointChain.DeltaFile, CheckpointChain.StageFile })
        {
            File.Copy(Path.Combine(CheckpointChain.FolderOf(other, 1), file), Path.Combine(CheckpointChain.FolderOf(chain, 1), file), true);
        }
        Refused(chain, "does not follow");
    }

    [Fact]
    public void A_newer_format_is_refused_by_number()
    {
        var chain = Trained("a");
        var file = Path.Combine(CheckpointChain.FolderOf(chain, 1), CheckpointChain.StageFile);
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"format\":1", "\"format\":9", StringComparison.Ordinal));
        Refused(chain, "format 9");
    }

    [Fact]
    public void A_deleted_stage_is_trained_again_and_what_came_after_it_is_put_aside()
    {
        var plan = Plan("cll-clip", true, "a");
        var whole = Run(plan);
        Directory.Delete(CheckpointChain.FolderOf(plan.CheckpointFolder, 2), true);
        var warnings = new List<string>();
        var again = Run(plan, e => warnings.AddRange(e is Logged { Level: "warning" } line ? [line.Text] : []));
        Assert.Equal(whole.Scores, again.Scores);
        Assert.Contains("2 later stages", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal(4, CheckpointChain.CountStages(plan.CheckpointFolder));
        CheckpointChain.Fold(Model, plan.CheckpointFolder, 4).Dispose();
    }

    [Fact]
    public void A_folder_of_a_run_over_other_languages_is_refused()
    {
        var plan = Plan("cll-clip", true, "a");
        Run(plan);
        var error = Assert.Throws<EngineException>(() => Run(plan with { Languages = ["en", "ar", "ja", "de"] }));
        Assert.Contains("trained on de, not on ar", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_methods_own_files_travel_with_a_copy()
    {
        var chain = Trained("a");
        File.WriteAllText(Path.Combine(CheckpointChain.FolderOf(chain, 3), "memory.json"), "[1]");
        var copy = Path.Combine(Folder, "copy");
        CheckpointChain.Copy(chain, copy, halfPrecision: true);
        Assert.Equal("[1]", File.ReadAllText(Path.Combine(CheckpointChain.FolderOf(copy, 3), "memory.json")));
    }

    private string Trained(string name, int seed = 1)
    {
        var plan = Plan("cll-clip", true, name) with { Seed = seed };
        Run(plan);
        return plan.CheckpointFolder;
    }

    private void Refused(string chain, params string[] words)
    {
        var error = Assert.ThrowsAny<EngineException>(() => CheckpointChain.Fold(Model, chain, 4));
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }
}
