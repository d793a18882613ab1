using System.Text.Json;
using CllClip.Engine.Model;
using CllClip.Engine.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Model;

[Trait("Category", "Golden")]
public class SafetensorsGoldenTests
{
    public static TheoryData<string> Cases => Fixtures.Cases("safetensors");

    [Theory, MemberData(nameof(Cases))]
    public void Every_file_is_accepted_with_its_values_or_refused_with_a_reason(string name)
    {
        using var golden = Fixtures.Load("safetensors", name);
        var failures = new List<string>();
        foreach (var file in golden.Json.GetProperty("files").EnumerateArray())
        {
            var path = golden.PathOf(file.GetProperty("file").GetString()!);
            var must = file.GetProperty("must").GetString();
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Check(path, file);
                if (must == "refuse")
                    failures.Add($"{path}: accepted");
            }
            catch (EngineException e) when (must != "accept")
            {
                if (!e.Message.Contains(Path.GetFileName(path), StringComparison.Ordinal) || e.Message.Length < path.Length + 20)
                    failures.Add($"{path}: the message says too little: {e.Message}");
            }
            catch (Exception e)
            {
                failures.Add($"{path}: {e.GetType().Name} {e.Message}");
            }
            if (GC.GetAllocatedBytesForCurrentThread() - before > 1 << 24)
                failures.Add($"{path}: a large allocation");
        }
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static void Check(string path, JsonElement file)
    {
        using var reader = SafetensorsReader.Open(path);
        if (file.GetProperty("must").GetString() == "refuse")
        {
            foreach (var entry in reader.Entries)
                reader.ReadTensor(entry.Name).Dispose();
            return;
        }
        var want = file.GetProperty("tensors").EnumerateArray().ToArray();
        var metadata = file.GetProperty("metadata");
        Assert.Equal(want.Select(w => w.GetProperty("name").GetString()), reader.Entries.Select(e => e.Name).Order(StringComparer.Ordinal));
        if (metadata.ValueKind == JsonValueKind.Null)
            Assert.Null(reader.Metadata);
        else
            Assert.Equal(metadata.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!), reader.Metadata!);
        foreach (var w in want)
            CheckTensor(reader, w);
    }

    private static void CheckTensor(SafetensorsReader reader, JsonElement want)
    {
        using var scope = NewDisposeScope();
        var got = reader.ReadTensor(want.GetProperty("name").GetString()!);
        Assert.Equal(want.GetProperty("dtype").GetString(), SafetensorsHeader.Dtypes.First(d => d.Value == got.dtype).Key);
        Assert.Equal(want.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()), got.shape);
        if (got.dtype == ScalarType.Int64)
        {
            Assert.Equal(want.GetProperty("values").EnumerateArray().Select(v => v.GetInt64()), got.flatten().data<long>().ToArray());
            return;
        }
        var values = got.to(ScalarType.Float64).flatten().data<double>().ToArray();
        if (want.TryGetProperty("values", out var all))
        {
            Assert.Equal(all.EnumerateArray().Select(Number), values);
            return;
        }
        Assert.Equal(want.GetProperty("first").EnumerateArray().Select(Number), values[..4]);
        Assert.Equal(want.GetProperty("last").EnumerateArray().Select(Number), values[^4..]);
        Assert.Equal(want.GetProperty("sum_f64").GetDouble(), values.Sum(), 1e-6 * values.Length);
    }

    private static double Number(JsonElement v) =>
        v.ValueKind switch
        {
            JsonValueKind.True => 1,
            JsonValueKind.False => 0,
            JsonValueKind.String => v.GetString() switch
            {
                "NaN" => double.NaN,
                "Infinity" => double.PositiveInfinity,
                _ => double.NegativeInfinity,
            },
            _ => v.GetDouble(),
        };
}
