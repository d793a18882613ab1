using System.Text.Json;
using CllClip.Engine.Methods;
using CllClip.Engine.Methods.Parts;
using CllClip.Engine.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Methods;

/// <summary>Methods as a golden case describes them.</summary>
internal static class GoldenMethods
{
    /// <summary>The method of a trace.</summary>
    public static ContinualMethod Create(JsonElement json, IReplayDraws draws)
    {
        var options = json.GetProperty("options");
        json.TryGetProperty("adapter_config", out var config);
        return json.GetProperty("method").GetString() switch
        {
            "cll" => new ContinualClip(
                Options(
                    ContinualClip.Descriptor,
                    ("trainEverything", options.TryGetProperty("train_all", out var everything) && everything.GetBoolean())
                )
            ),
            "oewc" => new OnlineEwc(Options(OnlineEwc.Descriptor, ("fisherPenalty", options.GetProperty("penalty_scale").GetDouble()))),
            "er" => new ExperienceReplay(Options(ExperienceReplay.Descriptor, ("memorySize", Whole(json, "memory_size"))), draws),
            "der" => new DarkExperienceReplay(Options(DarkExperienceReplay.Descriptor, ("memorySize", Whole(json, "memory_size"))), draws),
            "dualprompt" => Dual(json.GetProperty("prompt"), Mask(options)),
            "coda" => Coda(
                json.GetProperty("prompt"),
                Mask(options),
                options.TryGetProperty("as_published", out var published) && published.GetBoolean()
            ),
            { } adapter => Adapter(adapter, config),
            null => throw new InvalidOperationException("a trace without a method"),
        };
    }

    /// <summary>An adapter method by the golden's name.</summary>
    public static LanguagePartsMethod Adapter(string kind, JsonElement config) =>
        kind switch
        {
            "mla" => new LanguageAdapters(Options(LanguageAdapters.Descriptor, Given(config, "reduction_factor", "reduction"))),
            "lora" => new LowRankAdaptation(
                Options(LowRankAdaptation.Descriptor, [.. Given(config, "r", "rank"), .. Given(config, "alpha", "alpha", real: true)])
            ),
            "p_tuning" => new PrefixTuning(
                Options(
                    PrefixTuning.Descriptor,
                    [.. Given(config, "prefix_length", "prefixLength"), .. Given(config, "bottleneck_size", "prefixBottleneck")]
                )
            ),
            _ => throw new InvalidOperationException($"unknown method {kind}"),
        };

    public static DualPrompt Dual(JsonElement prompt, bool publishedMask) =>
        new(
            new DualPrompt.Layout(
                Blocks(prompt, "g_layers"),
                Blocks(prompt, "e_layers"),
                (int)Whole(prompt, "g_p_length"),
                (int)Whole(prompt, "e_p_length"),
                (int)Whole(prompt, "e_pool_size"),
                PublishedMask: publishedMask
            )
        );

    public static CodaPrompt Coda(JsonElement prompt, bool publishedMask, bool untrained = false) =>
        new(
            new CodaPrompt.Layout(
                Blocks(prompt, "e_layers"),
                (int)Whole(prompt, "n_tasks"),
                (int)(Whole(prompt, "e_pool_size") / Whole(prompt, "n_tasks")),
                (int)Whole(prompt, "e_p_length"),
                publishedMask,
                untrained
            )
        );

    /// <summary>Puts a task's recorded initial parameters in the place of drawn ones.</summary>
    /// <param name="method">The method, whose task has begun.</param>
    /// <param name="golden">The trace.</param>
    /// <param name="key">Key of the task.</param>
    /// <param name="task">Task from 0.</param>
    /// <param name="before">The method's parameters before the task began.</param>
    public static void SetParameters(
        ContinualMethod method,
        GoldenCase golden,
        string key,
        int task,
        IReadOnlyDictionary<string, Tensor> before
    )
    {
        using var nothing = no_grad();
        foreach (var (name, parameter) in method.Parameters)
        {
            if (golden.Tensors.TryGetValue($"in.{key}.method.{name}", out var own))
            {
                Assert.Equal(own.shape, parameter.shape);
                parameter.copy_(own);
            }
            else if (golden.Tensors.TryGetValue($"in.{key}.draws.{name}", out var draws))
            {
                var pool = before.TryGetValue(name, out var kept) ? kept : zeros_like(parameter);
                parameter.copy_(CodaPrompt.Orthogonalise(pool, task, (int)draws.shape[0], draws));
            }
            else if (task == 0 && golden.Tensors.ContainsKey($"in.prompt.{name}"))
            {
                var pool = golden.Tensors[$"in.prompt.{name}"];
                Assert.Equal(pool.shape, parameter.shape);
                parameter.copy_(pool);
            }
        }
    }

    private static bool Mask(JsonElement options) => options.TryGetProperty("mask", out var mask) && mask.GetString() == "reference";

    private static int[] Blocks(JsonElement prompt, string name) =>
        [.. prompt.GetProperty(name).EnumerateArray().Select(b => b.GetInt32())];

    private static long Whole(JsonElement json, string name) => json.GetProperty(name).GetInt64();

    private static (string, object)[] Given(JsonElement config, string theirs, string ours, bool real = false) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(theirs, out var value)
            ? [(ours, real ? value.GetDouble() : (object)value.GetInt64())]
            : [];

    public static MethodOptions Options(Shared.Methods.MethodDescriptor descriptor, params (string Name, object Value)[] values) =>
        new(descriptor, values.ToDictionary(v => v.Name, v => v.Value));
}

/// <summary>Plays back what a trace recorded: memory slots in the order they were read, and the reservoir's draws.</summary>
internal sealed class RecordedDraws(GoldenCase golden) : IReplayDraws
{
    private readonly Queue<int> _slots = [];
    private readonly Queue<(int Highest, int Drawn)> _reservoir = [];

    public long Drawn => throw new NotSupportedException();

    public void SkipTo(long drawn) => throw new NotSupportedException();

    public void BeginTask(int seed, int task)
    {
        Assert.Empty(_reservoir);
        _slots.Clear();
        if (golden.Tensors.TryGetValue($"in.task{task}.memory_slot", out var slots))
        {
            foreach (var slot in slots.data<long>().Where(s => s >= 0))
            {
                _slots.Enqueue((int)slot);
            }
        }
        foreach (var step in golden.Json.GetProperty("tasks")[task].GetProperty("steps").EnumerateArray())
        foreach (var draw in step.GetProperty("reservoir_draws").EnumerateArray())
        {
            _reservoir.Enqueue((draw[1].GetInt32(), draw[2].GetInt32()));
        }
    }

    public int UpTo(int highest)
    {
        var (wanted, drawn) = _reservoir.Dequeue();
        Assert.Equal(wanted, highest);
        return drawn;
    }

    public int[] Order(int count) => [.. Enumerable.Range(0, count).Select(_ => _slots.TryDequeue(out var slot) ? slot : 0)];
}
