using System.Numerics;

namespace CllClip.Engine.Tokenizer;

/// <summary>
/// Items by the number in which they came, and the number of an item. One thread adds while any others look: who asks for the first n items sees those n,
/// whatever has come since, so that all stages of a growing vocabulary share one index.
/// </summary>
internal sealed class AppendOnlyIndex<T>
    where T : notnull, IEquatable<T>
{
    private T[] items;
    private int[] slots; // open addressing, linear probing, at most half full: an item's number + 1, or 0

    /// <summary>An empty index.</summary>
    /// <param name="capacity">Items that find room without copying.</param>
    public AppendOnlyIndex(int capacity)
    {
        items = new T[Math.Max(capacity, 8)];
        slots = SlotsFor(items.Length);
    }

    /// <summary>Number of items.</summary>
    public int Count { get; private set; }

    /// <summary>The items by number; what is beyond <see cref="Count"/> means nothing.</summary>
    public T[] Items => Volatile.Read(ref items);

    /// <summary>The number of an item among the first <paramref name="known"/>, or -1.</summary>
    public int Find(T item, int known)
    {
        var table = Volatile.Read(ref slots);
        for (var at = Home(item, table); ; at = (at + 1) & (table.Length - 1))
        {
            var number = Volatile.Read(ref table[at]) - 1;
            // Items took their places in order: behind one that came later there is none that came earlier.
            if ((uint)number >= (uint)known)
                return -1;
            if (Items[number].Equals(item))
                return number;
        }
    }

    /// <summary>Gives an item the next number; false if it has one. One thread at a time.</summary>
    public bool TryAdd(T item)
    {
        if (Find(item, Count) >= 0)
            return false;
        // In new arrays: who looks goes on in the old ones, or in the new ones once they are whole. Half as much again, since a peak counts what is empty too.
        if (Count == items.Length)
        {
            var larger = new T[items.Length + (items.Length / 2)];
            items.CopyTo(larger, 0);
            Volatile.Write(ref items, larger);
        }
        if (2 * (Count + 1) > slots.Length)
        {
            var table = SlotsFor(Count + 1);
            PlaceAll(table);
            Volatile.Write(ref slots, table);
        }
        items[Count] = item;
        Place(slots, Count++); // only now can others find it
        return true;
    }

    /// <summary>The first items in an index of their own.</summary>
    public AppendOnlyIndex<T> Copy(int count, int capacity)
    {
        var copy = new AppendOnlyIndex<T>(capacity);
        Items.AsSpan(0, count).CopyTo(copy.items);
        copy.Count = count;
        copy.PlaceAll(copy.slots);
        return copy;
    }

    private void PlaceAll(int[] table)
    {
        for (var number = 0; number < Count; number++)
            Place(table, number);
    }

    private void Place(int[] table, int number)
    {
        var at = Home(items[number], table);
        while (table[at] != 0)
            at = (at + 1) & (table.Length - 1);
        Volatile.Write(ref table[at], number + 1);
    }

    private static int[] SlotsFor(int capacity) => new int[BitOperations.RoundUpToPowerOf2((uint)capacity * 2)];

    /// <summary>The upper bits of the hash times 2^32 over the golden ratio: as many as the table has places.</summary>
    private static int Home(T item, int[] table) =>
        (int)((uint)item.GetHashCode() * 2654435769u >> BitOperations.LeadingZeroCount((uint)table.Length - 1));
}
