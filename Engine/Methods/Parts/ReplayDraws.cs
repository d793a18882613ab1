using CllClip.Engine.Training;

namespace CllClip.Engine.Methods.Parts;

/// <summary>The random choices of a replay memory; a test puts recorded ones in their place.</summary>
public interface IReplayDraws
{
    /// <summary>A task begins.</summary>
    void BeginTask(int seed, int task);

    /// <summary>A whole number from 0 to <paramref name="highest"/>, both included.</summary>
    int UpTo(int highest);

    /// <summary>0 … count - 1 in random order.</summary>
    int[] Order(int count);

    /// <summary>Random numbers drawn since the task began.</summary>
    long Drawn { get; }

    /// <summary>Goes on to where so many were drawn; after <see cref="BeginTask"/>.</summary>
    void SkipTo(long drawn);
}

/// <summary>Draws from the run's seed, anew for each task, so that a resumed run draws what an uninterrupted one would.</summary>
public sealed class SeededReplayDraws : IReplayDraws
{
    private Random _random = new(0);

    /// <inheritdoc/>
    public void BeginTask(int seed, int task) => (_random, Drawn) = (Seeds.For(seed, "memory", task), 0);

    /// <inheritdoc/>
    public int UpTo(int highest)
    {
        Drawn++;
        return _random.Next(highest + 1);
    }

    /// <inheritdoc/>
    public int[] Order(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        _random.Shuffle(order);
        Drawn += Math.Max(0, count - 1);
        return order;
    }

    /// <inheritdoc/>
    public long Drawn { get; private set; }

    /// <inheritdoc/>
    /// <remarks>A seeded Random cannot be written down, but each draw takes one step of it.</remarks>
    public void SkipTo(long drawn)
    {
        for (; Drawn < drawn; Drawn++)
        {
            _ = _random.Next(2);
        }
    }
}
