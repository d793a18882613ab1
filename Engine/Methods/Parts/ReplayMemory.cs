namespace CllClip.Engine.Methods.Parts;

/// <summary>A reservoir of items and the order in which they are replayed, as the reference keeps them (fixtures/methods, kinds reservoir and replay_batches).</summary>
/// <param name="capacity">Most items kept.</param>
/// <param name="draws">The random choices.</param>
public sealed class ReplayMemory<T>(int capacity, IReplayDraws draws)
{
    private readonly List<T> _items = [];
    private int[] _order = [];
    private int _next;

    /// <summary>What is kept, by slot.</summary>
    public IReadOnlyList<T> Items => _items;

    /// <summary>Items offered so far.</summary>
    public int Seen { get; private set; }

    /// <summary>Puts back what a stage kept.</summary>
    public void Restore(IEnumerable<T> items, int seen)
    {
        _items.Clear();
        _items.AddRange(items);
        Seen = seen;
    }

    /// <summary>Where the replay stands: the order of the slots and the place in it.</summary>
    public (int[] Order, int Next) Position => (_order, _next);

    /// <summary>Puts back where the replay stood within a task.</summary>
    public void Restore((int[] Order, int Next) position) => (_order, _next) = position;

    /// <summary>A task begins: the order of replay is drawn anew, over all slots there may be.</summary>
    public void BeginTask() => (_order, _next) = (draws.Order(capacity), 0);

    /// <summary>Slots to replay next; goes on through the memory across steps and epochs, and begins again in a new order at its end.</summary>
    public int[] Next(int count)
    {
        var slots = new int[count];
        for (var i = 0; i < count; i++)
        {
            var slot = _order[_next];
            if (++_next == _order.Length)
            {
                (_order, _next) = (draws.Order(capacity), 0);
            }
            slots[i] = slot < _items.Count ? slot : draws.UpTo(_items.Count - 1);
        }
        return slots;
    }

    /// <summary>Offers the items of one step in order: all are kept while there is room, then each takes the place of another with the reservoir's chance.</summary>
    /// <returns>For each item the slot it took, or -1.</returns>
    public int[] Offer(IReadOnlyList<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var slots = new int[items.Count];
        for (var i = 0; i < items.Count; i++)
        {
            if (_items.Count < capacity)
            {
                slots[i] = _items.Count;
                _items.Add(items[i]);
                continue;
            }
            var slot = draws.UpTo(Seen + i);
            slots[i] = slot < capacity ? slot : -1;
            if (slot < capacity)
            {
                _items[slot] = items[i];
            }
        }
        Seen += items.Count;
        return slots;
    }
}
