using System.Diagnostics;
using System.Text.Json;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Tokenizer;
using CllClip.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Training;

/// <summary>Stages as Hugging Face folders.</summary>
public sealed class CheckpointExportTests : ToyRuns
{
    private static readonly string[] Texts =
    [
        "red cat",
        "schwarze Katze",
        "太陽と猫",
        "كلب أحمر",
        "It's 10 o'clock, we'll see",
        "ÀÉ ﬁ  İ\tx",
        "🐈 12,5 %",
        "हिन्दी में बिल्ली, ภาษาไทย น้ำ",
        "",
    ];

    [Fact]
    public void An_exported_stage_is_read_back_to_the_last_bit_and_embeds_as_the_stage_does()
    {
        var plan = Plan("cll-clip", true, "a");
        Run(plan);
        var folder = Path.Combine(Folder, "exported");
        var credits = new ExportCredits("MIT", "Toys", "CC-BY-4.0\n# no heading");
        CheckpointExport.Write(Model, plan.CheckpointFolder, 2, folder, credits);
        var card = File.ReadAllLines(Path.Combine(folder, CheckpointExport.ReadmeFile));
        Assert.Contains("* Licence of the base model: MIT", card);
        Assert.Contains("* Learned from: Toys; licence of the data: CC-BY-4.0 # no heading", card);
        using var stage = CheckpointChain.Fold(Model, plan.CheckpointFolder, 2);
        using var read = ClipModel.Load(folder, TestDevice.Name);
        Assert.True(read.TokenEmbedding.Equals(stage.Embedding.Table));
        Assert.Equal(stage.Vocabulary.Tokens, read.Vocabulary!.Tokens);
        Assert.Equal(stage.Vocabulary.Merges, read.Vocabulary.Merges);
        Assert.Equal(stage.Vocabulary.EndId, read.EndTokenId);
        var tokenizer = new ClipTokenizer(read.Vocabulary);
        foreach (var text in Texts)
        {
            using var scope = NewDisposeScope();
            var ids = tokenizer.Encode(text, read.Text.MaxLength);
            var batch = tensor(ids.Select(i => (long)i).ToArray()).Here().unsqueeze(0);
            var want = Model.Text.Forward(
                stage.Embedding.Gather([.. ids.Select(i => (long)i)]).unsqueeze(0),
                tensor(new[] { TextEncoder.EndOf(ids) }).Here()
            );
            Assert.True(want.Equals(read.EncodeTexts(batch)), text);
        }
    }

    [Theory]
    [InlineData("mla", "de.layer0.down.weight")]
    [InlineData("lora", "de.layer1.v_proj.lora_B")]
    [InlineData("p-tuning", "de.layer0.prefix_key")]
    [InlineData("dualprompt", "layer1.e_k")]
    [InlineData("coda-prompt", "layer0.e_a")]
    public void A_methods_parts_stand_beside_the_shared_model_under_documented_names(string method, string name)
    {
        var plan = Plan(method, true, "a");
        Run(plan);
        var folder = Path.Combine(Folder, "exported");
        CheckpointExport.Write(Model, plan.CheckpointFolder, 3, folder);
        using (var parts = SafetensorsReader.Open(Path.Combine(folder, CheckpointExport.PartsFile)))
        {
            Assert.True(parts.Contains(name), string.Join(' ', parts.Entries.Select(e => e.Name)));
            using var loaded = CheckpointChain.LoadMethod(plan.CheckpointFolder, 3)!;
            using var got = parts.ReadTensor(name);
            Assert.True(got.Equals(loaded.ExportParts()[name]));
            Assert.DoesNotContain(parts.Entries, e => e.Name.StartsWith("ar.", StringComparison.Ordinal)); // not learned by stage 3
        }
        var card = File.ReadAllText(Path.Combine(folder, CheckpointExport.ReadmeFile));
        Assert.Contains(CheckpointExport.PartsFile, card, StringComparison.Ordinal);
        Assert.Contains("Languages in the order of learning: en de ja\n", card, StringComparison.Ordinal);
        ClipModel.Load(folder, TestDevice.Name).Dispose();
        var docs = File.ReadAllLines(Path.Combine(Fixtures.Repository!, "docs", "checkpoints.md"));
        string[] rows = [.. card.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal))];
        Assert.NotEmpty(rows);
        Assert.All(rows, r => Assert.Contains(r, docs));
    }

    [Fact]
    public void A_folder_beside_that_ends_like_a_half_written_one_is_left_alone()
    {
        var plan = Plan("cll-clip", false, "a");
        Run(plan);
        var folder = Path.Combine(Folder, "exported");
        Directory.CreateDirectory(folder + ".tmp");
        File.WriteAllText(Path.Combine(folder + ".tmp", "mine.txt"), "kept");
        CheckpointExport.Write(Model, plan.CheckpointFolder, 1, folder);
        Assert.False(File.Exists(Path.Combine(folder, "mine.txt")));
        Assert.True(File.Exists(Path.Combine(folder + ".tmp", "mine.txt")));
    }

    [Fact]
    public void A_disk_that_refuses_is_said_and_nothing_is_left()
    {
        var plan = Plan("cll-clip", false, "a");
        Run(plan);
        var file = Path.Combine(Folder, "file");
        File.WriteAllText(file, "");
        var e = Assert.Throws<EngineException>(() =>
            CheckpointExport.Write(Model, plan.CheckpointFolder, 1, Path.Combine(file, "exported"))
        );
        Assert.Contains("name another folder", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Folder, "*.tmp"));
    }

    [Fact]
    public void An_export_is_a_base_model_again_and_another_run_goes_on_from_it()
    {
        var plan = Plan("cll-clip", true, "a");
        Run(plan);
        var folder = Path.Combine(Folder, "exported");
        CheckpointExport.Write(Model, plan.CheckpointFolder, 2, folder);
        foreach (var slow in new[] { "vocab.json", "merges.txt" })
        {
            File.Delete(Path.Combine(folder, slow)); // as newer versions of transformers save it
        }
        using var grown = ClipModel.Load(folder, TestDevice.Name);
        var next = Plan("cll-clip", true, "b");
        using var features = new CllClip.Engine.Data.Features.FeatureCache(Path.Combine(Folder, "features")).Load(Dataset, grown);
        new ContinualTrainer(Dataset, grown, features).Run(next, new Progress<RunEvent>(), TestContext.Current.CancellationToken);
        using var stage = CheckpointChain.Fold(grown, next.CheckpointFolder, 1);
        Assert.True(stage.Vocabulary.Count >= grown.VocabularyToGrow.Count);
        Assert.Equal(grown.VocabularyToGrow.Tokens, stage.Vocabulary.Tokens.Take(grown.VocabularyToGrow.Count));
    }

    [Fact]
    public void A_tower_that_was_trained_is_exported_in_place_of_the_bases()
    {
        var plan = Plan("cll-clip", true, "a");
        plan = plan with { Options = new Dictionary<string, object>(plan.Options) { ["trainEverything"] = true } };
        Run(plan);
        var folder = Path.Combine(Folder, "exported");
        CheckpointExport.Write(Model, plan.CheckpointFolder, 2, folder);
        using var read = ClipModel.Load(folder, TestDevice.Name);
        using var method = CheckpointChain.LoadMethod(plan.CheckpointFolder, 2)!;
        Assert.Equal(method.OwnWeights(TextTower.ProjectionName), read.ReadWeights(TextTower.ProjectionName));
        Assert.NotEqual(Model.ReadWeights(TextTower.ProjectionName), read.ReadWeights(TextTower.ProjectionName));
    }

    [Theory]
    [InlineData("clip")]
    [InlineData("marks")]
    public void The_exported_tokenizer_gives_the_same_ids_in_Hugging_Faces_tokenizers(string words)
    {
        var node = Path.Combine(Fixtures.Repository ?? "", "tests", "Benchmarks", "tokenizers-side-by-side");
        var missing = !Directory.Exists(Path.Combine(node, "node_modules", "tokenizers"));
        Assert.False(missing && Environment.GetEnvironmentVariable("CLLCLIP_REQUIRE_TOKENIZERS") == "1", $"run npm ci in {node}");
        Assert.SkipWhen(missing, "Hugging Face's tokenizers are not installed: run npm ci in tests/Benchmarks/tokenizers-side-by-side");
        var plan = Plan("cll-clip", true, "a");
        plan = plan with { Options = new Dictionary<string, object>(plan.Options) { ["wordPattern"] = words } };
        Run(plan);
        var folder = Path.Combine(Folder, "exported");
        CheckpointExport.Write(Model, plan.CheckpointFolder, 4, folder);
        using var stage = CheckpointChain.Fold(Model, plan.CheckpointFolder, 4);
        Assert.Same(WordSplitter.Of(words), stage.Splitter);
        var tokenizer = new ClipTokenizer(stage.Vocabulary, stage.Splitter);
        string[] texts = [.. Texts, .. Languages.SelectMany(Dataset.TrainingTexts)];
        var input = Path.Combine(Folder, "texts.json");
        File.WriteAllText(input, JsonSerializer.Serialize(texts));
        using var process = Process.Start(
            new ProcessStartInfo("node", [Path.Combine(node, "ids.mjs"), Path.Combine(folder, TokenizerJson.FileName), input])
            {
                RedirectStandardOutput = true,
            }
        )!;
        var ids = JsonSerializer.Deserialize<int[][]>(process.StandardOutput.ReadToEnd())!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Equal(texts.Select(t => tokenizer.Encode(t)), ids);
    }

    [Fact]
    public void A_stage_that_is_not_there_and_a_folder_that_is_not_empty_are_refused_and_nothing_is_left()
    {
        var plan = Plan("cll-clip", false, "a");
        Run(plan);
        var folder = Path.Combine(Folder, "exported");
        Assert.Contains(
            "stages 1 to 4",
            Assert.Throws<EngineException>(() => CheckpointExport.Write(Model, plan.CheckpointFolder, 5, folder)).Message,
            StringComparison.Ordinal
        );
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "mine.txt"), "kept");
        Assert.Throws<EngineException>(() => CheckpointExport.Write(Model, plan.CheckpointFolder, 1, folder));
        Assert.Equal(["mine.txt"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName));
        Assert.Empty(Directory.GetDirectories(Folder, "*.tmp"));
    }
}
