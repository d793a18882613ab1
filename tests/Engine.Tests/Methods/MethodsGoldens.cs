using System.Text.Json;
using CllClip.Engine.Data;
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
                Reservoir(golden);
                break;
            case "replay_batches":
                ReplayBatches(golden);
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
                        Assert.True(golden.Tensors[key + "selected"].Equals(dual.Cosine(query, layer).argmax(1)));
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
        var cotangent = golden.Tensors["in.cotangent"].to_type(tower.Type);
        var value = (tower.Tower.Forward(tower.Tokens, tower.Ends, parts: parts) * cotangent).sum();
        var pull = method.Penalty(tower.Rows);
        if (golden.Tensors.TryGetValue("out.pull_loss", out var wanted))
        {
            close.Same("pull", wanted.sum().item<double>(), pull is null ? 0 : pull.to_type(ScalarType.Float64).item<double>());
        }
        (pull is null ? value : value + pull).backward();
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
                    ? given.to_type(type)
                    : zeros_like(want).to_type(type);
                var got = CodaPrompt.Orthogonalise(before, task, perTask, golden.Tensors[input + ".draws"].to_type(type));
                if (type == ScalarType.Float64)
                {
                    close.Same(name, want, got);
                }
                else
                {
                    Assert.True((want - got.to_type(ScalarType.Float64)).abs().max().item<double>() < 1e-6, name); // rounded once
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
            using var table = new TokenEmbedding(golden.Tensors[$"in.{key}.table_start"].to_type(tower.Type).clone());
            long[] all = [.. Enumerable.Range(0, table.Count).Select(r => (long)r)];
            using var rows = new TaskRows(table, all);
            if (golden.Tensors.TryGetValue($"out.{key}.fisher_extended", out var extended))
            {
                close.Same(key + ".fisher_extended", extended, method.FisherOf(all, table.Width, tower.Type));
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
            close.Same(key + ".fisher", golden.Tensors[$"out.{key}.fisher"], method.FisherOf(all, table.Width, tower.Type));
        }
    }

    private static TrainingBatch Batch(GoldenCase golden, string key, GoldenTower tower)
    {
        Tensor In(string name) => golden.Tensors[key + name];
        return new TrainingBatch(
            GoldenTower.Captions(In("ids"), In("mask")),
            In("e").to_type(tower.Type),
            In("v").to_type(tower.Type),
            In("image_ids")
        );
    }

    private static void Reservoir(GoldenCase golden)
    {
        var (json, draws) = (golden.Json, new ListedDraws());
        var capacity = json.GetProperty("memory_size").GetInt32();
        var dark = json.GetProperty("dark").GetBoolean();
        var memory = new ReplayMemory<int>(capacity, draws);
        var targets = new Dictionary<int, Tensor>();
        var number = 0;
        foreach (var step in json.GetProperty("steps").EnumerateArray())
        {
            draws.Add(step.GetProperty("draws"));
            var items = step.GetProperty("batch").EnumerateArray().ToList();
            int[] current = [.. Enumerable.Range(0, items.Count).Where(i => !items[i].GetProperty("from_memory").GetBoolean())];
            var slots = memory.Offer([.. current.Select(i => items[i].GetProperty("id").GetInt32())]);
            for (var i = 0; i < slots.Length; i++)
            {
                if (slots[i] >= 0)
                {
                    targets[slots[i]] = dark
                        ? golden.Tensors[$"in.step{number}.student"][current[i]]
                        : full(3, (double)items[current[i]].GetProperty("id").GetInt32());
                }
            }
            Assert.Equal(Ids(step.GetProperty("memory_after")), memory.Items);
            Assert.Equal(step.GetProperty("seen_after").GetInt32(), memory.Seen);
            draws.AssertUsedUp();
            for (var slot = 0; slot < memory.Items.Count; slot++)
            {
                Assert.True(golden.Tensors[$"out.step{number}.target"][slot].Equals(targets[slot].to_type(ScalarType.Float32)));
            }
            number++;
        }
    }

    private static void ReplayBatches(GoldenCase golden)
    {
        var (json, draws) = (golden.Json, new ListedDraws());
        var (capacity, size) = (json.GetProperty("memory_size").GetInt32(), json.GetProperty("batch").GetInt32());
        var first = json.GetProperty("first_task").GetBoolean();
        var orders = json.GetProperty("shuffles_at_start").EnumerateArray().Select(Ids).ToList();
        var memory = new ReplayMemory<string>(capacity, draws);
        if (!first)
        {
            // what the memory holds at the start: the golden names them m0, m1, ... and never reads one that is not there
            var stored = json.GetProperty("steps").EnumerateArray().First().GetProperty("memory_after").EnumerateArray();
            string[] old = [.. stored.Select(m => m.GetString()!).TakeWhile(m => m.StartsWith('m'))];
            memory.Restore(old, old.Length);
            draws.Orders.Enqueue(orders[1]);
            memory.BeginTask();
        }
        foreach (var step in json.GetProperty("steps").EnumerateArray())
        {
            string[] batch = [.. step.GetProperty("batch").EnumerateArray().Select(x => x.GetString()!)];
            bool[] fromMemory = [.. step.GetProperty("from_memory").EnumerateArray().Select(x => x.GetBoolean())];
            foreach (var order in step.GetProperty("shuffles_during").EnumerateArray().Select(Ids).Where(o => o.Length == capacity))
            {
                draws.Orders.Enqueue(order);
            }
            draws.Add(step.GetProperty("refill_draws"));
            string[] replayed = [.. batch.Where((_, i) => fromMemory[i])];
            Assert.Equal(first ? 0 : size, replayed.Length);
            Assert.Equal(replayed, memory.Next(replayed.Length).Select(s => memory.Items[s]));
            draws.AssertUsedUp();
            draws.Add(step.GetProperty("reservoir_draws"));
            memory.Offer([.. batch.Where((_, i) => !fromMemory[i])]);
            Assert.Equal(step.GetProperty("memory_after").EnumerateArray().Select(m => m.GetString()), memory.Items);
            draws.AssertUsedUp();
        }
    }

    private static int[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(x => x.GetInt32())];

    /// <summary>Gives recorded draws, each with the bounds that it must be asked for.</summary>
    private sealed class ListedDraws : IReplayDraws
    {
        private readonly Queue<(int Highest, int Drawn)> _draws = [];

        public Queue<int[]> Orders { get; } = [];

        public void Add(JsonElement draws)
        {
            foreach (var draw in draws.EnumerateArray())
            {
                _draws.Enqueue((draw[1].GetInt32(), draw[2].GetInt32()));
            }
        }

        public void AssertUsedUp() => Assert.Empty(_draws);

        public void BeginTask(int seed, int task) { }

        public int UpTo(int highest)
        {
            var (wanted, drawn) = _draws.Dequeue();
            Assert.Equal(wanted, highest);
            return drawn;
        }

        public int[] Order(int count)
        {
            var order = Orders.Dequeue();
            Assert.Equal(count, order.Length);
            return order;
        }
    }

    /// <summary>The tiny tower of a case, with its captions and with every row in use.</summary>
    private sealed class GoldenTower : IDisposable
    {
        private readonly GoldenCase _golden;
        private readonly TokenEmbedding _table;

        public GoldenTower(GoldenCase golden, ScalarType type)
        {
            (_golden, Type) = (golden, type);
            var sizes = golden.Json.GetProperty("sizes");
            int Size(string name) => sizes.GetProperty(name).GetInt32();
            Tower = TextTower.Create(
                new TowerSizes(Size("width"), Size("heads"), Size("layers")),
                n => golden.Tensors["in.base." + n].to_type(type)
            );
            _table = new TokenEmbedding(golden.Tensors["in.base.text_model.embeddings.token_embedding.weight"].to_type(type).clone());
            Rows = new TaskRows(_table, [.. Enumerable.Range(0, _table.Count).Select(r => (long)r)]);
        }

        public ScalarType Type { get; }

        public TextTower Tower { get; }

        public TaskRows Rows { get; }

        private Tensor Ids => _golden.Tensors["in.ids"];

        /// <summary>With gradient. [B, S, W]</summary>
        public Tensor Tokens => Rows.Values.index_select(0, Ids.flatten()).reshape(Ids.shape[0], Ids.shape[1], -1);

        /// <summary>[B] int64</summary>
        public Tensor Ends =>
            Ids.eq(_golden.Json.GetProperty("sizes").GetProperty("vocab").GetInt32() - 1).to_type(ScalarType.Int64).argmax(1);

        /// <summary>1 for a token, 0 for padding. [B, S, 1]</summary>
        public Tensor Real => _golden.Tensors["in.mask"].to_type(Type).unsqueeze(2);

        public static int[][] Captions(Tensor ids, Tensor mask) =>
            [
                .. Enumerable
                    .Range(0, (int)ids.shape[0])
                    .Select(c => ids[c].data<long>().Take((int)mask[c].sum().item<long>()).Select(i => (int)i).ToArray()),
            ];

        public TaskContext Task(int index) =>
            new(index, ["0"], Tower, 0, () => throw new InvalidOperationException(), _ => throw new InvalidOperationException());

        /// <summary>Begins a task and puts the case's parameters in place.</summary>
        public void Begin(ContinualMethod method, int task)
        {
            method.BeginTask(Task(task), Rows);
            using var nothing = no_grad();
            var given = _golden
                .Tensors.Where(t => t.Key.StartsWith("in.method.", StringComparison.Ordinal))
                .Select(t => t.Key["in.method.".Length..])
                .ToHashSet();
            foreach (var (name, parameter) in method.Parameters)
            {
                Assert.Contains(name, given);
                Assert.Equal(_golden.Tensors["in.method." + name].shape, parameter.shape);
                parameter.copy_(_golden.Tensors["in.method." + name]);
            }
        }

        public void Dispose()
        {
            Rows.Dispose();
            _table.Dispose();
            Tower.Dispose();
        }
    }
}
