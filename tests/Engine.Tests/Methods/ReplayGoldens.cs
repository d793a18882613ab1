using System.Text.Json;
using CllClip.Engine.Methods.Parts;
using CllClip.Engine.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Methods;

/// <summary>The replay memory against the recorded choices of the reference (kinds reservoir and replay_batches).</summary>
internal static class ReplayGoldens
{
    public static void Reservoir(GoldenCase golden)
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
                        : tensor(Enumerable.Repeat((double)items[current[i]].GetProperty("id").GetInt32(), 3).ToArray());
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

    public static void ReplayBatches(GoldenCase golden)
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

        public long Drawn => throw new NotSupportedException();

        public void SkipTo(long drawn) => throw new NotSupportedException();

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
}
