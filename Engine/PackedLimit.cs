namespace CllClip.Engine;

/// <summary>What comes out of a packed file, as long as there is no more of it than text can have; protects from files made to fill the memory.</summary>
/// <param name="inner">What unpacks.</param>
/// <param name="packed">Bytes of the file.</param>
internal sealed class PackedLimit(Stream inner, long packed) : Stream
{
    private const int MostRatio = 200; // bytes for each packed one; captions and scores have 3 to 20
    private const long FreeOfRatio = 64L << 20;
    private long _count;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _count;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">It is too much.</exception>
    public override int Read(byte[] buffer, int offset, int count) => Counted(inner.Read(buffer, offset, count));

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">It is too much.</exception>
    public override int Read(Span<byte> buffer) => Counted(inner.Read(buffer));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Counted(int read)
    {
        _count += read;
        return _count <= FreeOfRatio || _count / MostRatio <= packed
            ? read
            : throw new InvalidDataException($"It unpacks to more than {MostRatio} times its own size, as no honest text does.");
    }
}
