using System.Collections.Concurrent;

namespace CllClip.Portal.Hosting;

/// <summary>Values that are made when first asked for and kept: once, also when several threads ask at the same time; a failure is not kept.</summary>
internal sealed class KeptValues<TKey, TValue>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Lazy<TValue>> _values = new();

    /// <summary>Those that were made.</summary>
    public IEnumerable<TValue> Made => _values.Values.Where(v => v.IsValueCreated).Select(v => v.Value);

    /// <summary>The value of a key, made where it is not there; an error of making it is the caller's, and the next call tries again.</summary>
    public TValue Get(TKey key, Func<TValue> make)
    {
        var lazy = _values.GetOrAdd(key, _ => new Lazy<TValue>(make));
        try
        {
            return lazy.Value;
        }
        catch
        {
            _values.TryRemove(new(key, lazy));
            throw;
        }
    }
}
