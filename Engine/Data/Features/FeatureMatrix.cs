using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using CllClip.Engine.Device;
using CllClip.Engine.Model;
using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CllClip.Engine.Data.Features;

/// <summary>
/// Embeddings, one row a thing, in a safetensors file: on the device where they are small, else read through the file's mapping, so that only the
/// rows asked for take memory. Safe to read from several threads.
/// </summary>
internal sealed unsafe class FeatureMatrix : IDisposable
{
    /// <summary>Name of the tensor in the file.</summary>
    public const string TensorName = "embeddings";

    private readonly torch.Device _device;
    private readonly bool _half;
    private readonly Tensor? _resident;
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _data;

    private FeatureMatrix(string path, SafetensorsReader file, torch.Device device, long mostResident)
    {
        var entry = file.Entry(TensorName);
        (Count, Width, _device, _half) = (entry.Shape[0], (int)entry.Shape[1], device, entry.Dtype == ScalarType.Float16);
        if (entry.End - entry.Begin <= mostResident)
        {
            using var scope = NewDisposeScope();
            _resident = file.ReadTensor(TensorName).to(device).DetachFromDisposeScope();
            return;
        }
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _data);
        _data += _view.PointerOffset + file.DataStart + entry.Begin;
    }

    /// <summary>Embeddings that are at hand; they are this object's from then on. [N, D]</summary>
    internal FeatureMatrix(Tensor rows) =>
        (Count, Width, _device, _resident) = (rows.shape[0], (int)rows.shape[1], rows.device, rows.DetachFromDisposeScope());

    /// <summary>Number of rows.</summary>
    public long Count { get; }

    /// <summary>Length D of a row.</summary>
    public int Width { get; }

    /// <summary>Whether the whole matrix is held on the device.</summary>
    public bool Resident => _resident is not null;

    /// <summary>Opens a file whose shape and facts were checked.</summary>
    /// <exception cref="EngineException">It cannot be read.</exception>
    public static FeatureMatrix Open(string path, torch.Device device, long mostResident)
    {
        using var file = SafetensorsReader.Open(path);
        return new FeatureMatrix(path, file, device, mostResident);
    }

    /// <summary>Some rows, on the device. [n] to [n, D] float32</summary>
    public Tensor Rows(IReadOnlyList<long> rows)
    {
        if (_resident is not null)
        {
            using var scope = NewDisposeScope();
            var index = rows.ToArray().On(_device);
            return _resident.index_select(0, index).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
        }
        var numbers = new float[rows.Count * Width];
        for (var i = 0; i < rows.Count; i++)
        {
            Read(rows[i], numbers.AsSpan(i * Width, Width));
        }
        return numbers.On([rows.Count, Width], _device);
    }

    /// <summary>All rows as numbers, row by row. [N · D]</summary>
    public float[] All()
    {
        if (_resident is not null)
        {
            using var scope = NewDisposeScope();
            return _resident.cpu().to_type(ScalarType.Float32).contiguous().Elements<float>();
        }
        var numbers = new float[Count * Width];
        for (var i = 0; i < Count; i++)
        {
            Read(i, numbers.AsSpan(i * Width, Width));
        }
        return numbers;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _resident?.Dispose();
        if (_data is not null)
        {
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        }
        _view?.Dispose();
        _file?.Dispose();
    }

    private void Read(long row, Span<float> into)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)row, (ulong)Count, nameof(row));
        var bytes = new ReadOnlySpan<byte>(_data + row * Width * (_half ? 2 : 4), Width * (_half ? 2 : 4));
        if (_half)
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), into);
        }
        else
        {
            MemoryMarshal.Cast<byte, float>(bytes).CopyTo(into);
        }
    }
}
