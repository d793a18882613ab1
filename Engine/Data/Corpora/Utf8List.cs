using System.Runtime.InteropServices;
using System.Text;

namespace CllClip.Engine.Data.Corpora;

/// <summary>Many short texts in one piece of UTF-8: a third of the memory of as many strings, and nothing for the collector to walk.</summary>
internal sealed class Utf8List
{
    private readonly List<byte> _text = [];
    private readonly List<int> _ends = [];

    /// <summary>Number of texts.</summary>
    public int Count => _ends.Count;

    /// <summary>The text at a position.</summary>
    public string this[int index]
    {
        get
        {
            var start = index == 0 ? 0 : _ends[index - 1];
            return Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_text)[start.._ends[index]]);
        }
    }

    /// <summary>Appends a text.</summary>
    /// <exception cref="EngineException">All texts together are more than 2 GiB.</exception>
    public void Add(string text)
    {
        var (start, length) = (_text.Count, Encoding.UTF8.GetByteCount(text));
        if ((long)start + length > int.MaxValue)
        {
            throw new EngineException("The captions of one language are more than 2 GiB of text. Split the data set.");
        }
        CollectionsMarshal.SetCount(_text, start + length);
        Encoding.UTF8.GetBytes(text, CollectionsMarshal.AsSpan(_text)[start..]);
        _ends.Add(_text.Count);
    }

    /// <summary>All texts in their order.</summary>
    public IEnumerable<string> All()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    /// <summary>Gives back what was reserved for more.</summary>
    public Utf8List Trimmed()
    {
        _text.TrimExcess();
        _ends.TrimExcess();
        return this;
    }
}
