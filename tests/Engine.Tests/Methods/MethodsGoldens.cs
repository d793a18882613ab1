using CllClip.Engine.Methods;
using CllClip.Engine.Methods.Parts;
using CllClip.Engine.Model;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Methods;

/// <summary>The building blocks of the methods on a tiny text tower (fixtures/methods).</summary>
[Trait("Category", "Golden")]
public class MethodsGoldens
{
    public static TheoryData<string> Cases() => Fixtures.Cases("methods");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_building_block_equals_the_golden_in_float64(string name) => Check(name, ScalarType.Float64, "tolerance");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_building_block_equals_the_golden_in_float32(string name) => Check(name, ScalarType.Float32, "tolerance_float32");

    private static void Check(string name, ScalarType type, string tolerance)
    {
        using var scope = NewDisposeScope();
        using var golden = Fixtures.Load("methods", name);
        if (!golden.Json.TryGetProperty(tolerance, out var limits))
        {
            limits = golden.Json.GetProperty("tolerance"); // exact in either type
        }
        switch (golden.Json.GetProperty("kind").GetString())
        {
            case "reservoir":
                ReplayGoldens.Reservoir(golden);
                break;
            case "replay_batches":
                ReplayGoldens.ReplayBatches(golden);
                break;
            case "coda_gram_schmidt":
                Components(golden, type, new Closeness(limits));
                break;
            case "oewc":
                using (var tower = new GoldenTower(golden, type))
                {
                    Fisher(golden, tower, new Closeness(limits));
                }
                break;
            case "dualprompt" or "codaprompt":
                using (var tower = new GoldenTower(golden, type))
                {
                    Prompts(golden, tower, new Closeness(limits));
                }
                break;
            default:
                using (var tower = new GoldenTower(golden, type))
                {
                    Adapters(golden, tower, new Closeness(limits));
                }
                break;
        }
    }

    private static void Adapters(GoldenCase golden, GoldenTower tower, Closeness close)
    {
        using var method = GoldenMethods.Adapter(golden.Json.GetProperty("kind").GetString()!, golden.Json.GetProperty("adapter_config"));
        tower.Begin(method, 0);
        CheckPass(golden, tower, close, method.TrainingParts(tower.Tokens, tower.Ends), "out.");
        CheckGradients(golden, tower, close, method, method.TrainingParts(tower.Tokens, tower.Ends));
        close.Same("without", golden.Tensors["out.f_without_method"], tower.Tower.Forward(tower.Tokens, tower.Ends));
        // what is kept after the task gives the same embeddings, and only to its language
        method.EndTask(tower.Task(0), tower.Rows);
        var kept = method.EvaluationParts("0", tower.Tower)!.Invoke(tower.Tokens, tower.Ends);
        close.Same("kept", golden.Tensors["out.f"], tower.Tower.Forward(tower.Tokens, tower.Ends, parts: kept));
        Assert.Null(method.EvaluationParts("another", tower.Tower));
    }

    private static void Prompts(GoldenCase golden, GoldenTower tower, Closeness close)
    {
        var (json, task) = (golden.Json, golden.Json.GetProperty("task").GetInt32());
        var published = json.GetProperty("mask").GetString() == "reference";
        using PromptMethod method =
            json.GetProperty("kind").GetString() == "dualprompt"
                ? GoldenMethods.Dual(json.GetProperty("options"), published)
                : GoldenMethods.Coda(json.GetProperty("options"), published);
        for (var t = 0; t <= task; t++)
        {
            tower.Begin(method, t);
        }
        foreach (var mode in new[] { "train", "test" })
        {
            var parts =
                mode == "train"
                    ? method.TrainingParts(tower.Tokens, tower.Ends)
                    : method.EvaluationParts("0", tower.Tower)!.Invoke(tower.Tokens, tower.Ends);
            CheckPass(golden, tower, close, parts, $"out.{mode}.");
            var query = tower.Tower.Forward(tower.Tokens, tower.Ends);
            close.Same(mode + ".query", golden.Tensors[$"out.{mode}.query"], query);
            for (var layer = 0; layer < tower.Tower.Sizes.Layers; layer++)
            {
                var key = $"out.{mode}.layer{layer}.";
                Assert.Equal(golden.Tensors.ContainsKey(key + "prompt_key"), parts.Prefix(layer) is not null);
                if (parts.Prefix(layer) is var (keys, values))
                {
                    close.Same(key + "prompt_key", golden.Tensors[key + "prompt_key"], Whole(keys, golden.Tensors[key + "prompt_key"]));
                    close.Same(
                        key + "prompt_value",
                        golden.Tensors[key + "prompt_value"],
                        Whole(values, golden.Tensors[key + "prompt_value"])
                    );
                }
                if (golden.Tensors.TryGetValue(key + "cosine", out var cosine))
                {
                    var dual = (DualPrompt)method;
                    close.Same(key + "cosine", cosine, dual.Cosine(query, layer));
                    if (mode == "test")
                    {
                        Assert.True(golden.Tensors[key + "selected"].Equals(dual.Cosine(query, layer).argmax(1).cpu()));
                    }
                }
            }
            method.Penalty(tower.Rows); // forgets what the passes above pulled
        }
        CheckGradients(golden, tower, close, method, method.TrainingParts(tower.Tokens, tower.Ends));
    }

    /// <summary>One prompt for all captions, as many times as there are captions.</summary>
    private static Tensor Whole(Tensor prompt, Tensor like) => prompt.expand(like.shape);

    private static void CheckPass(GoldenCase golden, GoldenTower tower, Closeness close, TextTowerParts parts, string key)
    {
        close.Same(key + "f", golden.Tensors[key + "f"], tower.Tower.Forward(tower.Tokens, tower.Ends, parts: parts));
        var states = tower.Tower.HiddenStates(tower.Tokens, parts: parts);
        for (var block = 0; block < tower.Tower.Sizes.Layers; block++)
        {
            close.Same($"{key}block{block}", golden.Tensors[$"{key}block{block}"], states[block + 1] * tower.Real);
        }
    }

    private static void CheckGradients(GoldenCase golden, GoldenTower tower, Closeness close, ContinualMethod method, TextTowerParts parts)
    {
        var cotangent = golden.Tensors["in.cotangent"].Here().to_type(tower.Type);
        var value = (tower.Tower.Forward(tower.Tokens, tower.Ends, parts: parts) * cotangent).sum();
        var pull = method.Penalty(tower.Rows);
        if (golden.Tensors.TryGetValue("out.pull_loss", out var wanted))
        {
            close.Same("pull", wanted.sum().item<double>(), pull is null ? 0 : pull.to_type(ScalarType.Float64).item<double>());
        }
        (pull is null ? value : value.Plus(pull)).backward();
        var parameters = method.Parameters.Append(("token_embedding", tower.Rows.Values)).ToDictionary(p => p.Item1, p => p.Item2);
        foreach (var (name, want) in golden.Tensors.Where(t => t.Key.StartsWith("out.grad.", StringComparison.Ordinal)))
        {
            var field = name["out.grad.".Length..];
            if (!parameters.TryGetValue(field, out var parameter))
            {
                Assert.Equal(0, want.abs().sum().item<double>()); // the published loop never reaches it
                continue;
            }
            close.Same(name, want, parameter.grad is { } gradient ? gradient : zeros_like(parameter));
        }
    }

    private static void Components(GoldenCase golden, ScalarType type, Closeness close)
    {
        var options = golden.Json.GetProperty("options");
        var perTask = options.GetProperty("e_pool_size").GetInt32() / options.GetProperty("n_tasks").GetInt32();
        for (var task = 0; task < golden.Json.GetProperty("tasks").GetInt32(); task++)
        {
            foreach (var (name, want) in golden.Tensors.Where(t => t.Key.StartsWith($"out.task{task}.", StringComparison.Ordinal)))
            {
                var input = "in" + name[3..];
                var before = golden.Tensors.TryGetValue(input + ".before", out var given)
                    ? given.Here().to_type(type)
                    : zeros_like(want.Here()).to_type(type);
                var got = CodaPrompt.Orthogonalise(before, task, perTask, golden.Tensors[input + ".draws"].Here().to_type(type));
                if (type == ScalarType.Float64)
                {
                    close.Same(name, want, got);
                }
                else
                {
                    Assert.True((want - got.cpu().to_type(ScalarType.Float64)).abs().max().item<double>() < 1e-6, name); // rounded once
                }
            }
        }
    }

    private static void Fisher(GoldenCase golden, GoldenTower tower, Closeness close)
    {
        var json = golden.Json;
        using var method = new OnlineEwc(
            GoldenMethods.Options(
                OnlineEwc.Descriptor,
                ("fisherPenalty", json.GetProperty("penalty_scale").GetDouble()),
                ("fisherDecay", json.GetProperty("gamma").GetDouble())
            )
        );
        var settings = new TrainingSettings
        {
            LearningRate = 1,
            CrosslingualScale = json.GetProperty("crosslingual_scale").GetDouble(),
            CrossmodalScale = json.GetProperty("crossmodal_scale").GetDouble(),
            Temperature = json.GetProperty("tau").GetDouble(),
        };
        for (var task = 0; task < json.GetProperty("tasks").GetInt32(); task++)
        {
            var key = $"task{task}";
            using var table = new TokenEmbedding(golden.Tensors[$"in.{key}.table_start"].Here().to_type(tower.Type).clone());
            long[] all = [.. Enumerable.Range(0, table.Count).Select(r => (long)r)];
            using var rows = new TaskRows(table, all);
            if (golden.Tensors.TryGetValue($"out.{key}.fisher_extended", out var extended))
            {
                close.Same(key + ".fisher_extended", extended, method.FisherOf(all, table.Width, tower.Type, CPU));
            }
            method.BeginTask(tower.Task(task), rows);
            using (no_grad())
            {
                rows.Values.copy_(golden.Tensors[$"in.{key}.table_end"]);
            }
            var penalty = method.Penalty(rows);
            close.Same(
                key + ".penalty",
                golden.Tensors[$"out.{key}.penalty"].sum().item<double>(),
                penalty is null ? 0 : penalty.to_type(ScalarType.Float64).item<double>()
            );
            if (golden.Tensors.TryGetValue($"out.{key}.penalty_grad", out var gradient))
            {
                penalty!.backward();
                close.Same(key + ".penalty_grad", gradient, rows.Values.grad!);
            }
            using var training = new TaskTraining(tower.Tower, rows, null, method, settings, 1);
            method.EpochsDone(
                training,
                Enumerable.Range(0, json.GetProperty("batches").GetInt32()).Select(i => Batch(golden, $"in.{key}.batch{i}.", tower))
            );
            close.Same(key + ".fisher", golden.Tensors[$"out.{key}.fisher"], method.FisherOf(all, table.Width, tower.Type, CPU));
        }
    }

    private static TrainingBatch Batch(GoldenCase golden, string key, GoldenTower tower)
    {
        Tensor In(string name) => golden.Tensors[key + name];
        return new TrainingBatch(
            GoldenTower.Captions(In("ids"), In("mask")),
            In("e").Here().to_type(tower.Type),
            In("v").Here().to_type(tower.Type),
            In("image_ids").Here()
        );
    }
}
