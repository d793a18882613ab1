using System.Globalization;
using System.Text;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Tokenizer;
using static TorchSharp.torch;

namespace CllClip.Engine.Training;

/// <summary>
/// Writes a stage of a run as a Hugging Face <c>CLIPModel</c> folder that transformers loads without this project's code: grown token embedding and
/// vocabulary, towers, image preprocessing. A method's own parts stand beside in <see cref="PartsFile"/>.
/// </summary>
public static class CheckpointExport
{
    /// <summary>Tensors that a method adds inside the text tower, under the names that <see cref="ReadmeFile"/> explains.</summary>
    public const string PartsFile = "cll_clip_parts.safetensors";

    /// <summary>The model card.</summary>
    public const string ReadmeFile = "README.md";

    /// <summary>Writes the folder.</summary>
    /// <param name="model">The base model that the run began with.</param>
    /// <param name="chainFolder">Folder of the run's chain.</param>
    /// <param name="stage">From 1.</param>
    /// <param name="folder">Where to; must not exist or be empty.</param>
    /// <param name="credits">Licences to be named in the model card; null where nobody knows them.</param>
    /// <exception cref="EngineException">There is no such stage, it is damaged, the folder is not empty, or the disk refuses; nothing half-written remains.</exception>
    public static void Write(ClipModel model, string chainFolder, int stage, string folder, ExportCredits? credits = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var stages = CheckpointChain.CountStages(chainFolder);
        if (stage < 1 || stage > stages)
        {
            throw new EngineException(
                stages == 0
                    ? $"{chainFolder} holds no finished stage. Choose a run that has finished one."
                    : $"There is no stage {stage}; the run has finished stages 1 to {stages}."
            );
        }
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new EngineException($"{folder} is not empty. Name a folder that does not exist yet.");
        }
        using var snapshot = CheckpointChain.Fold(model, chainFolder, stage);
        using var method = CheckpointChain.LoadMethod(chainFolder, stage);
        var working = $"{Path.TrimEndingDirectorySeparator(folder)}.{Guid.NewGuid():N}.tmp"; // a name that nobody else's folder has
        try
        {
            Directory.CreateDirectory(working);
            model.Save(working, snapshot.Embedding.Table, snapshot.Vocabulary, method is null ? null : method.OwnWeights);
            TokenizerJson.Write(working, snapshot.Vocabulary, snapshot.Splitter);
            var parts = method?.ExportParts() ?? new Dictionary<string, Tensor>();
            if (parts.Count > 0)
            {
                SafetensorsWriter.Write(
                    Path.Combine(working, PartsFile),
                    parts.ToDictionary(p => p.Key, p => p.Value),
                    new Dictionary<string, string> { ["format"] = "pt" }
                );
            }
            var record = CheckpointChain.Read(chainFolder, stage);
            string[] learned = [.. Enumerable.Range(1, stage).SelectMany(s => CheckpointChain.Read(chainFolder, s).Figures.Languages)];
            AtomicFile.WriteText(Path.Combine(working, ReadmeFile), Card(model, record, learned, parts.Keys, credits));
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder); // empty
            }
            Directory.Move(working, folder);
        }
        catch (Exception e) when (AtomicFile.Refusal(e) is { } refusal)
        {
            throw new EngineException(
                $"The checkpoint cannot be written to {folder}: {refusal} Free some space or name another folder.",
                e
            );
        }
        finally
        {
            if (Directory.Exists(working))
            {
                Directory.Delete(working, true);
            }
        }
    }

    private static string Card(ClipModel model, StageRecord record, string[] learned, IEnumerable<string> parts, ExportCredits? credits)
    {
        var method = record.Method is { } id ? MethodCatalog.Find(id) : null;
        var card = new StringBuilder();
        void Line(FormattableString text) => card.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"# {method?.Name ?? "CLL-CLIP"} after {learned.Length} languages");
        Line($"");
        Line(
            $"A Hugging Face `CLIPModel`, written by CLL-CLIP (continual language learning of CLIP). Base model: {Path.GetFileName(model.Folder)} (weights SHA-256 {model.Hash}); its model card and licence apply."
        );
        Line($"");
        Line($"* Languages in the order of learning: {string.Join(' ', learned)}");
        Line(
            $"* Vocabulary: {record.Figures.VocabularySize} tokens; the end token's id stands in config.json (it is not the largest id, so find it by its id)"
        );
        if (record.Options is { Count: > 0 } options)
        {
            Line(
                $"* Method: {method?.Name ?? record.Method} ({method?.Paper}); {string.Join(", ", options.Select(o => $"{o.Key} {o.Value}"))}"
            );
        }
        if (credits?.ModelLicence is { } weights)
        {
            Line($"* Licence of the base model: {OneLine(weights)}");
        }
        if (credits?.Dataset is { } dataset)
        {
            Line(
                $"* Learned from: {OneLine(dataset)}; licence of the data: {OneLine(credits.DatasetLicence ?? "not known here, ask whoever has them")}"
            );
        }
        Line($"");
        Line($"```python");
        Line($"from transformers import CLIPModel, CLIPTokenizerFast");
        Line($"model, tokenizer = CLIPModel.from_pretrained(\".\"), CLIPTokenizerFast.from_pretrained(\".\")");
        Line($"```");
        if (parts.Any())
        {
            Line($"");
            Line($"## {PartsFile}");
            Line($"");
            Line(
                $"What the method adds inside the text tower. `CLIPModel` alone does not know it: without, embeddings are those of the shared model. N is a block from 0, W the tower's width."
            );
            Line($"");
            Line($"| key | meaning |");
            Line($"| --- | --- |");
            foreach (var (pattern, meaning) in method is null ? [] : PartNames(method.Id))
            {
                Line($"| `{pattern}` | {meaning} |");
            }
        }
        return card.ToString();
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();

    private static (string Pattern, string Meaning)[] PartNames(string method) =>
        method switch
        {
            "mla" =>
            [
                (
                    "LANG.layerN.down.weight, .down.bias",
                    "adapter of a language: [W/r, W], [W/r]; y + up(relu(down(y))) of the block's output y"
                ),
                ("LANG.layerN.up.weight, .up.bias", "[W, W/r], [W]"),
            ],
            "lora" =>
            [
                ("LANG.layerN.q_proj.lora_A, .lora_B", "[r, W], [W, r]; (alpha/r) B A h is added to the query before it is scaled"),
                ("LANG.layerN.v_proj.lora_A, .lora_B", "the same for the value"),
            ],
            "p-tuning" =>
            [
                (
                    "LANG.layerN.prefix_key, .prefix_value",
                    "[P, W] each; in front of the block's keys and values, in their space, seen by every position"
                ),
            ],
            "dualprompt" =>
            [
                ("layerN.g_p", "[L, W]; general prompt, the first half keys, the second values"),
                ("layerN.e_p", "[tasks, L, W]; expert prompts; the task is the key nearest to the caption's embedding without prompts"),
                ("layerN.e_k", "[tasks, D]; their keys"),
            ],
            "coda-prompt" =>
            [
                ("layerN.e_p", "[components, L, W]; the first half keys, the second values"),
                (
                    "layerN.e_a, layerN.e_k",
                    "[components, D]; a component's weight is cos(q · e_a, e_k) for the caption's embedding q without prompts"
                ),
            ],
            _ => [],
        };
}

/// <summary>What a checkpoint was made from, as far as its licence depends on it.</summary>
/// <param name="ModelLicence">Licence of the base model; null where nobody said.</param>
/// <param name="Dataset">Name of the data set it learned from; null where nobody knows.</param>
/// <param name="DatasetLicence">Licence of that; null where nobody said.</param>
public sealed record ExportCredits(string? ModelLicence, string? Dataset, string? DatasetLicence);
