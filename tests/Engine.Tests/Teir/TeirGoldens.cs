using System.Text.Json;
using CllClip.Engine.Teir;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Teir;

[Trait("Category", "Golden")]
public class TeirGoldens
{
    public static TheoryData<string> Cases() => Fixtures.Cases("teir");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Teir_equals_the_golden_numbers(string name)
    {
        using var scope = NewDisposeScope();
        using var golden = Fixtures.Load("teir", name);
        switch (golden.Json.GetProperty("kind").GetString())
        {
            case "counters":
                Counters(golden);
                break;
            case "init":
                Initialisation(golden);
                break;
            default:
                Optimiser(golden, ScalarType.Float64, "tolerance");
                Optimiser(golden, ScalarType.Float32, "tolerance_float32");
                break;
        }
    }

    private static void Counters(GoldenCase golden)
    {
        var counter = new TokenCounter(
            golden.Json.GetProperty("base_vocab_size").GetInt32(),
            golden.Json.GetProperty("special_ids").EnumerateArray().Select(x => x.GetInt32())
        );
        var number = 0;
        foreach (var task in golden.Json.GetProperty("tasks").EnumerateArray())
        {
            number++;
            counter.BeginTask(task.GetProperty("vocab_size").GetInt32());
            var occurrence = new TokenOccurrence();
            foreach (var key in new[] { "captions", "memory" })
            {
                if (task.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array)
                {
                    foreach (var caption in list.EnumerateArray())
                    {
                        occurrence.Add(
                            caption.GetProperty("lang").ToString(),
                            caption.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())
                        );
                    }
                }
            }
            Assert.Equal(golden.Tensors[$"out.task{number}.counter"].data<long>().ToArray(), counter.Counts);
            var scales = Enumerable.Range(0, counter.Counts.Count).Select(r => counter.Scale(r, occurrence)).ToArray();
            Assert.Equal(golden.Tensors[$"out.task{number}.scale"].data<double>().ToArray(), scales);
            counter.EndTask(occurrence.Tokens);
            Assert.Equal(golden.Tensors[$"out.task{number}.counter_after"].data<long>().ToArray(), counter.Counts);
        }
    }

    private static void Initialisation(GoldenCase golden)
    {
        var close = new Closeness(golden.Json.GetProperty("tolerance"));
        var (mean, deviation) = RowInitialisation.OfTable(golden.Tensors["in.table"].Here());
        close.Same("mean", golden.Json.GetProperty("teir").GetProperty("mean").GetDouble(), mean);
        close.Same("std", golden.Json.GetProperty("teir").GetProperty("std").GetDouble(), deviation);
    }

    private static void Optimiser(GoldenCase golden, ScalarType type, string tolerance)
    {
        var (json, t) = (golden.Json, golden.Tensors);
        var close = new Closeness(json.GetProperty(tolerance));
        Tensor Leaf(string name) => t[name].Here().to_type(type).clone().requires_grad_(true);
        Tensor? Column(string name) => t.TryGetValue(name, out var scale) ? scale.Here().to_type(type).reshape(-1, 1) : null;
        var (table, matrix, tau) = (Leaf("in.table"), Leaf("in.matrix"), Leaf("in.tau"));
        using var optimiser = new AdamW(json.GetProperty("weight_decay").GetDouble());
        optimiser.Add(table, Column("in.grad_scale"), Column("in.decay_scale"));
        optimiser.Add(matrix);
        optimiser.Add(tau);
        var expected = json.GetProperty("expected");
        var schedule = new WarmupSchedule(json.GetProperty("lr").GetDouble(), json.GetProperty("warmup_steps").GetInt32());
        for (var j = 0; j < expected.GetProperty("lr").GetArrayLength(); j++)
        {
            table.grad = t["in.grad_table"][j].Here().to_type(type).clone();
            matrix.grad = t["in.grad_matrix"][j].Here().to_type(type).clone();
            tau.grad = t["in.grad_tau"][j].Here().to_type(type).clone();
            close.Same(
                "norm",
                expected.GetProperty("grad_norm")[j].GetDouble(),
                optimiser.ClipGradients(json.GetProperty("max_norm").GetDouble())
            );
            close.Same("lr", expected.GetProperty("lr")[j].GetDouble(), schedule.At(j));
            optimiser.Step(schedule.At(j));
            close.Same($"table after step {j}", t["out.tables"][j], table);
        }
        var (first, second) = optimiser.Moments(table);
        close.Same("m", t["out.m"], first);
        close.Same("v", t["out.v"], second);
        close.Same("matrix", t["out.matrix"], matrix);
        close.Same("tau", t["out.tau"].reshape(-1), tau.reshape(-1));
    }
}
