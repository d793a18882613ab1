using CllClip.Engine.Model;
using static TorchSharp.torch;

namespace CllClip.Engine.Training;

/// <summary>The rows that a task changed and the tokens that occurred in it.</summary>
/// <param name="rows">Ids of the rows, ascending.</param>
/// <param name="values">Their values. [R, W]</param>
/// <param name="occurred">Tokens that occurred, with the number of languages each.</param>
public sealed class StageDelta(long[] rows, Tensor values, IReadOnlyList<(int Token, int Languages)> occurred) : IDisposable
{
    /// <summary>Ids of the rows.</summary>
    public long[] Rows => rows;

    /// <summary>Their values. [R, W]</summary>
    public Tensor Values => values;

    /// <summary>Tokens that occurred in the task's captions, for TEIR's counters.</summary>
    public IReadOnlyList<(int Token, int Languages)> Occurred => occurred;

    internal void Write(string path)
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(
            path,
            new Dictionary<string, Tensor>
            {
                ["rows"] = tensor(rows.Select(r => (int)r).ToArray()),
                ["values"] = values.detach().cpu(),
                ["occurred"] = tensor(occurred.Select(o => o.Token).ToArray()),
                ["occurred_languages"] = tensor(occurred.Select(o => (byte)o.Languages).ToArray()),
            }
        );
    }

    internal static StageDelta Read(string path)
    {
        using var file = SafetensorsReader.Open(path);
        using var scope = NewDisposeScope();
        var tokens = file.ReadTensor("occurred").Elements<int>();
        var languages = file.ReadTensor("occurred_languages").Elements<byte>();
        var rows = file.ReadTensor("rows").Elements<int>();
        var values = file.ReadTensor("values");
        if (values.shape[0] != rows.Length || tokens.Length != languages.Length)
        {
            throw new EngineException($"{path} is damaged: its tensors do not fit together. Restore the file from a copy.");
        }
        return new StageDelta(
            [.. rows.Select(r => (long)r)],
            values.DetachFromDisposeScope(),
            [.. tokens.Zip(languages, (t, l) => (t, (int)l))]
        );
    }

    /// <summary>Holds the rows against the table they are to change.</summary>
    internal void CheckAgainst(int tableRows, int width, string path, string remedy)
    {
        using var scope = NewDisposeScope();
        var fault =
            rows.Any(r => r < 0 || r >= tableRows) || occurred.Any(o => o.Token < 0 || o.Token >= tableRows)
                ? $"it names rows beyond the {tableRows} of its stage"
            : values.dim() != 2 || values.shape[1] != width ? $"its rows do not have {width} numbers"
            : !values.isfinite().all().item<bool>() ? "it holds numbers that are not finite"
            : null;
        if (fault is not null)
        {
            throw new EngineException($"{path} is damaged: {fault}. {remedy}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => values.Dispose();
}
