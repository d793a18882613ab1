namespace CllClip.Portal.Features.Uploads.Archives;

/// <summary>What comes out of a packed stream, within limits; knows whether it ended as a tar ends, with zeros.</summary>
internal sealed class CountedStream(Stream inner, long packed, ArchiveLimits limits, CancellationToken stop) : Stream
{
    private long _count;
    private bool _described; // the next block belongs to the header before it
    private int _zeros; // bytes of zero at the end so far

    /// <summary>Whether what is read now is the content of an entry.</summary>
    public bool InContent { get; set; }

    /// <summary>Whether the last block is zero: the mark that a tar is whole.</summary>
    public bool EndsWithZeros => _zeros >= 512;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _count;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        stop.ThrowIfCancellationRequested();
        // Outside of contents the reader takes a block for a header, without holding it against its checksum: it is looked at first.
        var isBlock = !InContent && buffer.Length == TarUnpacker.BlockBytes;
        var count = isBlock ? inner.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) : inner.Read(buffer);
        if (isBlock && count == buffer.Length)
        {
            _described = !_described && TarUnpacker.CheckHeader(buffer);
        }
        _count += count;
        limits.CheckBytes(_count, packed);
        var last = buffer[..count].LastIndexOfAnyExcept((byte)0);
        _zeros = last < 0 ? Math.Min(int.MaxValue - count, _zeros) + count : count - last - 1;
        return count;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
