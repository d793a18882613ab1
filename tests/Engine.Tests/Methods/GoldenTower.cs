using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Methods;

/// <summary>The tiny tower of a case, with its captions and with every row in use.</summary>
internal sealed class GoldenTower : IDisposable
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
            n => golden.Tensors["in.base." + n].Here().to_type(type)
        );
        _table = new TokenEmbedding(golden.Tensors["in.base.text_model.embeddings.token_embedding.weight"].Here().to_type(type).clone());
        Rows = new TaskRows(_table, [.. Enumerable.Range(0, _table.Count).Select(r => (long)r)]);
    }

    public ScalarType Type { get; }

    public TextTower Tower { get; }

    public TaskRows Rows { get; }

    private Tensor Ids => _golden.Tensors["in.ids"].Here();

    /// <summary>With gradient. [B, S, W]</summary>
    public Tensor Tokens => Rows.Values.index_select(0, Ids.flatten()).reshape(Ids.shape[0], Ids.shape[1], -1);

    /// <summary>[B] int64</summary>
    public Tensor Ends =>
        Ids.EqualTo(_golden.Json.GetProperty("sizes").GetProperty("vocab").GetInt32() - 1).to_type(ScalarType.Int64).argmax(1);

    /// <summary>1 for a token, 0 for padding. [B, S, 1]</summary>
    public Tensor Real => _golden.Tensors["in.mask"].Here().to_type(Type).unsqueeze(2);

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
