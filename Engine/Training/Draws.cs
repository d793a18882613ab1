namespace CllClip.Engine.Training;

/// <summary>Random numbers for new weights, from a source made by <see cref="Seeds"/>: the same on every machine and device.</summary>
public static class Draws
{
    /// <summary>Numbers from N(mean, deviation²).</summary>
    public static float[] Normal(long count, double mean, double deviation, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var values = new float[count];
        for (var i = 0L; i < count; i += 2)
        {
            // Box-Muller: two normal numbers from two uniform ones
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            var angle = 2 * Math.PI * random.NextDouble();
            values[i] = (float)(mean + deviation * radius * Math.Cos(angle));
            if (i + 1 < count)
            {
                values[i + 1] = (float)(mean + deviation * radius * Math.Sin(angle));
            }
        }
        return values;
    }

    /// <summary>Numbers uniform in [-limit, limit).</summary>
    public static float[] Uniform(long count, double limit, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var values = new float[count];
        for (var i = 0L; i < count; i++)
        {
            values[i] = (float)(limit * (2 * random.NextDouble() - 1));
        }
        return values;
    }
}
