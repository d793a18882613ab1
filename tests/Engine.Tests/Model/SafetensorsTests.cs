using CllClip.Engine.Model;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Model;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Folder => _temporary.Path;

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Bool)]
    public void What_is_written_is_read_back(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(Folder, "a.safetensors");
        var matrix = TensorScalars.Positions(12, CPU).reshape(3, 4).t().to(dtype); // not contiguous
        var tensors = new Dictionary<string, Tensor>
        {
            ["m\"é"] = matrix,
            ["s"] = tensor(1).to(dtype),
            ["none"] = empty([0, 3], dtype),
        };
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" });
        using var reader = SafetensorsReader.Open(path);
        Assert.Equal("pt", reader.Metadata!["format"]);
        Assert.All(tensors, t => Assert.True(reader.ReadTensor(t.Key).equal(t.Value).all().item<bool>()));
        Assert.Equal([0, 3], reader.ReadTensor("none").shape);
        Assert.Equal([], reader.ReadTensor("s").shape);
    }

    [Fact]
    public void The_same_tensors_give_the_same_bytes_in_any_order()
    {
        using var a = ones(3);
        using var b = zeros([2], ScalarType.Float16);
        SafetensorsWriter.Write(Path.Combine(Folder, "1"), new Dictionary<string, Tensor> { ["a"] = a, ["b"] = b });
        SafetensorsWriter.Write(Path.Combine(Folder, "2"), new Dictionary<string, Tensor> { ["b"] = b, ["a"] = a });
        Assert.Equal(File.ReadAllBytes(Path.Combine(Folder, "1")), File.ReadAllBytes(Path.Combine(Folder, "2")));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        var path = Path.Combine(Folder, "a.safetensors");
        File.WriteAllText(path, "old");
        var e = Assert.Throws<EngineException>(() => AtomicFile.Write(path, Fill));
        Assert.Contains("No space left", e.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(Folder));

        static void Fill(Stream s)
        {
            s.Write(new byte[100]);
            throw new IOException("No space left on device");
        }
    }

    [Fact]
    public void A_missing_tensor_and_a_missing_file_are_named()
    {
        using var a = ones(3);
        var path = Path.Combine(Folder, "a.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["a"] = a });
        using var reader = SafetensorsReader.Open(path);
        Assert.Contains("\"b\"", Assert.Throws<EngineException>(() => reader.ReadTensor("b")).Message, StringComparison.Ordinal);
        var missing = Assert.Throws<EngineException>(() => SafetensorsReader.Open(Path.Combine(Folder, "absent")));
        Assert.Contains("absent", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_foreign_file_is_named_for_what_it_is_whatever_its_extension()
    {
        Says("PK\u0003\u0004rest of an archive"u8, "zip archive");
        Says([0x80, 2, .. "}q\0.and more"u8], "pickle");
        Says([0x80, 4, 0x95, 18, 0, 0, 0, 0, 0, 0, 0, .. "}."u8], "pickle");
        Says("version https://git-lfs.github.com/spec/v1\noid sha256:0"u8, "Git LFS pointer");
        Says("  <!DOCTYPE html><html></html>"u8, "HTML");
        Says("GGUF and more of it"u8, "GGUF");
    }

    private void Says(ReadOnlySpan<byte> content, string kind)
    {
        var path = Path.Combine(Folder, "model.safetensors");
        File.WriteAllBytes(path, content.ToArray());
        Assert.Contains(kind, Assert.Throws<EngineException>(() => SafetensorsReader.Open(path)).Message, StringComparison.Ordinal);
    }
}
