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
}

/// <summary>Draws from the run's seed, anew for each task, so that a resumed run draws what an uninterrupted one would.</summary>
public sealed class SeededReplayDraws : IReplayDraws
{
    private Random _random = new(0);

    /// <inheritdoc/>
    public void BeginTask(int seed, int task) => _random = Seeds.For(seed, "memory", task);

    /// <inheritdoc/>
    public int UpTo(int highest) => _random.Next(highest + 1);

    /// <inheritdoc/>
    public int[] Order(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        _random.Shuffle(order);
        return order;
    }
}
